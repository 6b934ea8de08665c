package console_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

func TestWhoConnectsAChannelGetsAddressAndSecretOnceByDirectMessage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)

	answer := o.types(ada, lab, "/builder connect")

	require.Contains(t, answer, "direct message")
	require.Len(t, o.people.direct, 1)
	message := o.people.direct[0]
	require.Equal(t, ada, message.userID)
	c := o.only()
	require.Equal(t, "Builder of ~lab", c.Name)
	require.Equal(t, actor(ada), c.CreatedBy)
	require.Len(t, c.In(place(lab)), 1)
	require.Contains(t, message.text, "https://chat.test/hooks/"+c.ID+"."+c.HookKey)
	secret := tokenIn(t, message.text)
	require.Equal(t, o.secretOf(c), secret)
	require.GreaterOrEqual(t, len(secret), 26, "130 bits")
	require.GreaterOrEqual(t, len(c.ID), 26)

	require.Len(t, o.people.announced, 1, "the channel is told who did it")
	require.Contains(t, o.people.announced[0].text, "ada")
	stored, err := json.Marshal(o.connections())
	require.NoError(t, err)
	for _, seen := range []string{answer, o.people.announced[0].text, strings.Join(o.logged, "\n"), string(stored)} {
		require.NotContains(t, seen, secret)
	}

	require.Contains(t, o.types(ada, lab, "/builder connect Builder of ~lab"), "already")
	require.Len(t, o.people.direct, 1, "the secret is not shown again")
	require.Contains(t, o.types(ada, lab, "/builder list"), "Builder of ~\u200blab")
}

func TestNothingIsMadeWhereTheSecretCannotBeHandedOver(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people.mute[ada] = true

	_, err := o.tries(ada, lab, "/builder connect")

	require.Error(t, err)
	require.Empty(t, o.connections())
	require.Empty(t, o.following("builder", lab))
	require.Empty(t, o.people.announced)
}

func TestAConnectionServesFurtherChannelsOfWhoManagesIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, `/builder connect “Main server"`)

	answer := o.types(bob, town, "/builder connect 'main server'")

	require.Contains(t, answer, "the address and the token stay the same")
	require.Len(t, o.people.direct, 1, "the secret is not shown again")
	require.Equal(t, []chat.Place{place(lab), place(town)}, o.only().Channels())

	require.Contains(t, o.types(bob, town, "/builder disconnect"), "Other channels")
	o.presses(bob, "Disconnect")
	require.Equal(t, []chat.Place{place(lab)}, o.only().Channels())
}

func TestAStrangerCannotJoinAConnectionByGuessingItsName(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/builder connect secret project")

	answer := o.types(eve, town, "/builder connect secret project")

	require.Contains(t, answer, "is ready", "it is as if there was no such name")
	require.Len(t, o.connections(), 2)
	require.NotEqual(t, tokenIn(t, o.people.direct[0].text), tokenIn(t, o.people.direct[1].text))
	for _, c := range o.connections() {
		require.Len(t, c.Channels(), 1)
	}
}

func TestConnectionsOfOneNameAreNumberedOrAskedFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/builder connect")
	o.types(ada, lab, "/builder connect")
	require.Contains(t, o.types(ada, lab, "/builder list"), "Builder of ~\u200blab 2")

	o.people.members[town] = []string{ada, eve}
	o.types(eve, town, "/builder connect ci")
	o.types(bob, lab, "/builder connect ci")
	require.Contains(t, o.types(ada, adasDirect, "/builder connect ci"), "several connections named ci")
	require.ElementsMatch(t, []string{"ci, as in ~\u200btown", "ci, as in ~\u200blab", "Create a new one", "Cancel"}, o.labels(o.lastEphemeral()))
	direct := len(o.people.direct)
	require.Contains(t, o.presses(ada, "Create a new one"), "is ready")
	require.Len(t, o.people.direct, direct+1)
}

func TestTheRightToConnectIsCheckedWhenTheButtonIsPressed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/builder connect ci")
	o.types(ada, lab, "/builder disconnect ci")
	o.people.members[lab] = []string{bob}

	_, err := o.triesToPress(ada, "Disconnect")

	require.Equal(t, fault.NoPost, fault.CodeOf(err))
	require.Len(t, o.only().In(place(lab)), 1)
	_, err = o.triesToPress(eve, "Disconnect")
	require.Equal(t, fault.ButtonNotYours, fault.CodeOf(err), "the button was made for ada")
}

func TestAPolicyOfTheAdminsNarrowsWhoConnects(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settings.Policy = bridge.ChannelAdmins
	for _, line := range []string{"/builder connect", "/builder disconnect", "/builder rotate", "/builder test"} {
		_, err := o.tries(ada, town, line)
		require.Equal(t, fault.ConnectForbidden, fault.CodeOf(err), line)
	}
	o.types(bob, town, "/builder connect")
	require.Contains(t, o.types(ada, town, "/builder list"), "Builder of", "looking is for all who are in the channel")
	_, err := o.tries(ada, adasDirect, "/builder connect")
	require.Equal(t, fault.ConnectForbidden, fault.CodeOf(err), "the policy holds in one's own conversation, too")
	o.types(bob, bobsDirect, "/builder connect")
	require.Contains(t, o.types(bob, bobsDirect, "/builder list"), "Builder of @\u200bbob", "who is an admin of any channel may connect their own")

	o.settings.Policy = bridge.SystemAdmins
	_, err = o.tries(bob, bobsDirect, "/builder rotate")
	require.Equal(t, fault.ConnectAdminOnly, fault.CodeOf(err))
}

