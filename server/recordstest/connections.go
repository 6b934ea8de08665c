package recordstest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/chat"
)

// ConnectionStore is what Connections examines.
type ConnectionStore interface {
	assembly.Connections
	// NotSealedWith returns the IDs of the connections whose keys are sealed, and don't begin with the prefix.
	NotSealedWith(ctx context.Context, prefix string) ([]string, error)
	// Overview returns a page of all connections.
	Overview(ctx context.Context, q bridge.OverviewQuery) (bridge.Overview, error)
	// Prune removes claims that have run out.
	Prune(ctx context.Context) error
}

// Connections runs the suite on stores that open returns, each empty.
func Connections(t *testing.T, open func(t *testing.T) (ConnectionStore, LogStore)) {
	for name, story := range map[string]func(t *testing.T, s ConnectionStore){
		"a connection is as it was written":                  connectionIsKept,
		"a connection lives as long as a channel follows it": connectionLives,
		"changes of a connection come one after another":     connectionChanges,
		"a connection is made once":                          connectionIsMadeOnce,
		"a change that fails changes nothing":                connectionChangeFails,
		"an ID from outside reaches nothing":                 connectionIDs,
		"the connections of channels are found":              connectionsAreFound,
		"subscriptions keep their order":                     subscriptionsKeepOrder,
		"connections are found by their names":               connectionsAreNamed,
		"one of many claims, until the time is over":         oneClaims,
		"rotations are kept by channel":                      rotationsAreKept,
		"nothing is done for a requester who has left":       connectionsOfNoOne,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, _ := open(t)
			story(t, store)
		})
	}
	t.Run("an overview of all connections", func(t *testing.T) {
		t.Parallel()
		store, log := open(t)
		overviewIsPaged(t, store, log)
	})
}

func place(channel string) chat.Place { return chat.Place{Surface: "test", Channel: channel} }

func actor(id string) chat.Actor {
	return chat.Actor{Surface: "test", ID: id, Name: id, Person: chat.PersonID(id)}
}

// follow subscribes the channel to the connection, which is made if there is none.
func follow(id, channel string) func(*bridge.Connection) (bool, error) {
	return func(c *bridge.Connection) (bool, error) {
		c.ID, c.Provider, c.Name = id, "jenkins", "Builds of "+id
		c.Subscriptions = append(c.Subscriptions, bridge.Subscription{ID: id + channel, Place: place(channel)})
		return true, nil
	}
}

// leave unsubscribes the channel, and deletes the connection with the last one.
func leave(channel string) func(*bridge.Connection) (bool, error) {
	return func(c *bridge.Connection) (bool, error) {
		var left []bridge.Subscription
		for _, s := range c.Subscriptions {
			if s.Place != place(channel) {
				left = append(left, s)
			}
		}
		if c.Subscriptions = left; len(left) == 0 {
			c.ID = ""
		}
		return true, nil
	}
}

func update(t *testing.T, s ConnectionStore, id string, changes ...func(*bridge.Connection) (bool, error)) bridge.Connection {
	t.Helper()
	var c bridge.Connection
	for _, change := range changes {
		var err error
		c, err = s.UpdateConnection(t.Context(), id, change)
		require.NoError(t, err)
	}
	return c
}

// fill puts something into each field of a struct, so that one that is lost is noticed.
func fill(v reflect.Value, name string) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 3, 4, 5, 6, 7, 123456789, time.UTC)))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), name+"."+v.Type().Field(i).Name)
		}
	case v.Kind() == reflect.String:
		v.SetString("§ " + name + ` "quoted" %`)
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.Kind() == reflect.Int:
		v.SetInt(7)
	case v.Type() == reflect.TypeFor[[]string]():
		v.Set(reflect.ValueOf([]string{name, "b"}))
	case v.Type() == reflect.TypeFor[map[string]string]():
		v.Set(reflect.ValueOf(map[string]string{name: "a, !b"}))
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		v.SetBytes([]byte(`{"a":["b"]}`))
	case v.Type() == reflect.TypeFor[[]bridge.Subscription]():
		one := bridge.Subscription{}
		fill(reflect.ValueOf(&one).Elem(), name)
		v.Set(reflect.ValueOf([]bridge.Subscription{one, {ID: "s2", Place: place("ops"), Events: []string{}}}))
	}
}

