package delivery

import (
	"cmp"
	"context"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/queue"
)

// resourceThread begins the names of threads that are no series', so that theirs cannot be the same.
const resourceThread = "resource\n"

// maxThreadTitle is how much of a thread's title is shown, in characters.
const maxThreadTitle = 200

// root returns the first post of the thread that the card belongs in, "" for none. It makes it where there is none yet, once over all
// servers: as with cards, a lease says which server works on it, and one that takes over an expired lease looks first.
func (s *Presenter) root(ctx context.Context, c bridge.Connection, w *work) (string, error) {
	if w.Thread == "" {
		return w.Place.Thread, nil
	}
	var root string
	var mine bridge.Lease
	var again bool
	_, err := s.Records.UpdateSeries(ctx, c.ID, w.Thread, func(series *bridge.Series) (bool, error) {
		root = series.Threads[w.Place.Key()]
		if root != "" {
			return false, nil
		}
		now, held := s.Now(), series.Making[w.Place.Key()]
		if now.Before(held.Until) {
			return false, queue.NotYet(min(held.Until.Sub(now), waitMax))
		}
		again = held.Owner != ""
		mine = held.Taken(s.owner, now)
		if series.Making == nil {
			series.Making = map[string]bridge.Lease{}
		}
		series.Making[w.Place.Key()] = mine
		return true, nil
	})
	if err != nil || root != "" {
		return root, errors.Wrap(err, "look up the thread of a series")
	}
	return s.makeRoot(ctx, c, w, mine, again)
}

// makeRoot posts the first post of a thread, and records it.
func (s *Presenter) makeRoot(ctx context.Context, c bridge.Connection, w *work, mine bridge.Lease, again bool) (string, error) {
	making := &work{Shown: bridge.Shown{Place: w.Place, Lease: mine}, again: again}
	made, err := s.postOnce(ctx, making, chat.Posting{
		Place: w.Place.Top(),
		Card:  chat.Card{Emoji: "thread", State: chat.Say("bridge.deliver.thread"), Title: threadTitle(c, w), Footer: s.Name(c.Provider)},
		Mark:  chat.Mark{Provider: c.Provider, Connection: c.ID, Key: "thread/" + w.Thread},
	})
	if err != nil {
		return "", err // the lease is left to run out, since it isn't known how far this got
	}
	root := made.ID
	_, err = s.Records.UpdateSeries(context.WithoutCancel(ctx), c.ID, w.Thread, func(series *bridge.Series) (bool, error) {
		if other := series.Threads[w.Place.Key()]; other != "" {
			root = other // the server that took over the lease has found it
			return false, nil
		}
		// An older lease, or none, is what a replica that is behind has: then nothing is written before it has caught up.
		if held := series.Making[w.Place.Key()]; !held.Same(mine) && !held.Until.Before(mine.Until) {
			return false, queue.NotYet(waitMax)
		}
		if series.Threads == nil {
			series.Threads = map[string]string{}
		}
		series.Threads[w.Place.Key()] = root
		delete(series.Making, w.Place.Key())
		return true, nil
	})
	return root, errors.Wrap(err, "record the thread of a series")
}

// threadTitle returns what the thread is called: its series, or else the resource.
func threadTitle(c bridge.Connection, w *work) string {
	if !strings.HasPrefix(w.Thread, resourceThread) {
		return chat.Truncate(cmp.Or(w.ThreadTitle, w.Thread), maxThreadTitle)
	}
	for _, sub := range c.In(w.Place) {
		if sub.ID == w.Subscription && sub.ResourceName != "" {
			return sub.ResourceName
		}
	}
	return cmp.Or(c.Resource.Name, c.Name)
}

// forgetRoot makes the thread start again, after its first post was deleted.
func (s *Presenter) forgetRoot(ctx context.Context, c bridge.Connection, w *work, root string) error {
	_, err := s.Records.UpdateSeries(ctx, c.ID, w.Thread, func(series *bridge.Series) (bool, error) {
		if series.Threads[w.Place.Key()] != root {
			return false, nil
		}
		delete(series.Threads, w.Place.Key())
		return true, nil
	})
	return errors.Wrap(err, "forget the thread of a series")
}
