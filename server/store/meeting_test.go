package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/store"
	"mattermost-plugin-zoom/server/store/storetest"
)

var _ meeting.Index = (*store.Store)(nil)

// table is a store over a table in memory, with a clock that only moves on request.
type table struct {
	*store.Store
	kv  *storetest.MemoryKV
	now time.Time
}

func newTable(t *testing.T) *table {
	t.Helper()
	tbl := &table{now: time.Date(2026, 8, 3, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return tbl.now }
	tbl.kv = storetest.NewMemoryKV(clock)
	tbl.Store = store.New(tbl.kv, clock)
	return tbl
}

func announce(postID string) func(*meeting.Record) bool {
	return func(r *meeting.Record) bool {
		r.Announce(meeting.Post{Message: chat.MessageRef{Place: place("town"), ID: postID}, Status: meeting.Announced}, false)
		return true
	}
}

func look(*meeting.Record) bool { return false }

func TestMeetingIsFoundByItsID(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	_, err := s.UpdateMeeting(t.Context(), "85746065432", announce("post1"))
	require.NoError(t, err)

	found, err := s.UpdateMeeting(t.Context(), "85746065432", look)
	require.NoError(t, err)
	require.Len(t, found.Posts, 1)
	require.Equal(t, "post1", found.Posts[0].Message.ID)

	other, err := s.UpdateMeeting(t.Context(), "85746065433", look)
	require.NoError(t, err)
	require.Empty(t, other.Posts, "events of meetings that are not ours find nothing")
	require.Len(t, s.kv.Keys(""), 1, "and leave nothing behind")
}

func TestMeetingIsKeptForThirtyDaysAfterItsLastChange(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	_, err := s.UpdateMeeting(t.Context(), "85746065432", announce("post1"))
	require.NoError(t, err)

	s.now = s.now.Add(29 * 24 * time.Hour)
	_, err = s.UpdateMeeting(t.Context(), "85746065432", announce("post2"))
	require.NoError(t, err)

	s.now = s.now.Add(29 * 24 * time.Hour)
	found, err := s.UpdateMeeting(t.Context(), "85746065432", look)
	require.NoError(t, err)
	require.Len(t, found.Posts, 2, "a change keeps it for another 30 days")

	s.now = s.now.Add(2 * 24 * time.Hour)
	found, err = s.UpdateMeeting(t.Context(), "85746065432", look)
	require.NoError(t, err)
	require.Empty(t, found.Posts)
}

func TestMeetingIDBecomesAKeyOnlyIfItIsANumber(t *testing.T) {
	t.Parallel()
	for name, id := range map[string]string{
		"empty":        "",
		"another key":  "../sec.account",
		"a UUID":       "4444AAAiAAAAAiAiAiiAii==",
		"with blanks":  "857 4606 5432",
		"very long":    "857460654328574606543285746065432",
		"other digits": "٣٣٣٣٣٣٣٣٣",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTable(t)
			_, err := s.UpdateMeeting(t.Context(), id, announce("post1"))
			require.Error(t, err)
			require.Empty(t, s.kv.Keys(""))
		})
	}
}

// The peer keeps one entry per meeting ID, so that the second post with a personal meeting ID replaced the first.
func TestDefect28_TwoPostsOfOnePersonalMeetingAreBothKnown(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	for _, post := range []string{"monday", "tuesday"} {
		_, err := s.UpdateMeeting(t.Context(), "5551112222", announce(post))
		require.NoError(t, err)
	}
	found, err := s.UpdateMeeting(t.Context(), "5551112222", look)
	require.NoError(t, err)
	require.Len(t, found.Posts, 2)
}

// The peer reads its records, changes them and writes them back unconditionally, so that concurrent changes were lost.
func TestDefect34_ChangesAtTheSameTimeAreAllKept(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	const writers = 8
	var wait sync.WaitGroup
	for i := range writers {
		wait.Go(func() {
			_, err := s.UpdateOpen(t.Context(), place("townsquare"), func(l *meeting.OpenList) bool {
				l.Meetings = append(l.Meetings, meeting.Open{Message: message(fmt.Sprint(i))})
				return true
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	list, err := s.UpdateOpen(t.Context(), place("townsquare"), func(*meeting.OpenList) bool { return false })
	require.NoError(t, err)
	require.Len(t, list.Meetings, writers)
}

func TestOpenMeetingsAreForgottenAfterTheLongestThatOneCanLast(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	_, err := s.UpdateOpen(t.Context(), place("townsquare"), func(l *meeting.OpenList) bool {
		l.Meetings = append(l.Meetings, meeting.Open{Message: message("post1")})
		return true
	})
	require.NoError(t, err)
	require.Len(t, s.kv.Keys("opn."), 1)
	s.now = s.now.Add(31*time.Hour + time.Second)
	require.Empty(t, s.kv.Keys("opn."))
}
