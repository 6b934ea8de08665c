package console_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

func TestDisconnectAsksFirstAndCanBeCancelled(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/builder connect ci")
	require.Contains(t, o.types(ada, lab, "/builder disconnect"), "Do you want to end this connection?")
	require.Equal(t, []string{"Disconnect", "Cancel"}, o.labels(o.lastEphemeral()))
	require.Equal(t, "Nothing changed.", o.presses(ada, "Cancel"))
	require.Len(t, o.only().In(place(lab)), 1)

	o.types(ada, lab, "/builder disconnect")
	require.Contains(t, o.presses(ada, "Disconnect"), "its webhook address no longer works")
	require.Empty(t, o.connections())
	require.Empty(t, o.following("builder", lab))
	last := o.people.announced[len(o.people.announced)-1]
	require.Equal(t, lab, last.at.Channel)
	require.Contains(t, last.text, "ended this channel's connection to Builder: ci")
}

func TestOfSeveralConnectionsOneIsChosenOrNamedOrAllAreEnded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, name := range []string{"main", "main backup", "nightly"} {
		o.types(ada, lab, "/builder connect "+name)
	}
	require.Contains(t, o.types(ada, lab, "/builder disconnect"), "Which connection")
	require.Equal(t, []string{"main", "main backup", "nightly", "Cancel"}, o.labels(o.lastEphemeral()))
	require.Contains(t, o.presses(ada, "nightly"), "nightly")
	o.presses(ada, "Disconnect")
	require.Len(t, o.connections(), 2)

	require.Contains(t, o.types(ada, lab, `/builder disconnect "MAIN"`), "* main.", "a whole name is no beginning of another")
	o.types(ada, lab, "/builder disconnect backup")
	o.presses(ada, "Disconnect")
	require.Equal(t, "main", o.only().Name)
	o.types(ada, lab, "/builder connect again")
	require.Contains(t, o.types(ada, lab, "/builder disconnect All"), "these 2 connections")
	o.presses(ada, "Disconnect")
	require.Empty(t, o.connections())

	_, err := o.tries(ada, lab, "/builder disconnect")
	require.Equal(t, fault.NotFollowed, fault.CodeOf(err))
}

func TestDisconnectFindsARepositoryByItsAddress(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/coder connect "+webRepo)
	o.types(ada, lab, "/coder connect https://coder.test/acme/api")
	require.Contains(t, o.types(ada, lab, "/coder disconnect https://coder.test/ACME/api"), "acme/api")
	o.presses(ada, "Disconnect")
	require.Equal(t, "acme/web", o.only().Name)
}

func TestDisconnectOffersToSignOut(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/coder connect "+webRepo)
	o.types(ada, lab, "/coder disconnect")
	require.Equal(t, []string{"Disconnect", "Disconnect and sign out", "Cancel"}, o.labels(o.lastEphemeral()))

	text := o.presses(ada, "Disconnect and sign out")

	require.Contains(t, text, "the webhook in Coder is removed", "before the sign-in that it takes is gone")
	require.Contains(t, text, "You're signed out of Coder")
	require.False(t, o.accounts.signedIn[ada])
	require.True(t, o.accounts.signedIn[bob])

	require.Contains(t, o.types(bob, lab, "/coder disconnect"), "Do you want to sign out?", "where nothing is connected, too")
	o.presses(bob, "Sign out")
	require.False(t, o.accounts.signedIn[bob])
	_, err := o.tries(bob, lab, "/coder disconnect")
	require.Equal(t, fault.NotFollowed, fault.CodeOf(err))
}

func TestAWebhookThatCannotBeRemovedIsLeftToPeople(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/coder connect "+webRepo)
	id := o.only().ID
	o.coder.broken["uninstall"] = fault.New(fault.ProviderForbidden).With("Provider", "Coder")
	o.types(ada, lab, "/coder disconnect")

	text := o.presses(ada, "Disconnect")

	require.Contains(t, text, "https://coder.test/acme/web/hooks")
	require.Contains(t, text, id)
	require.Contains(t, text, "Coder doesn't allow this")
	require.Empty(t, o.connections(), "nothing of it is shown any more")
}

func TestWhoseAccountIsGoneIsStoodInForByWhoDisconnects(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/coder connect "+webRepo)
	delete(o.accounts.signedIn, ada)
	o.types(bob, lab, "/coder disconnect")
	require.Contains(t, o.presses(bob, "Disconnect"), "the webhook in Coder is removed")
	require.Empty(t, o.coder.hooks)
}

func TestAChannelThatJoinsWhileTheLastLeavesKeepsAWebhook(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.types(ada, lab, "/coder connect "+webRepo)
	left := o.only()
	o.types(bob, town, "/coder connect "+webRepo)

	// As if ada's server had read the record before bob joined.
	_, err := o.bridge.Connections.Disconnector.End(t.Context(), conversation.Request{Actor: actor(ada), Place: placeOf(lab), Provider: "coder"}, left)

	require.NoError(t, err)
	require.Equal(t, []chat.Place{place(town)}, o.only().Channels())
	require.Len(t, o.coder.hooks, 1)
}
