package cache_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/cache"
	"mattermost-plugin-zoom/server/memory"
)

// cluster is two servers on one database, which counts how often connections are read.
type cluster struct {
	t        *testing.T
	memory   *memory.Memory
	one, two *cache.Connections
	now      time.Time
	reads    int
	told     []string
}

func newCluster(t *testing.T) *cluster {
	c := &cluster{t: t, now: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return c.now }
	c.memory = memory.New(clock)
	c.memory.OnCall(func(call, _ string) error {
		if call == "Connections.Connection" {
			c.reads++
		}
		return nil
	})
	c.one = cache.New(c.memory.Connections, clock, func(id string) { c.told = append(c.told, id) })
	c.two = cache.New(c.memory.Connections, clock, func(string) {})
	c.rename(c.one, "c1", "first")
	return c
}

func (c *cluster) rename(on *cache.Connections, id, name string) {
	c.t.Helper()
	_, err := on.UpdateConnection(c.t.Context(), id, func(now *bridge.Connection) (bool, error) {
		now.ID, now.Name = id, name
		return true, nil
	})
	require.NoError(c.t, err)
}

func (c *cluster) name(on *cache.Connections) string {
	c.t.Helper()
	found, _, err := on.Recent(c.t.Context(), "c1")
	require.NoError(c.t, err)
	return found.Name
}

func TestARememberedConnectionCostsNoRead(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	for range 100 {
		require.Equal(t, "first", c.name(c.one))
	}
	require.Equal(t, 1, c.reads)
	c.now = c.now.Add(cache.KeptFor)
	c.name(c.one)
	require.Equal(t, 2, c.reads)
}

func TestAChangeIsKnownAtOnceHereAndSoonElsewhere(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	require.Equal(t, "first", c.name(c.one))
	require.Equal(t, "first", c.name(c.two))
	c.rename(c.one, "c1", "second")
	require.Equal(t, []string{"c1", "c1"}, c.told)
	require.Equal(t, "second", c.name(c.one))
	require.Equal(t, "first", c.name(c.two), "the hint was lost")
	exact, _, err := c.two.Connection(t.Context(), "c1")
	require.NoError(t, err)
	require.Equal(t, "second", exact.Name, "who needs the record gets it")
	c.two.Forget("c1")
	require.Equal(t, "second", c.name(c.two))
	c.rename(c.one, "c1", "third")
	c.now = c.now.Add(cache.KeptFor)
	require.Equal(t, "third", c.name(c.two))
}

func TestWhatWasReadBeforeAChangeIsNotRemembered(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	changed := false
	c.memory.OnCall(func(call, _ string) error {
		if call == "Connections.Connection" && !changed {
			changed = true
			c.one.Forget("c1") // while the record is on its way
		}
		return nil
	})
	c.name(c.one)
	c.rename(c.two, "c1", "second")
	require.Equal(t, "second", c.name(c.one))
}

func TestNothingIsRememberedOfAFailureOrOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.memory.OnCall(func(string, string) error { return errors.New("outage") })
	_, _, err := c.one.Recent(t.Context(), "c1")
	require.Error(t, err)
	_, err = c.one.UpdateConnection(t.Context(), "c1", func(*bridge.Connection) (bool, error) { return true, nil })
	require.Error(t, err)
	c.memory.OnCall(nil)
	_, found, err := c.one.Recent(t.Context(), "c2")
	require.NoError(t, err)
	require.False(t, found)
	c.rename(c.two, "c2", "new")
	_, found, err = c.one.Recent(t.Context(), "c2")
	require.NoError(t, err)
	require.True(t, found)
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	for n := range 1500 {
		id := fmt.Sprint("many", n)
		c.rename(c.two, id, id)
		_, _, err := c.one.Recent(t.Context(), id)
		require.NoError(t, err)
	}
	reads := c.reads
	for n := range 1500 {
		_, _, err := c.one.Recent(t.Context(), fmt.Sprint("many", n))
		require.NoError(t, err)
	}
	require.Greater(t, c.reads-reads, 500-1)
}
