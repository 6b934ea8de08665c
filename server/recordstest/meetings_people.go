package recordstest

import (
	"fmt"
	"sync"
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
	require.NoError(t, w.Links.SetPersonalMeetingID(t.Context(), "bob", "5551112222", time.Hour))
	require.NoError(t, w.Index.AdoptChoice(t.Context(), "bob", meeting.Personal))
	require.Equal(t, meeting.Personal, choice("bob"))
}

func zoomUserBelongs(t *testing.T, w MeetingsWorld) {
	t.Helper()
	linked := func() chat.PersonID {
		person, err := w.Links.Linked(t.Context(), "zoom/1==")
		require.NoError(t, err)
		return person
	}
	require.Empty(t, linked())
	before, err := w.Links.Link(t.Context(), "zoom/1==", "alice")
	require.NoError(t, err)
	require.Empty(t, before, "nobody had it")
	require.Equal(t, chat.PersonID("alice"), linked())
	before, err = w.Links.Link(t.Context(), "zoom/1==", "alice")
	require.NoError(t, err)
	require.Equal(t, chat.PersonID("alice"), before, "connecting again changes nothing")

	// In the peer, two people who connected the same Zoom user silently overwrote each other.
	before, err = w.Links.Link(t.Context(), "zoom/1==", "bob")
	require.NoError(t, err)
	require.Equal(t, chat.PersonID("alice"), before)
	require.NoError(t, w.Links.Unlink(t.Context(), "zoom/1==", "alice"))
	require.Equal(t, chat.PersonID("bob"), linked(), "alice's disconnecting leaves bob connected")
	require.NoError(t, w.Links.Unlink(t.Context(), "zoom/1==", "bob"))
	require.NoError(t, w.Links.Unlink(t.Context(), "zoom/1==", "bob"), "twice is as good as once")
	require.Empty(t, linked())
}

func linkIsTakenOver(t *testing.T, w MeetingsWorld) {
	t.Helper()
	for i := range 10 {
		account, owners := fmt.Sprint("zoom", i), make([]chat.PersonID, 2)
		var both sync.WaitGroup
		for who, person := range []chat.PersonID{"alice", "bob"} {
			both.Go(func() {
				before, err := w.Links.Link(t.Context(), account, person)
				if err != nil {
					t.Error(err)
				}
				owners[who] = before
			})
		}
		both.Wait()
		last, err := w.Links.Linked(t.Context(), account)
		require.NoError(t, err)
		if last == "bob" {
			require.Equal(t, []chat.PersonID{"", "alice"}, owners)
		} else {
			require.Equal(t, []chat.PersonID{"bob", ""}, owners)
		}
	}
}