func connectionIsKept(t *testing.T, s ConnectionStore) {
	_, found, err := s.Connection(t.Context(), "c1")
	require.NoError(t, err)
	require.False(t, found)
	var c bridge.Connection
	fill(reflect.ValueOf(&c).Elem(), "connection")
	c.ID = "c1"
	require.Equal(t, c, update(t, s, "c1", func(now *bridge.Connection) (bool, error) { *now = c; return true, nil }))
	kept, found, err := s.Connection(t.Context(), "c1")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, c, kept)

	update(t, s, "c1", func(now *bridge.Connection) (bool, error) {
		now.Sealed = "other"
		return true, nil
	})
	c.Sealed = "other"
	kept, _, err = s.Connection(t.Context(), "c1")
	require.NoError(t, err)
	require.Equal(t, c, kept)
	for prefix, want := range map[string][]string{"oth": nil, "oth_r": {"c1"}} {
		ids, err := s.NotSealedWith(t.Context(), prefix)
		require.NoError(t, err)
		require.Equal(t, want, ids)
	}
}

func connectionLives(t *testing.T, s ConnectionStore) {
	update(t, s, "c1", follow("c1", "dev"), follow("c1", "ops"))
	c, found, err := s.Connection(t.Context(), "c1")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, []chat.Place{place("dev"), place("ops")}, c.Channels())
	update(t, s, "c1", leave("dev"))
	_, found, err = s.Connection(t.Context(), "c1")
	require.NoError(t, err)
	require.True(t, found)
	update(t, s, "c1", leave("ops"))
	_, found, err = s.Connection(t.Context(), "c1")
	require.NoError(t, err)
	require.False(t, found)
	for _, channel := range []string{"dev", "ops"} {
		followed, err := s.Following(t.Context(), "", place(channel))
		require.NoError(t, err)
		require.Empty(t, followed, "the channel's subscription goes with the connection")
	}
	update(t, s, "c1", leave("ops")) // what is gone stays gone
	_, found, err = s.Connection(t.Context(), "c1")
	require.NoError(t, err)
	require.False(t, found)
}

