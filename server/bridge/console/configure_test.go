package console_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

func TestAChannelIsConfiguredWithAForm(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	require.NoError(t, w.run("bob", "town", "", "t", w.Subscriptions.Configurator.RunConfigure("forge")))
	form := w.surface.forms[0]
	begins := map[string]string{}
	for _, field := range form.Fields {
		begins[field.Name] = field.Default
	}
	require.Equal(t, map[string]string{
		"events": "broken,mended", "filter_branch": "", "filter_severity": "any",
		"only_turns": "false", "style": "live", "mention": "nobody",
	}, begins)

	said, err := w.submit("bob", map[string]string{
		"events": "broken", "filter_branch": " main ,release/{1,2}, !release/old*", "filter_severity": "high",
		"only_turns": "true", "style": "each", "mention": "here",
	})
	require.NoError(t, err)
	require.Empty(t, said)
	got := w.subscription("c-forge")
	require.Equal(t, []string{"broken"}, got.Events)
	require.Equal(t, map[string]string{"branch": "main, release/{1,2}, !release/old*", "severity": "high"}, got.Filters)
	require.True(t, got.OnlyTurns)
	require.Equal(t, bridge.Each, got.Style)
	require.Equal(t, "here", got.Mention)

	note := w.people.latest().text
	for _, part := range []string{"Broken", "`main, release/{1,2}, !release/old*`", "A new post each time", "`@here`", "(https://forge.example/hooks)"} {
		require.Contains(t, note, part)
	}
	require.Equal(t, []string{
		"town: @bob changed the events, the filters, how notifications appear, who is mentioned for acme/door in this channel.",
	}, w.people.announced)

	require.NoError(t, w.run("bob", "town", "", "t", w.Subscriptions.Configurator.RunConfigure("forge")))
	_, err = w.submit("bob", nil)
	require.NoError(t, err)
	require.Equal(t, got, w.subscription("c-forge"), "the form begins with how things are")
	require.Contains(t, w.people.latest().text, "Nothing changed")
	require.Len(t, w.people.announced, 1)
}

func TestAWrongAnswerIsSaidAtItsField(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ field, value, want string }{
		"a pattern that cannot fit":  {"filter_branch", "main, feature/[a", "“feature/\\[a” isn't a valid pattern"},
		"too many alternatives":      {"filter_branch", strings.Repeat("{a,b}", 5), "isn't a valid pattern"},
		"Too long":                   {"filter_branch", strings.Repeat("x", 301), "The limit is 300 characters"},
		"a level that there is not":  {"filter_severity", "extreme", "Choose one of the options"},
		"a level left out":           {"filter_severity", "", "Choose one of the options"},
		"a style that there is not":  {"style", "loud", "Choose one of the options"},
		"someone who was not chosen": {"mention", "eve", "Choose one of the options"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newActWorld(t)
			before := w.subscription("c-forge")
			require.NoError(t, w.run("bob", "town", "", "t", w.Subscriptions.Configurator.RunConfigure("forge")))
			said, err := w.submit("bob", map[string]string{c.field: c.value})
			require.NoError(t, err)
			require.Len(t, said, 1)
			require.Contains(t, said[c.field], c.want)
			require.Equal(t, before, w.subscription("c-forge"))
		})
	}
}

func TestNobodyHasTheBotCallEverybodyWhoMayNotThemselves(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	w.people.quiet = []string{"bob"}
	for _, who := range []string{"here", "channel"} {
		require.NoError(t, w.run("bob", "town", "", "t", w.Subscriptions.Configurator.RunConfigure("forge")))
		said, err := w.submit("bob", map[string]string{"mention": who})
		require.NoError(t, err)
		require.Contains(t, said["mention"], "You can't mention everyone")
		require.Empty(t, w.subscription("c-forge").Mention)
	}
	w.people.quiet = nil
	_, err := w.submit("bob", map[string]string{"mention": "here"})
	require.NoError(t, err)
	w.people.quiet = []string{"bob"}
	require.NoError(t, w.run("bob", "town", "", "t", w.Subscriptions.Configurator.RunConfigure("forge")))
	said, err := w.submit("bob", map[string]string{"only_turns": "true"})
	require.NoError(t, err)
	require.Empty(t, said, "what someone else chose may stay")
}

func TestAChannelWantsAtLeastOneKindOfNews(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	require.NoError(t, w.run("bob", "town", "", "t", w.Subscriptions.Configurator.RunConfigure("forge")))
	said, err := w.submit("bob", map[string]string{"events": ""})
	require.NoError(t, err)
	require.Contains(t, said["events"], "at least one")
}

