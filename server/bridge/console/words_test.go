package console_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// writes has a user write to the bot and returns what it answers for all to read, or shows to them.
func (o *office) writes(userID, text string) string {
	answers, notes := len(o.people.announced), len(o.people.ephemerals)
	require.True(o.t, o.bridge.Said(o.t.Context(), actor(userID), place("direct-"+userID), text), text)
	if len(o.people.ephemerals) > notes {
		return o.lastEphemeral().text
	}
	require.Greater(o.t, len(o.people.announced), answers, "nothing was answered to %q", text)
	return o.people.announced[len(o.people.announced)-1].text
}

func TestBareWordsWorkInTheDirectChannelWithTheBot(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	require.Contains(t, o.writes(ada, "help"), "`builder` – Brings builds.")
	require.Contains(t, o.writes(ada, "builder help"), "/builder connect")
	require.Contains(t, o.writes(ada, "list"), "isn't connected to anything yet")

	require.Contains(t, o.writes(ada, "  Connect "+webRepo), "This channel now follows", "only one tool knows such addresses")
	require.Contains(t, o.writes(ada, "/Builder connect ci"), "ci is ready")
	require.Contains(t, o.writes(ada, "coder disconnect"), "Do you want to end")
	o.presses(ada, "Disconnect")
	require.Contains(t, o.writes(ada, "status"), "Nothing has arrived yet", "only one tool is connected here now")
	require.Contains(t, o.writes(ada, "disconnect ci"), "Do you want to end")
	require.Contains(t, o.writes(ada, "what is this?"), "Unknown command. You can type")
	require.Contains(t, o.writes(ada, "coder list"), "isn't connected to Coder yet")
}

func TestWordsThatCouldMeanSeveralToolsAskWhich(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	require.Equal(t, "Which integration do you mean?", o.writes(ada, "connect main server"))
	require.Equal(t, []string{"Builder", "Coder"}, o.labels(o.lastEphemeral()))
	require.Contains(t, o.presses(ada, "Builder"), "main server is ready")
	require.Equal(t, "main server", o.only().Name)

	o.writes(ada, "connect "+webRepo)
	o.writes(ada, "disconnect")
	require.Contains(t, o.presses(ada, "Coder"), "acme/web")
	require.Equal(t, []string{"Disconnect", "Disconnect and sign out", "Cancel"}, o.labels(o.lastEphemeral()))
	o.writes(ada, "list")
	require.Contains(t, o.presses(ada, "Coder"), "acme/web")
	o.writes(ada, "configure")
	require.NotEmpty(t, o.labels(o.lastEphemeral()))
}

func TestWithOneToolItNeedNotBeNamed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settings.Enabled = map[string]string{"builder": "build"}
	require.Contains(t, o.writes(ada, "help"), "/build connect")
	require.Contains(t, o.writes(ada, "connect"), "is ready")
	require.Equal(t, "Builder of @ada", o.only().Name)
	require.Contains(t, o.writes(ada, "rotate nothing"), "no such connection to Builder")
	o.settings.Enabled = nil
	require.False(t, o.bridge.Said(t.Context(), actor(ada), place(adasDirect), "help"), "there is no bridge")
}

func TestWhatIsSaidElsewhereIsNotForTheBridge(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	require.False(t, o.bridge.Said(t.Context(), actor(ada), place(town), "help"))
	require.False(t, o.bridge.Said(t.Context(), actor(ada), place(adasDirect).In("thread"), "looks good to me"), "that is about a card")
	require.True(t, o.bridge.Said(t.Context(), actor(ada), place(adasDirect).In("thread"), "list"))
	require.False(t, o.bridge.Said(t.Context(), actor(ada), place(adasDirect), "  "))
}

func TestATrialIsForThisChannelAloneAndPartOfNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/builder connect ci")
	o.types(ada, town, "/builder connect ci")

	require.Contains(t, o.types(ada, town, "/builder test"), "A sample card is posted")

	require.Contains(t, o.people.announced[len(o.people.announced)-1].text, "is a sample")
	c := o.only()
	c.Subscriptions[1].Filters, c.Subscriptions[1].Events, c.Subscriptions[1].Mention = map[string]string{"job": "x"}, []string{}, "here"
	trial := connection.ForTrial(c, place(town), builder{}.Describe().Events)
	require.Equal(t, []chat.Place{place(town)}, trial.Channels())
	require.Equal(t, c.Subscriptions[1].ID, trial.Subscriptions[0].ID, "so that its card is found later")
	require.Equal(t, []string{"built", "queued"}, trial.Subscriptions[0].Events)
	require.Empty(t, trial.Subscriptions[0].Filters)
	require.Empty(t, trial.Subscriptions[0].Mention)
	require.Empty(t, connection.ForTrial(c, place(adasDirect), nil).Subscriptions)

	first, second := connection.AsTrial(builder{}.Sample(o.now)), connection.AsTrial(builder{}.Sample(o.now))
	require.NotEqual(t, first.Subject, second.Subject)
	require.Regexp(t, "^test/", first.Subject)
	require.NotEqual(t, "web", first.Series, "no streak counts it")
	require.Empty(t, first.RelatedSubjects)
	require.Empty(t, connection.AsTrial(provider.Event{}).Series)
}