// While the last channel leaves, another subscribes: neither of the two may be lost.
func connectionChanges(t *testing.T, s ConnectionStore) {
	update(t, s, "c1", follow("c1", "dev"))
	inside, rivals := make(chan struct{}), sync.WaitGroup{}
	var once sync.Once
	rivals.Go(func() {
		_, err := s.UpdateConnection(t.Context(), "c1", func(c *bridge.Connection) (bool, error) {
			once.Do(func() { close(inside) })
			time.Sleep(20 * time.Millisecond)
			return leave("dev")(c)
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-inside
	for n := range 10 {
		rivals.Go(func() {
			if _, err := s.UpdateConnection(t.Context(), "c1", follow("c1", fmt.Sprint(n))); err != nil {
				t.Error(err)
			}
		})
	}
	rivals.Wait()
	c, found, err := s.Connection(t.Context(), "c1")
	require.NoError(t, err)
	require.True(t, found)
	require.Len(t, c.Channels(), 10)
	require.NotContains(t, c.Channels(), place("dev"))
}

func connectionIsMadeOnce(t *testing.T, s ConnectionStore) {
	var made sync.Map
	var rivals sync.WaitGroup
	for n := range 10 {
		rivals.Go(func() {
			_, err := s.UpdateConnection(t.Context(), "c1", func(c *bridge.Connection) (bool, error) {
				made.Delete(n)
				if c.ID == "" {
					*c = bridge.Connection{ID: "c1", HookKey: fmt.Sprint(n)}
					made.Store(n, true)
				}
				return true, nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	rivals.Wait()
	c, _, err := s.Connection(t.Context(), "c1")
	require.NoError(t, err)
	count := 0
	made.Range(func(n, _ any) bool { count++; require.Equal(t, c.HookKey, fmt.Sprint(n)); return true })
	require.Equal(t, 1, count)
}

func connectionChangeFails(t *testing.T, s ConnectionStore) {
	before := update(t, s, "c1", follow("c1", "dev"))
	broken := errors.New("broken")
	_, err := s.UpdateConnection(t.Context(), "c1", func(c *bridge.Connection) (bool, error) {
		c.Name, c.Subscriptions[0].Name = "other", "other"
		return true, broken
	})
	require.Equal(t, broken, err, "the error of the change is returned as it is")
	_, err = s.UpdateConnection(t.Context(), "c1", func(c *bridge.Connection) (bool, error) { c.Name = "other"; return false, nil })
	require.NoError(t, err)
	_, err = s.UpdateConnection(t.Context(), "c1", follow("c2", "dev"))
	require.ErrorContains(t, err, "keeps its ID")
	c, _, err := s.Connection(t.Context(), "c1")
	require.NoError(t, err)
	require.Equal(t, before, c)
}

func connectionIDs(t *testing.T, s ConnectionStore) {
	for _, id := range []string{"", ".", "../sec.zoom.ann", "a b", "é", "a\x00", strings.Repeat("a", 65), strings.Repeat("a", 1<<20)} {
		_, found, err := s.Connection(t.Context(), id)
		require.NoError(t, err)
		require.False(t, found)
		_, err = s.UpdateConnection(t.Context(), id, follow(id, "dev"))
		require.Error(t, err)
	}
}

func connectionsAreFound(t *testing.T, s ConnectionStore) {
	update(t, s, "c2", follow("c2", "dev"), follow("c2", "ops"))
	update(t, s, "c1", follow("c1", "ops"), follow("c1", "dev"))
	update(t, s, "b1", follow("b1", "dev"), func(c *bridge.Connection) (bool, error) { c.Provider = "bitbucket"; return true, nil })
	for _, row := range []struct {
		provider string
		channels []string
		found    []string
	}{
		{"jenkins", []string{"dev"}, []string{"c2", "c1"}},
		{"bitbucket", []string{"dev"}, []string{"b1"}},
		{"", []string{"dev"}, []string{"c2", "c1", "b1"}},
		{"", []string{"ops", "dev", "ops"}, []string{"c2", "c1", "b1"}},
		{"bitbucket", []string{"ops"}, nil},
		{"", []string{"lab"}, nil},
		{"", nil, nil},
	} {
		var places []chat.Place
		for _, channel := range row.channels {
			places = append(places, place(channel).In("thread"))
		}
		found, err := s.Following(t.Context(), row.provider, places...)
		require.NoError(t, err)
		var ids []string
		for _, c := range found {
			ids = append(ids, c.ID)
		}
		require.Equal(t, row.found, ids, "%v", row)
	}
	found, err := s.Following(t.Context(), "jenkins", place("ops"))
	require.NoError(t, err)
	require.Equal(t, []chat.Place{place("dev"), place("ops")}, found[0].Channels(), "with the subscriptions of other channels")
	other, err := s.Following(t.Context(), "", chat.Place{Surface: "other", Channel: "dev"})
	require.NoError(t, err)
	require.Empty(t, other)
}

func subscriptionsKeepOrder(t *testing.T, s ConnectionStore) {
	update(t, s, "c1", follow("c1", "b"), follow("c1", "a"), follow("c1", "c"), func(c *bridge.Connection) (bool, error) {
		c.Subscriptions[1].Mention = "here"
		return true, nil
	}, leave("b"), follow("c1", "d"))
	c, _, err := s.Connection(t.Context(), "c1")
	require.NoError(t, err)
	require.Equal(t, []chat.Place{place("a"), place("c"), place("d")}, c.Channels())
	require.Equal(t, "here", c.Subscriptions[0].Mention)
}

func connectionsAreNamed(t *testing.T, s ConnectionStore) {
	for id, name := range map[string]string{"c1": "Büro % CI", "c2": "BÜRO % ci", "c3": "Büro x CI"} {
		update(t, s, id, follow(id, "dev"), func(c *bridge.Connection) (bool, error) { c.Name = name; return true, nil })
	}
	found, err := s.Named(t.Context(), "jenkins", "büro % CI")
	require.NoError(t, err)
	require.Len(t, found, 2)
	require.Equal(t, []chat.Place{place("dev")}, found[0].Channels())
	found, err = s.Named(t.Context(), "bitbucket", "büro % CI")
	require.NoError(t, err)
	require.Empty(t, found)
}

func connectionsOfNoOne(t *testing.T, s ConnectionStore) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, connection := s.Connection(ctx, "c1")
	_, following := s.Following(ctx, "jenkins", place("dev"))
	_, updated := s.UpdateConnection(ctx, "c1", follow("c1", "dev"))
	_, claim := s.Claim(ctx, "told", time.Hour)
	_, rotations := s.Rotations(ctx, "pagerduty")
	for _, err := range []error{connection, following, updated, claim, rotations} {
		require.ErrorIs(t, err, context.Canceled)
	}
	_, found, err := s.Connection(t.Context(), "c1")
	require.NoError(t, err)
	require.False(t, found)
}
