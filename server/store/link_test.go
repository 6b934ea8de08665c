package store_test

import (
	"strings"
	"testing"
	"time"

	"mattermost-plugin-zoom/server/chat"

	"github.com/stretchr/testify/require"
)

func TestZoomUserBelongsToOnePerson(t *testing.T) {
	t.Parallel()
	s := newTable(t)

	before, err := s.Link(t.Context(), "zoom-1", "alice")
	require.NoError(t, err)
	require.Empty(t, before, "nobody had it")

	linked, err := s.Linked(t.Context(), "zoom-1")
	require.NoError(t, err)
	require.Equal(t, chat.PersonID("alice"), linked)

	before, err = s.Link(t.Context(), "zoom-1", "alice")
	require.NoError(t, err)
	require.Equal(t, chat.PersonID("alice"), before, "connecting again changes nothing")
}

// In the peer, two people who connected the same Zoom user silently overwrote each other.
func TestDefect34_TakingOverAZoomUserNamesItsPreviousOwner(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	_, err := s.Link(t.Context(), "zoom-1", "alice")
	require.NoError(t, err)

	before, err := s.Link(t.Context(), "zoom-1", "bob")
	require.NoError(t, err)
	require.Equal(t, chat.PersonID("alice"), before)

	require.NoError(t, s.Unlink(t.Context(), "zoom-1", "alice"))
	linked, err := s.Linked(t.Context(), "zoom-1")
	require.NoError(t, err)
	require.Equal(t, chat.PersonID("bob"), linked, "alice's disconnecting leaves bob connected")
}

func TestUnlinkedZoomUserBelongsToNoOne(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	_, err := s.Link(t.Context(), "zoom-1", "alice")
	require.NoError(t, err)
	require.NoError(t, s.Unlink(t.Context(), "zoom-1", "alice"))
	require.NoError(t, s.Unlink(t.Context(), "zoom-1", "alice"), "twice is as good as once")

	linked, err := s.Linked(t.Context(), "zoom-1")
	require.NoError(t, err)
	require.Empty(t, linked)
	require.Empty(t, s.kv.Keys(""))
}

func TestZoomUserIDIsNoPartOfAKey(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	_, err := s.Link(t.Context(), strings.Repeat("z/", 200), "alice")
	require.NoError(t, err)
	keys := s.kv.Keys("lnk.zoom.")
	require.Len(t, keys, 1)
	require.NotContains(t, keys[0], "z/z/")
}

func TestPersonalMeetingIDIsRememberedForATime(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	require.NoError(t, s.SetPersonalMeetingID(t.Context(), "alice", "5551112222", time.Hour))

	id, err := s.PersonalMeetingID(t.Context(), "alice")
	require.NoError(t, err)
	require.Equal(t, "5551112222", id)

	s.now = s.now.Add(time.Hour)
	id, err = s.PersonalMeetingID(t.Context(), "alice")
	require.NoError(t, err)
	require.Empty(t, id)
}

func TestPersonalMeetingIDCanBeForgotten(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	require.NoError(t, s.SetPersonalMeetingID(t.Context(), "alice", "5551112222", time.Hour))
	require.NoError(t, s.SetPersonalMeetingID(t.Context(), "alice", "", 0))
	id, err := s.PersonalMeetingID(t.Context(), "alice")
	require.NoError(t, err)
	require.Empty(t, id)
}
