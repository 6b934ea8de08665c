package delivery

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/subject"
	"mattermost-plugin-zoom/server/chat"
)

// resourceThread begins the names of threads that are no series', so that theirs cannot be the same.
const resourceThread = "resource\n"

// rootPrefix begins the names of the records of threads; no provider's subject has a name like it.
const rootPrefix = "thread\n"

// rootRenewed is how old the record of a thread may get before it is written again: it expires after bridge.SeriesKept.
const rootRenewed = 30 * 24 * time.Hour

// maxThreadTitle is how much of a thread's title is shown, in characters.
const maxThreadTitle = 200

// rootName is the name under which the first post of a thread is kept, as a subject that providers know nothing of.
func rootName(w *work) string { return rootPrefix + w.Place.Key() + "\n" + w.Thread }

// root returns the first post of the thread that the card belongs in, "" for none. It makes it where there is none yet, once over all
// servers: as with cards, the server that holds its record makes it, and one that takes over looks first.
func (s *Presenter) root(ctx context.Context, c bridge.Connection, w *work) (string, error) {
	if w.Thread == "" {
		return w.Place.Thread, nil
	}
	record, found, err := s.Subjects.Subject(ctx, c.ID, rootName(w))
	if err != nil {
		return "", errors.Wrap(err, "look up the thread of a series")
	}
	if at := record.In(w.Place); found && at != nil && s.Now().Sub(at.At) < rootRenewed {
		return at.Message.ID, nil
	}
	return s.makeRoot(ctx, c, w)
}

// makeRoot posts the first post of a thread, and records it. That of a thread in use is recorded again, so that it doesn't expire.
func (s *Presenter) makeRoot(ctx context.Context, c bridge.Connection, w *work) (string, error) {
	h, err := s.holds.Take(ctx, bridge.Claim{Connection: c.ID, Name: rootName(w)}, 0)
	if err != nil {
		return "", ofRoot(err)
	}
	defer h.Free()
	h.KeepFor = bridge.SeriesKept
	at := h.Subject.In(w.Place)
	if at == nil {
		h.Subject.State = json.RawMessage("{}")
		h.Subject.Shown = []bridge.Shown{{Place: w.Place.Top()}}
		at = &h.Subject.Shown[0]
	}
	if h.Again && at.DoubtSince.IsZero() {
		at.DoubtSince = h.Since
	}
	if at.Message.Zero() {
		making := &work{Shown: at, held: h}
		at.Message, err = s.postOnce(ctx, making, chat.Posting{
			Place: w.Place.Top(),
			Card:  chat.Card{Emoji: "thread", State: chat.Say("bridge.deliver.thread"), Title: threadTitle(c, w), Footer: s.Name(c.Provider)},
			Mark:  chat.Mark{Provider: c.Provider, Connection: c.ID, Key: "thread/" + w.Thread},
		})
		h.Finish(at, err == nil)
	}
	if err == nil {
		at.At = s.Now()
	}
	if saveErr := h.Save(ctx); saveErr != nil {
		return "", ofRoot(saveErr)
	}
	return at.Message.ID, err
}

// ofRoot returns the error for a card whose thread another server has: the card itself is held.
func ofRoot(err error) error {
	var other subject.OtherServer
	if errors.As(err, &other) {
		return other.Unwrap()
	}
	return err
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
	h, err := s.holds.Take(ctx, bridge.Claim{Connection: c.ID, Name: rootName(w)}, 0)
	if err != nil {
		return ofRoot(err)
	}
	defer h.Free()
	at := h.Subject.In(w.Place)
	if at == nil || at.Message.ID != root {
		return h.GiveBack(ctx)
	}
	h.Subject.Shown, h.KeepFor = nil, bridge.SeriesKept
	return h.Save(ctx)
}
