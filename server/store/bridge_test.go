package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/store"
	"mattermost-plugin-zoom/server/store/storetest"
)

var (
	_ assembly.Connections = (*store.Store)(nil)
	_ assembly.Deliveries  = (*store.Store)(nil)
	_ bridge.Inbox         = bridge.JobInbox{}
)

// follow subscribes the channel to the connection.
func follow(id, channelID string) func(*bridge.Connection) (bool, error) {
	return func(c *bridge.Connection) (bool, error) {
		c.ID = id
		c.Subscriptions = append(c.Subscriptions, bridge.Subscription{ID: channelID, Place: place(channelID)})
		return true, nil
	}
}

// leave unsubscribes the channel, and deletes the connection with the last one.
func leave(channelID string) func(*bridge.Connection) (bool, error) {
	return func(c *bridge.Connection) (bool, error) {
		var left []bridge.Subscription
		for _, s := range c.Subscriptions {
			if s.Place != place(channelID) {
				left = append(left, s)
			}
		}
		if c.Subscriptions = left; len(left) == 0 {
			c.ID = ""
		}
		return true, nil
	}
}

func TestAConnectionLivesAsLongAsAChannelFollowsIt(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	_, found, err := s.Connection(t.Context(), "c1")
	require.NoError(t, err)
	require.False(t, found)
	for _, channel := range []string{"dev", "ops"} {
		_, err = s.UpdateConnection(t.Context(), "c1", follow("c1", channel))
		require.NoError(t, err)
	}
	s.now = s.now.Add(10 * 365 * 24 * time.Hour)
	c, found, err := s.Connection(t.Context(), "c1")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, []chat.Place{place("dev"), place("ops")}, c.Channels())

	_, err = s.UpdateConnection(t.Context(), "c1", leave("dev"))
	require.NoError(t, err)
	require.Len(t, s.kv.Keys("con."), 1)
	_, err = s.UpdateConnection(t.Context(), "c1", leave("ops"))
	require.NoError(t, err)
	require.Empty(t, s.kv.Keys(""))
	_, err = s.UpdateConnection(t.Context(), "c1", leave("ops"))
	require.NoError(t, err, "what is gone stays gone")
	require.Empty(t, s.kv.Keys(""))
}

// While the last channel leaves, another subscribes: the connection must stay, with the webhook and keys that the new one relies on.
func TestAConnectionThatIsFollowedMeanwhileIsNotDeleted(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	_, err := s.UpdateConnection(t.Context(), "c1", follow("c1", "dev"))
	require.NoError(t, err)
	asked := 0
	left, err := s.UpdateConnection(t.Context(), "c1", func(c *bridge.Connection) (bool, error) {
		if asked++; asked == 1 {
			_, err := s.UpdateConnection(t.Context(), "c1", follow("c1", "ops"))
			require.NoError(t, err)
		}
		return leave("dev")(c)
	})
	require.NoError(t, err)
	require.Equal(t, 2, asked)
	require.Equal(t, []chat.Place{place("ops")}, left.Channels())
	c, found, err := s.Connection(t.Context(), "c1")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, []chat.Place{place("ops")}, c.Channels())
}

func TestAnIDFromOutsideReachesNoOtherRecord(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	for _, id := range []string{"", ".", "../sec.zoom.ann", "a b", "é", strings.Repeat("a", 65), strings.Repeat("a", 1<<20)} {
		_, found, err := s.Connection(t.Context(), id)
		require.NoError(t, err)
		require.False(t, found)
		_, err = s.UpdateConnection(t.Context(), id, follow(id, "dev"))
		require.Error(t, err)
	}
	require.Zero(t, s.kv.Count(storetest.Get), "and costs nothing")
	_, err := s.UpdateConnection(t.Context(), "c1", follow("c2", "dev"))
	require.ErrorContains(t, err, "keeps its id")

	long := strings.Repeat("§", 10000)
	_, err = s.Claim(t.Context(), long, time.Minute)
	require.NoError(t, err)
	for key := range s.kv.Dump() {
		require.NotContains(t, key, "§")
		require.LessOrEqual(t, len(key), 50, "names from outside are hashed")
	}
}

func TestTheConnectionsOfAChannelAreListed(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	set := func(ids ...string) func(*[]string) bool {
		return func(all *[]string) bool { *all = ids; return true }
	}
	require.NoError(t, s.UpdateConnectionsOf(t.Context(), "jenkins", "dev", set("c1", "c2")))
	require.NoError(t, s.UpdateConnectionsOf(t.Context(), "jenkins", "dev", func(*[]string) bool { return false }))
	ids, err := s.ConnectionsOf(t.Context(), "jenkins", "dev")
	require.NoError(t, err)
	require.Equal(t, []string{"c1", "c2"}, ids)
	for _, other := range [][2]string{{"bitbucket", "dev"}, {"jenkins", "ops"}} {
		ids, err = s.ConnectionsOf(t.Context(), other[0], other[1])
		require.NoError(t, err)
		require.Empty(t, ids)
	}
	require.NoError(t, s.UpdateConnectionsOf(t.Context(), "jenkins", "dev", set()))
	require.Empty(t, s.kv.Keys(""), "an empty list leaves nothing behind")
}

func TestAJournalHoldsTheLastTwenty(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	for n := range 15 {
		require.NoError(t, s.Log(t.Context(), "c1", []bridge.Entry{{Title: fmt.Sprint(2 * n)}, {Title: fmt.Sprint(2*n + 1), Result: bridge.Posted}}))
	}
	require.NoError(t, s.Log(t.Context(), "c1", nil))
	entries, err := s.Journal(t.Context(), "c1")
	require.NoError(t, err)
	require.Len(t, entries, 20)
	require.Equal(t, "29", entries[0].Title, "the newest first")
	require.Equal(t, "10", entries[19].Title)
	entries, err = s.Journal(t.Context(), "c2")
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestOneOfManyClaims(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	var mine sync.Map
	var rivals sync.WaitGroup
	for n := range 20 {
		rivals.Go(func() {
			if first, err := s.Claim(context.Background(), "told ann", time.Hour); err == nil && first {
				mine.Store(n, true)
			}
		})
	}
	rivals.Wait()
	winners := 0
	mine.Range(func(any, any) bool { winners++; return true })
	require.Equal(t, 1, winners)
	s.now = s.now.Add(time.Hour + time.Second)
	first, err := s.Claim(t.Context(), "told ann", time.Hour)
	require.NoError(t, err)
	require.True(t, first, "after the time it is anybody's again")

	gone := errors.New("database gone")
	s.kv.OnCall(func(storetest.Op, string) error { return gone })
	_, err = s.Claim(t.Context(), "told bob", time.Hour)
	require.ErrorIs(t, err, gone)
}

func TestRecordsAreNotReadForARequesterWhoHasLeft(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, connection := s.Connection(ctx, "c1")
	_, of := s.ConnectionsOf(ctx, "jenkins", "dev")
	_, journal := s.Journal(ctx, "c1")
	_, claim := s.Claim(ctx, "told", time.Hour)
	for _, err := range []error{connection, of, journal, claim} {
		require.ErrorIs(t, err, context.Canceled)
	}
	require.Zero(t, s.kv.Count(storetest.Get)+s.kv.Count(storetest.Set)+s.kv.Count(storetest.Swap))
}
