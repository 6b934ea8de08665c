package takeover_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/logging"
	"mattermost-plugin-zoom/server/mattermost/mmtest/kvtable"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/takeover"
)

// table is the key-value table with pages.
type table struct{ *kvtable.MemoryKV }

func (t table) Keys(page, size int) ([]string, error) {
	all := t.MemoryKV.Keys("")
	from := min(page*size, len(all))
	return all[from:min(from+size, len(all))], nil
}

// successor is a plugin that replaced the public one.
type successor struct {
	t       *testing.T
	now     time.Time
	table   table
	memory  *memory.Memory
	taken   sync.Map // what Accounts was asked to take over
	noted   int
	logged  []string
	posts   map[string]meeting.Opened
	retries int
	// retry is called instead of waiting.
	retry func() error
}

func replaced(t *testing.T, left map[string]string) *successor {
	t.Helper()
	s := &successor{t: t, now: time.Date(2026, 8, 3, 9, 0, 0, 0, time.UTC), posts: map[string]meeting.Opened{}}
	clock := func() time.Time { return s.now }
	s.table, s.memory = table{kvtable.NewMemoryKV(clock)}, memory.New(clock)
	for key, value := range left {
		require.NoError(t, s.table.Set(key, []byte(value), 0))
	}
	return s
}

func (s *successor) runs() {
	s.t.Helper()
	log := logging.New(func(_ slog.Level, msg string, pairs ...any) {
		s.logged = append(s.logged, fmt.Sprintln(append([]any{msg}, pairs...)...))
	})
	(&takeover.Takeover{
		Table: s.table, Accounts: s, Meetings: s.memory.Meetings, Posts: s, Notes: s.memory.Predecessor, Log: log,
		Note: func(context.Context) error { s.noted++; return nil },
		Wait: func(context.Context, time.Duration) error {
			if s.retries++; s.retry == nil {
				return errors.New("nothing was to be repeated")
			}
			return s.retry()
		},
	}).Run(s.t.Context())
}

// take removes a record, as the accounts do after they stored what was in it.
func (s *successor) take(key string) (bool, error) {
	raw, err := s.table.Get(key)
	switch {
	case err != nil || raw == nil:
		return false, err
	case string(raw) == "broken":
		return false, takeover.ErrUnreadable
	}
	s.taken.Store(key, true)
	return true, s.table.Delete(key)
}

func (s *successor) TakeOverUser(_ context.Context, person chat.PersonID) (bool, error) {
	return s.take("zoomtoken_" + string(person))
}

func (s *successor) TakeOverZoomUser(_ context.Context, zoomUserID string) (bool, error) {
	return s.take("zoomtokenbyzoomid_" + zoomUserID)
}

func (s *successor) TakeOverAccount(context.Context) (bool, error) {
	return s.take("zoomSuperUserToken_")
}

func (s *successor) TookOver() { s.taken.Store("all", true) }

func (s *successor) OpenMeeting(_ context.Context, message string) (meeting.Opened, bool, error) {
	opened, open := s.posts[message]
	return opened, open, nil
}

func (s *successor) took(key string) bool {
	_, took := s.taken.Load(key)
	return took
}