func TestAGuestChangesNoConnection(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, town, "/builder connect ci")
	o.people.guests = []string{bob}
	for _, line := range []string{"/builder connect", "/builder connect ci", "/builder disconnect", "/builder rotate", "/builder test", "/builder configure"} {
		for _, place := range []string{town, lab, bobsDirect} {
			_, err := o.tries(bob, place, line)
			require.Equal(t, fault.GuestForbidden, fault.CodeOf(err), "%s in %s", line, place)
		}
	}
	require.Contains(t, o.types(bob, town, "/builder list"), "ci")
}

func TestThereAreOnlySoManyConnections(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for i := range connection.MaxConnections {
		o.types(ada, lab, fmt.Sprintf("/builder connect server %d", i))
	}
	direct := len(o.people.direct)

	_, err := o.tries(ada, lab, "/builder connect one more")

	require.Equal(t, fault.TooMany, fault.CodeOf(err))
	require.Len(t, o.connections(), connection.MaxConnections)
	require.Len(t, o.people.direct, direct)
	require.Less(t, len(o.types(ada, lab, "/builder list")), 16000, "a message that a post can hold")
	require.Less(t, len(o.types(ada, lab, "/builder status")), 16000)
}

func TestAConnectionServesOnlySoManyChannels(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/builder connect ci")
	for i := range connection.MaxChannels {
		channel := fmt.Sprintf("room%d", i)
		o.people.channels[channel], o.people.members[channel] = o.people.channels[lab], []string{ada}
		_, err := o.tries(ada, channel, "/builder connect ci")
		if i < connection.MaxChannels-1 {
			require.NoError(t, err)
			continue
		}
		require.Equal(t, fault.TooMany, fault.CodeOf(err))
		require.Empty(t, o.following("builder", channel))
	}
}

func TestNothingIsConnectedWhileSecretsCannotBeKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settings.Missing = "At-rest token encryption key"
	_, err := o.tries(ada, lab, "/builder connect")
	require.Equal(t, fault.NotConfigured, fault.CodeOf(err))
	require.Empty(t, o.connections())
}

func TestEachProviderThatIsOnHasItsTree(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settings.Enabled = map[string]string{"coder": "code"}
	trees := o.bridge.Commands()
	require.Len(t, trees, 1)
	require.Equal(t, "code", trees[0].Name, "an admin may choose another word")

	help := o.types(ada, lab, "/code help")
	for _, word := range []string{"connect", "disconnect", "configure", "list", "test", "status", "rotate", "help"} {
		require.Contains(t, help, "`/code "+word)
	}
	require.NotContains(t, help, "setup", "that is for admins")
	require.NotContains(t, help, "bridge.", "all messages have their text")
	require.Equal(t, help, o.types(ada, lab, "/code"), "nothing typed asks for help")
}

func TestAButtonOfAProviderThatWasTurnedOffSaysSo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/builder connect ci")
	o.types(ada, lab, "/builder disconnect")
	o.settings.Enabled = map[string]string{"coder": "coder"}
	_, err := o.triesToPress(ada, "Disconnect")
	require.Equal(t, fault.ProviderOff, fault.CodeOf(err))
	require.Contains(t, o.texts.Text("en", chat.Failure(err)).String(), "Builder is turned off on this server")
}

// FuzzACommandLineDoesNoHarm types anything, and wants an answer or a fault that people can read.
func FuzzACommandLineDoesNoHarm(f *testing.F) {
	for _, line := range []string{
		"connect", `connect "a b"`, "connect “x>", "connect ''", "connect \"", "disconnect all", "rotate \u200b", "connect https://coder.test/acme/web",
		"connect <https://coder.test/a>", "status 'ci", "list everything", "test\nci", "connect @all #x ~y", "help me", "connect \xff\xfe", "\u2028connect",
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		o := newOffice(t)
		for _, word := range []string{"/builder ", "/coder "} {
			answer, err := o.tries(ada, lab, word+line)
			if err != nil {
				require.NotEqual(t, fault.Internal, fault.CodeOf(err), "%q: %v", line, err)
				continue
			}
			require.NotContains(t, answer, "@all")
			require.NotContains(t, answer, "<no value>")
		}
		for _, c := range o.connections() {
			require.LessOrEqual(t, len([]rune(c.Name)), connection.MaxName+len(" 50"))
			require.NotContains(t, c.Name, "\n")
		}
	})
}

// FuzzUnquotedTakesOffQuotes wants what is left to be the same when taken again, but for further quotes.
func FuzzUnquotedTakesOffQuotes(f *testing.F) {
	for _, text := range []string{`"a"`, "“a”", "«a»", "'", "''", "“", "<x>", "a\u200bb", " \t", "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := conversation.Unquoted(text)
		require.LessOrEqual(t, len(got), len(text))
		require.Equal(t, strings.TrimSpace(got), got)
		require.Equal(t, got, conversation.Unquoted(`"`+got+`"`), "what is quoted is what was meant")
	})
}