func TestWhoIsMentionedByNameCanStay(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	c := w.connection("c-forge")
	c.Subscriptions[0].Mention = "ada"
	w.put(c)
	require.NoError(t, w.run("bob", "town", "", "t", w.Subscriptions.Configurator.RunConfigure("forge")))
	said, err := w.submit("bob", map[string]string{"style": "thread"})
	require.NoError(t, err)
	require.Empty(t, said)
	require.Equal(t, "ada", w.subscription("c-forge").Mention)
	require.Equal(t, bridge.Thread, w.subscription("c-forge").Style)
}

func TestOfSeveralConnectionsOneIsChosen(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	w.connect("c-gate", "forge", "acme/gate", actCloud, provider.Resource{ID: "acme/gate", Name: "acme/gate", Path: "acme/gate"})
	require.NoError(t, w.run("bob", "town", "", "t", w.Subscriptions.Configurator.RunConfigure("forge")))
	require.Empty(t, w.surface.forms)
	require.Len(t, w.people.latest().note.Buttons, 2)
	require.NoError(t, w.press("bob", "acme/gate"))
	require.Contains(t, w.text(w.surface.forms[0].Intro), "acme/gate")

	for _, name := range []string{"ACME/door", "“acme/door”", actCloud + "/acme/door"} {
		require.NoError(t, w.run("bob", "town", name, "t", w.Subscriptions.Configurator.RunConfigure("forge")), name)
		require.Contains(t, w.text(w.surface.forms[len(w.surface.forms)-1].Intro), "acme/door", name)
	}
}

func TestOnePartOfAConnectionIsConfiguredByItsName(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	c := w.connection("c-forge")
	c.Subscriptions = append(c.Subscriptions, bridge.Subscription{ID: "s2", Place: place("town"), Resource: "roof", ResourceName: "the roof"})
	w.put(c)
	require.NoError(t, w.run("bob", "town", "the roof", "t", w.Subscriptions.Configurator.RunConfigure("forge")))
	_, err := w.submit("bob", map[string]string{"only_turns": "true"})
	require.NoError(t, err)
	require.False(t, w.connection("c-forge").Subscriptions[0].OnlyTurns)
	require.True(t, w.connection("c-forge").Subscriptions[1].OnlyTurns)
}

func TestAnAddressThatIsNotConnectedIsOfferedToBe(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	require.NoError(t, w.run("bob", "town", actCloud+"/acme/shed", "t", w.Subscriptions.Configurator.RunConfigure("forge")))
	require.Contains(t, w.people.latest().text, "isn't connected to `https://forge.example/acme/shed`")
	button := w.people.latest().note.Buttons[0]
	what, err := w.Prompts.Unseal(context.Background(), actor("bob"), button.Values[conversation.SealedValue])
	require.NoError(t, err)
	require.Equal(t, actCloud+"/acme/shed", what.Text)
	require.Equal(t, "forge", what.Provider)
	require.Equal(t, "connect", what.Kind)

	err = w.run("bob", "town", "no address at all", "t", w.Subscriptions.Configurator.RunConfigure("forge"))
	require.True(t, fault.Is(err, fault.NotFollowed), "%v", err)
}

func TestWhereNoFormCanOpenAButtonOpensIt(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	c := w.connection("c-builder")
	c.Subscriptions[0].Place = place("dm")
	w.put(c)
	require.NoError(t, w.run("ada", "dm", "", "", w.Subscriptions.Configurator.RunConfigure("builder")))
	require.Empty(t, w.surface.forms)
	require.Len(t, w.people.latest().note.Buttons, 2, "the form, and API access")
	require.NoError(t, w.press("ada", "Configure"))
	_, err := w.submit("ada", map[string]string{"only_turns": "true"})
	require.NoError(t, err)
	require.True(t, w.subscription("c-builder").OnlyTurns)
	require.Empty(t, w.people.announced, "in one's own conversation nobody else is there")
}

func TestOnlyWhoMayConnectConfigures(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	err := w.run("eve", "town", "", "t", w.Subscriptions.Configurator.RunConfigure("forge"))
	require.True(t, fault.Is(err, fault.NoPost), "%v", err)
	err = w.run("eve", "garden", "acme/door", "t", w.Subscriptions.Configurator.RunConfigure("forge"))
	require.True(t, fault.Is(err, fault.NotFollowed), "a connection of another channel is not there: %v", err)

	require.NoError(t, w.run("bob", "town", "", "t", w.Subscriptions.Configurator.RunConfigure("forge")))
	w.settings.Policy = bridge.ChannelAdmins
	_, err = w.submit("bob", map[string]string{"only_turns": "true"})
	require.True(t, fault.Is(err, fault.ConnectForbidden), "the answer is checked too: %v", err)
	require.False(t, w.subscription("c-forge").OnlyTurns)
	err = w.run("bob", "town", "", "t", w.Subscriptions.Configurator.RunConfigure("forge"))
	require.True(t, fault.Is(err, fault.ConnectForbidden), "%v", err)
}