func TestWhatThePublicPluginLeftIsTakenOverAndRemoved(t *testing.T) {
	t.Parallel()
	stays := map[string]string{
		"zoomChannelSettings":        `{"c1":{"Preference":"disable"}}`,
		"subscription_index_alice":   `{"meeting_ids":["111222333"]}`,
		"meeting_channel_111222333":  `{"channel_id":"c1","is_subscription":true,"created_by":"alice"}`,
		"cron_something":             "of the server's own library",
		"zoomuserstate_alice":        "expires by itself",
		"zoomUserPreference_mallory": `"maybe"`,
		"zoomtoken_mallory":          "broken",
	}
	s := replaced(t, stays)
	for key, value := range map[string]string{
		"zoomtoken_alice": "{}", "zoomtokenbyzoomid_zid": "{}", "zoomSuperUserToken_": "{}", "zoomUserPreference_alice": `"true"`,
		"zoomUserPreference_bob": `"false"`, "zoomUserPreference_cem": `"ask"`, "post_meeting_uuid%3D%3D": "post1", "post_meeting_over": "post2",
		"meeting_channel_444555666": `{"channel_id":"c1","is_subscription":false,"created_by":"alice"}`,
	} {
		require.NoError(t, s.table.Set(key, []byte(value), 0))
	}
	s.posts["post1"] = meeting.Opened{MeetingID: "444555666", Post: meeting.Post{Message: chat.MessageRef{ID: "post1"}, Status: meeting.Announced}}
	require.NoError(t, s.memory.Meetings.SetChoice(t.Context(), "cem", meeting.Unique))
	s.runs()

	for _, key := range []string{"zoomtoken_alice", "zoomtokenbyzoomid_zid", "zoomSuperUserToken_", "all"} {
		require.True(t, s.took(key), key)
	}
	left := map[string]string{}
	for key, value := range s.table.Dump() {
		left[key] = string(value)
	}
	require.Equal(t, stays, left)
	for who, want := range map[chat.PersonID]meeting.Choice{"alice": meeting.Personal, "bob": meeting.Unique, "cem": meeting.Unique, "mallory": meeting.Unspecified} {
		choice, err := s.memory.Meetings.Choice(t.Context(), who)
		require.NoError(t, err)
		require.Equal(t, want, choice, who)
	}
	records, err := s.memory.Meetings.Find(t.Context(), "444555666")
	require.NoError(t, err)
	require.Len(t, records, 1)
	require.Equal(t, 1, s.memory.Meetings.Count())
	logged := strings.Join(s.logged, "\n")
	for _, key := range []string{"zoomtoken_mallory", "zoomUserPreference_mallory"} {
		require.Contains(t, logged, "can't be read and stays where it is key "+key)
	}
	require.Equal(t, 1, s.noted)
}

func TestManyRecordsAreTakenOver(t *testing.T) {
	t.Parallel()
	s := replaced(t, nil)
	for i := range 1500 {
		value := `"true"`
		if i%10 == 0 {
			value = "broken" // these stay, and pages shift around them
		}
		require.NoError(t, s.table.Set(fmt.Sprintf("zoomUserPreference_%04d", i), []byte(value), 0))
		require.NoError(t, s.table.Set(fmt.Sprintf("subscription_index_%04d", i), []byte("{}"), 0))
	}
	s.runs()
	require.Len(t, s.table.MemoryKV.Keys("zoomUserPreference_"), 150)
	require.Len(t, s.table.MemoryKV.Keys("subscription_index_"), 1500)
	choice, err := s.memory.Meetings.Choice(t.Context(), "1499")
	require.NoError(t, err)
	require.Equal(t, meeting.Personal, choice)
	require.True(t, s.took("all"))
}

func TestATakeoverGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()
	s := replaced(t, nil)
	for i := range 500 {
		require.NoError(t, s.table.Set(fmt.Sprintf("zoomUserPreference_%03d", i), []byte(`"true"`), 0))
	}
	calls := 0
	s.memory.OnCall(func(call, _ string) error {
		if call == "Meetings.AdoptChoice" {
			if calls++; calls%100 == 0 {
				return errors.New("the database is away")
			}
		}
		return nil
	})
	s.retry = func() error { return nil }
	s.runs()
	require.Empty(t, s.table.MemoryKV.Keys(""))
	require.Equal(t, 5, s.retries)
	for i := range 500 {
		choice, err := s.memory.Meetings.Choice(t.Context(), chat.PersonID(fmt.Sprintf("%03d", i)))
		require.NoError(t, err)
		require.Equal(t, meeting.Personal, choice)
	}
}

func TestOneServerTakesOverAtATime(t *testing.T) {
	t.Parallel()
	s := replaced(t, map[string]string{"zoomtoken_alice": "{}"})
	held, err := s.memory.Predecessor.Claim(t.Context(), "another server", time.Minute)
	require.NoError(t, err)
	require.True(t, held)
	s.retry = func() error {
		require.False(t, s.took("zoomtoken_alice"))
		s.now = s.now.Add(2 * time.Minute) // the other server died
		return nil
	}
	s.runs()
	require.True(t, s.took("zoomtoken_alice"))
	require.Equal(t, 1, s.retries)
}
