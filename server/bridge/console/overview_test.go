package console_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/console"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/mattermost/markdown"
)

// overview returns what a user is answered to "/zoom connections" and this.
func (o *office) overview(userID, text string) (string, error) {
	answer, err := o.bridge.OverviewCommand().Run(o.t.Context(), command.Call{Actor: actor(userID), Place: place(town), Text: text})
	return strings.ReplaceAll(markdown.Render(o.texts.Text("en", answer), markdown.Reader{}), "\u200b", ""), err
}

func TestAnAdminSeesHowAllConnectionsDo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people.members[town] = append(o.people.members[town], "root")
	text, err := o.overview("root", "")
	require.NoError(t, err)
	require.Equal(t, "No connections match.", text)

	o.types(ada, lab, "/builder connect ci")
	ci := o.only()
	o.types(ada, lab, "/builder connect nightly")
	o.types(bob, town, "/builder connect ci")
	o.types(ada, lab, "/coder connect "+webRepo)
	o.now = o.now.Add(3 * time.Hour)
	require.NoError(t, o.log(ci.ID, []bridge.Entry{
		{At: o.now.Add(-2 * time.Hour), Result: bridge.Failed, Count: 3},
		{At: o.now.Add(-time.Hour), Result: bridge.Posted, Count: 1, Views: []bridge.View{{Channels: []chat.Place{place(town)}, Result: bridge.Posted, Known: true, Title: "secret plans"}}},
	}))
	text, err = o.overview("root", "")
	require.NoError(t, err)
	require.Equal(t, strings.Join([]string{
		"#### Connections 1–3 of 3",
		":warning: **Builder**: ci – in ~town, 1 other, last delivery an hour ago: Shown, 3 failures in 24 hours, connected by @ada, 3 hours ago",
		":warning: **Builder**: nightly – nothing has arrived yet, in 1 channel, connected by @ada, 3 hours ago",
		":warning: **Coder**: [acme/web](" + webRepo + ") – nothing has arrived yet, in 1 channel, connected by @ada, 3 hours ago",
	}, "\n"), text)
	require.NotContains(t, text, "secret", "what arrived is for those who follow it")
}

func TestTheOverviewNamesWhatIsBroken(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/builder connect ci")
	c := o.only()
	require.NoError(t, o.log(c.ID, []bridge.Entry{{At: o.now, Result: bridge.Refused, Count: 1}}))
	for _, row := range []struct {
		change func()
		says   string
	}{
		{func() {}, ":x: **Builder**: ci – in 1 channel, last delivery just now: Refused, 1 failure in 24 hours"},
		{func() { c.Sealed = "00"; o.put(c) }, ":x: **Builder**: ci – the secret can't be decrypted"},
		{func() { delete(o.settings.Enabled, "builder") }, ":warning: **Builder**: ci – the integration is turned off"},
	} {
		row.change()
		text, err := o.overview("root", "")
		require.NoError(t, err)
		require.Contains(t, text, row.says)
	}
	o.types(ada, lab, "/coder connect "+webRepo)
	for _, c := range o.connections() {
		if c.Provider == "coder" {
			c.Installation = nil
			o.put(c)
		}
	}
	text, err := o.overview("root", "coder")
	require.NoError(t, err)
	require.Contains(t, text, "the webhook is missing; a user has to repair the connection")
	require.NotContains(t, text, "Builder")
}

func TestTheOverviewIsReadPageByPage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for n := range 23 {
		o.types(ada, lab, fmt.Sprintf("/builder connect server %02d", n))
	}
	for page, want := range map[string][]string{
		"": {"Connections 1–10 of 23", "server 09", "`/zoom connections page 2`"}, "page 3": {"Connections 21–23 of 23", "server 22"},
		"page 9": {"Connections 1–10 of 23"}, "SERVER 1 page 1": {"Connections 1–10 of 10"}, "server page 2": {"Connections 11–20 of 23", "`/zoom connections server page 3`"},
	} {
		text, err := o.overview("root", page)
		require.NoError(t, err)
		for _, part := range want {
			require.Contains(t, text, part, page)
		}
	}
	text, err := o.overview("root", "failing")
	require.NoError(t, err)
	require.Equal(t, "No connections match.", text)
}

func TestOnlySystemAdminsSeeTheOverview(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/builder connect ci")
	_, err := o.overview(bob, "")
	require.Equal(t, fault.Forbidden, fault.CodeOf(err))
	_, err = o.bridge.Overview(t.Context(), actor(ada), bridge.OverviewQuery{Most: 20}, 1)
	require.Equal(t, fault.Forbidden, fault.CodeOf(err))
	page, err := o.bridge.Overview(t.Context(), actor("root"), bridge.OverviewQuery{Most: 20}, 1)
	require.NoError(t, err)
	require.Equal(t, console.Overview{Page: 1, Pages: 1, All: 1, Lines: page.Lines}, page)
}
