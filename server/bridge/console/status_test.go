package console_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

func placeOf(channelID string) chat.Place { return place(channelID) }

func TestStatusShowsWhatArrivedAndWhy(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/builder connect ci")
	id := o.only().ID
	ago := func(d time.Duration) time.Time { return o.now.Add(-d) }
	require.NoError(t, o.log(id, []bridge.Entry{
		{At: ago(50 * time.Hour), Result: bridge.Refused, Count: 12},
		{At: ago(2 * time.Hour), Result: bridge.Unwanted, Event: "queued", By: provider.ByHeader},
		{At: ago(3 * time.Minute), Result: bridge.Posted, Event: "built", Title: "web #42 @all", By: provider.ByPath, Reason: chat.Verbatim("as asked")},
	}))

	text := o.types(ada, lab, "/builder status")

	require.Contains(t, text, "* 3 min ago: **Shown** – web #\u200b42 @\u200ball (Builds, secret in the address): as asked")
	require.Contains(t, text, "* 2 hours ago: **Filtered out** (Queue, secret in a header)")
	require.Contains(t, text, "If Builder should send it in the `Authorization` header")
	require.Contains(t, text, "* 2 days ago: **Refused** (12 times in a row)\n\n", "what follows is not part of the list")
	require.Contains(t, text, "remove that header")
	require.Less(t, strings.Index(text, "3 min"), strings.Index(text, "2 days"), "the newest is first")
}

func TestStatusSaysWhatToCheckWhereNothingArrives(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	require.Contains(t, o.types(ada, lab, "/builder status"), "run `/builder connect [name]`")
	o.types(ada, lab, "/builder connect ci")
	require.Contains(t, o.types(ada, lab, "/builder status"), "Nothing has arrived yet")
	o.types(ada, lab, "/coder connect "+webRepo)
	require.Contains(t, o.types(ada, lab, "/coder status"), "Nothing has arrived yet")

	for _, c := range o.connections() {
		require.NoError(t, o.log(c.ID, []bridge.Entry{{At: o.now, Result: bridge.Refused}}))
	}
	require.Contains(t, o.types(ada, lab, "/builder status"), "The last delivery was refused")
	o.settings.Missing = "Site URL"
	require.Contains(t, o.types(ada, lab, "/builder status"), "fill in “Site URL”")
}

func TestNobodyOutsideAChannelReadsWhatItIsConnectedTo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/builder connect hush")
	for _, line := range []string{"list", "status", "status hush", "rotate hush", "disconnect hush", "test hush", "configure hush"} {
		_, err := o.tries(eve, lab, "/builder "+line)
		require.Equal(t, fault.NoPost, fault.CodeOf(err), line)
		answer, err := o.tries(eve, town, "/builder "+line)
		if err != nil {
			require.Equal(t, fault.NotFollowed, fault.CodeOf(err), line)
		}
		require.NotContains(t, answer, "hush")
	}
}

func TestOtherChannelsAreNamedOnlyToThoseWhoAreInThem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/builder connect ci")
	o.types(ada, town, "/builder connect ci")
	o.types(ada, adasDirect, "/builder connect ci")
	require.Contains(t, o.types(ada, town, "/builder list"), "Also in: ~\u200blab, a direct message")
	require.Contains(t, o.types(bob, town, "/builder list"), "Also in: ~\u200blab, 1 other")
	require.Contains(t, o.types(eve, town, "/builder list"), "Also in: 2 others")
}

func TestListSaysWhatIsShownAndHow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/builder connect ci")
	_, err := o.memory.Connections.UpdateConnection(t.Context(), o.only().ID, func(c *bridge.Connection) (bool, error) {
		sub := &c.Subscriptions[0]
		sub.Events, sub.Filters, sub.OnlyTurns = []string{"queued"}, map[string]string{"job": "web-*,!test"}, true
		sub.Style, sub.Mention, sub.ResourceName = bridge.Thread, "here", "backend"
		return true, nil
	})
	require.NoError(t, err)
	o.now = o.now.Add(25 * time.Hour)

	text := o.types(ada, lab, "/builder list")

	for _, part := range []string{
		"**ci**", "Project: backend", "Events: Queue", "Only where: job `web-*,!test`",
		"cards in a thread, only when the result changes, mentions @\u200bhere when", "Connected by @\u200bada, yesterday\n\n",
	} {
		require.Contains(t, text, part)
	}
	require.NotContains(t, text, "@here")
}

func TestRotatingKeepsTheOldSecretForADay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/builder connect ci")
	old := o.secretOf(o.only())
	require.Contains(t, o.types(ada, lab, "/builder rotate"), "The old one works for another 24 hours")
	require.Equal(t, old, o.secretOf(o.only()), "it asks first")

	require.NotContains(t, o.presses(ada, "Create new secret"), old)

	fresh := tokenIn(t, o.people.direct[1].text)
	require.NotEqual(t, old, fresh)
	require.Equal(t, fresh, o.secretOf(o.only()))
	keys, err := o.bridge.Keys.Open(t.Context(), o.only())
	require.NoError(t, err)
	require.Equal(t, []string{fresh, old}, keys.Valid(o.now.Add(23*time.Hour)))
	require.Equal(t, []string{fresh}, keys.Valid(o.now.Add(25*time.Hour)))

	require.NoError(t, o.log(o.only().ID, []bridge.Entry{{At: o.now, Result: bridge.Posted, By: provider.ByHeader, Old: true}}))
	o.now = o.now.Add(time.Hour)
	require.Contains(t, o.types(ada, lab, "/builder status"), "which expires in 23 hours")
}

func TestASecretThatCannotBeHandedOverDoesNotReplaceTheOld(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/builder connect ci")
	o.types(ada, lab, "/coder connect "+webRepo)
	for _, line := range []string{"/builder rotate", "/coder rotate"} {
		o.types(ada, lab, line)
		var before []string
		for _, c := range o.connections() {
			before = append(before, o.secretOf(c))
		}
		o.people.mute[ada] = true
		o.coder.broken["install"] = fault.New(fault.ProviderUnavailable)
		_, err := o.triesToPress(ada, "Create new secret")
		require.Error(t, err)
		var after []string
		for _, c := range o.connections() {
			after = append(after, o.secretOf(c))
		}
		require.ElementsMatch(t, before, after)
	}
}

func TestRotatingGivesTheToolTheNewSecret(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/coder connect "+webRepo)
	old := o.coder.hooks["acme/web"].Secret
	delete(o.accounts.signedIn, ada)
	o.types(bob, lab, "/coder rotate")
	o.presses(bob, "Create new secret")
	require.NotEqual(t, old, o.coder.hooks["acme/web"].Secret)
	require.Equal(t, o.secretOf(o.only()), o.coder.hooks["acme/web"].Secret)
	require.Equal(t, chat.PersonID(bob), o.only().ActsAs, "whose account works takes over")
	require.Empty(t, o.people.direct)
}
