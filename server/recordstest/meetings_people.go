package recordstest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/meeting"
)

func settingIsKept(t *testing.T, w MeetingsWorld) {
	t.Helper()
	choice := func(person chat.PersonID) meeting.Choice {
		c, err := w.Index.Choice(t.Context(), person)
		require.NoError(t, err)
		return c
	}
	require.Equal(t, meeting.Unspecified, choice("alice"))
	require.NoError(t, w.Index.SetChoice(t.Context(), "alice", meeting.Personal))
	require.NoError(t, w.Index.SetChoice(t.Context(), "alice", meeting.Ask))
	require.NoError(t, w.Index.AdoptChoice(t.Context(), "alice", meeting.Unique))
	require.Equal(t, meeting.Ask, choice("alice"))
	require.NoError(t, w.Index.SetPersonalMeetingID(t.Context(), "bob", "5551112222", time.Hour))
	require.NoError(t, w.Index.AdoptChoice(t.Context(), "bob", meeting.Personal))
	require.Equal(t, meeting.Personal, choice("bob"))
}