func TestWhatWasDisconnectedMeanwhileIsNotConfigured(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	require.NoError(t, w.run("bob", "town", "", "t", w.Subscriptions.Configurator.RunConfigure("forge")))
	c := w.connection("c-forge")
	c.Subscriptions = nil
	w.put(c)
	_, err := w.submit("bob", map[string]string{"only_turns": "true"})
	require.True(t, fault.Is(err, fault.ConnectionGone), "%v", err)
}

func TestAPIAccessIsTriedBeforeItIsKept(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	require.NoError(t, w.run("bob", "town", "", "t", w.Subscriptions.Configurator.RunConfigure("builder")))
	require.NoError(t, w.press("bob", "Enter API access"))
	for name, c := range map[string]struct {
		values map[string]string
		field  string
	}{
		"no address":                 {map[string]string{"url": "ci.example", "token": "t0p"}, "url"},
		"an address with a password": {map[string]string{"url": "https://a:b@ci.example", "token": "t0p"}, "url"},
		"no token":                   {map[string]string{"url": "https://ci.example", "token": ""}, "token"},
		"a wrong token":              {map[string]string{"url": "https://ci.example", "token": "wrong"}, "token"},
		"an address without a tool":  {map[string]string{"url": "https://down.example", "token": "t0p"}, "url"},
		"an address without TLS":     {map[string]string{"url": "http://plain.example", "token": "t0p"}, "url"},
	} {
		said, err := w.submit("bob", c.values)
		require.NoError(t, err, name)
		require.Len(t, said, 1, name)
		require.NotEmpty(t, said[c.field], name)
		require.NotContains(t, said[c.field], "setup", "what was typed here is nothing for an admin to allow: %s", name)
		require.False(t, w.connection("c-builder").HasCredential, name)
	}

	said, err := w.submit("bob", map[string]string{"url": " http://ci.example/jenkins/ ", "user": "ci", "token": "t0p-s3cret"})
	require.NoError(t, err)
	require.Empty(t, said)
	require.Contains(t, w.people.latest().text, "can be read in transit")
	c := w.connection("c-builder")
	require.True(t, c.HasCredential)
	require.Equal(t, "http://ci.example/jenkins", c.Site)
	keys, err := w.Keys.Open(context.Background(), c)
	require.NoError(t, err)
	require.Equal(t, provider.Credential{Scheme: provider.Basic, User: "ci", Secret: "t0p-s3cret"}, *keys.Credential)
	require.Equal(t, "hook-secret", keys.Secrets[0].Value)
	require.Contains(t, w.people.announced[0], "@bob entered API access")
	require.NotContains(t, w.everythingWritten(), "t0p-s3cret")
}

func TestAPIAccessIsRemovedWhenAskedTwice(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	require.NoError(t, w.run("bob", "town", "", "t", w.Subscriptions.Configurator.RunConfigure("builder")))
	require.NoError(t, w.press("bob", "Enter API access"))
	_, err := w.submit("bob", map[string]string{"url": "https://ci.example", "token": "t0p"})
	require.NoError(t, err)

	require.NoError(t, w.run("bob", "town", "", "t", w.Subscriptions.Configurator.RunConfigure("builder")))
	require.Len(t, w.people.latest().note.Buttons, 2)
	require.NoError(t, w.press("bob", "Remove API access"))
	require.True(t, w.connection("c-builder").HasCredential)
	require.NoError(t, w.press("bob", "Remove"))
	c := w.connection("c-builder")
	require.False(t, c.HasCredential)
	require.Empty(t, c.Site)
	keys, err := w.Keys.Open(context.Background(), c)
	require.NoError(t, err)
	require.Nil(t, keys.Credential)
}

func TestAPIAccessIsForWhoMayConnectAndWhereItCanBeKept(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	button, err := w.AccessButtons.Enter(context.Background(), w.connection("c-builder"), place("town"), actor("eve"))
	require.NoError(t, err)
	click := chat.Click{Actor: actor("eve"), Values: button.Values, Talk: w.talk("eve", place("town"))}
	require.True(t, fault.Is(w.Press(context.Background(), click), fault.NoPost))
	click.Actor = actor("bob")
	require.True(t, fault.Is(w.Press(context.Background(), click), fault.ButtonNotYours), "the button was made for eve")

	w.settings.Missing = "At-rest token encryption key"
	require.NoError(t, w.run("bob", "town", "", "t", w.Subscriptions.Configurator.RunConfigure("builder")))
	require.True(t, fault.Is(w.press("bob", "Enter API access"), fault.NotConfigured))
	require.Len(t, w.surface.forms, 1)
}
