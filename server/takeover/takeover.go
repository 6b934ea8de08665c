package takeover

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/meeting"
)

// ErrUnreadable is a record of the public plugin that can't be read. It stays where it is.
var ErrUnreadable = errors.New("a record of the public plugin can't be read")

// Table is the key-value table, in which the public plugin left its records.
type Table interface {
	// Keys returns one page of the keys, in their order. A page with fewer keys is the last one.
	Keys(page, size int) ([]string, error)
	// Get returns a record; nil for none.
	Get(key string) ([]byte, error)
	// Delete removes a record; a missing one is no error.
	Delete(key string) error
}

// Accounts takes over grants. Each method removes the records of what it took over, and reports whether there was anything. Error:
// ErrUnreadable.
type Accounts interface {
	// TakeOverUser takes over a user's grant.
	TakeOverUser(ctx context.Context, person chat.PersonID) (bool, error)
	// TakeOverZoomUser takes over the record that leads from a Zoom user to the grant of a user.
	TakeOverZoomUser(ctx context.Context, zoomUserID string) (bool, error)
	// TakeOverAccount takes over the grant of an admin-managed app.
	TakeOverAccount(ctx context.Context) (bool, error)
	// TookOver notes that nothing is left to take over.
	TookOver()
}

// Meetings stores meetings that are open.
type Meetings interface {
	Choices
	// Announce stores the post of a meeting; see meeting.Index.
	Announce(ctx context.Context, o meeting.Opened) error
}

// Posts reads posts of the public plugin.
type Posts interface {
	// OpenMeeting returns the meeting that the post announced, if the post shows it as open.
	OpenMeeting(ctx context.Context, message string) (meeting.Opened, bool, error)
}

// Takeover takes over what the public plugin left: grants, settings and open meetings. Its rules for channels and its subscriptions stay in
// the table, since nothing here uses them.
type Takeover struct {
	Table    Table
	Accounts Accounts
	Meetings Meetings
	Posts    Posts
	Notes    Notes
	// Note notes what works differently from now on, while the records still show it.
	Note func(ctx context.Context) error
	Log  *slog.Logger
	// Wait waits between two attempts; it returns an error to end them.
	Wait func(ctx context.Context, d time.Duration) error
}

const (
	// pageSize is how many keys are listed at once.
	pageSize = 200
	// claimFor is how long a server that died keeps others from taking over; each page renews it.
	claimFor = 2 * time.Minute
	// retryMin and retryMax limit the wait between two attempts.
	retryMin = time.Minute
	retryMax = time.Hour
)

// Run takes over until nothing is left. One server at a time does the work, so that all may call it; after a crash another goes on. A
// failure, such as settings that are still missing, is tried again later.
func (t *Takeover) Run(ctx context.Context) {
	holder := rand.Text()
	for wait := retryMin; ; wait = min(2*wait, retryMax) {
		done, err := t.pass(ctx, holder)
		if ctx.Err() != nil {
			return
		}
		if done {
			t.Accounts.TookOver()
			return
		}
		if err != nil {
			t.Log.Warn("Data of the public Zoom plugin couldn't be taken over yet", "error", err.Error(), "next_try_in", wait.String())
		} else {
			wait = retryMin // another server is at it
		}
		if t.Wait(ctx, wait) != nil {
			return
		}
	}
}

// pass goes through the table once, and reports whether nothing is left. Removed records move the others to earlier pages, so a page is
// looked at again until nothing on it could be taken over.
func (t *Takeover) pass(ctx context.Context, holder string) (done bool, err error) {
	unreadable, total := map[string]bool{}, 0
	if err := t.Note(ctx); err != nil {
		return false, err
	}
	for page := 0; ctx.Err() == nil; {
		held, err := t.Notes.Claim(ctx, holder, claimFor)
		if err != nil || !held {
			return false, err
		}
		keys, err := t.Table.Keys(page, pageSize)
		if err != nil {
			return false, errors.Wrap(err, "list the key-value table")
		}
		n, err := t.takeAll(ctx, keys, unreadable)
		if total += n; err != nil {
			return false, err
		}
		if n > 0 {
			continue
		}
		if len(keys) < pageSize {
			if total > 0 {
				t.Log.Info("Data of the public Zoom plugin was taken over", "records", total, "unreadable", len(unreadable))
			}
			_, err := t.Notes.Claim(ctx, holder, 0) // the next server needn't wait
			return err == nil, err
		}
		page++
	}
	return false, ctx.Err()
}

// takeAll takes over the records of these keys and returns how many it took over.
func (t *Takeover) takeAll(ctx context.Context, keys []string, unreadable map[string]bool) (n int, err error) {
	for _, key := range keys {
		if unreadable[key] {
			continue
		}
		taken, err := t.take(ctx, key)
		switch {
		case errors.Is(err, ErrUnreadable):
			unreadable[key] = true
			t.Log.Warn("A record of the public Zoom plugin can't be read and stays where it is", "key", key)
		case err != nil:
			return n, errors.Wrapf(err, "take over %s", key)
		case taken:
			n++
		}
	}
	return n, nil
}

// take takes over one record, and reports whether it did. A key that isn't one of those is left.
func (t *Takeover) take(ctx context.Context, key string) (bool, error) {
	if key == "zoomSuperUserToken_" {
		return t.Accounts.TakeOverAccount(ctx)
	}
	for prefix, take := range map[string]func(ctx context.Context, key, name string) (bool, error){
		"zoomtoken_": func(ctx context.Context, _, user string) (bool, error) {
			return t.Accounts.TakeOverUser(ctx, chat.PersonID(user))
		},
		"zoomtokenbyzoomid_": func(ctx context.Context, _, zoomUser string) (bool, error) {
			return t.Accounts.TakeOverZoomUser(ctx, zoomUser)
		},
		"zoomUserPreference_": t.takeChoice,
		"post_meeting_":       t.takePost,
		"meeting_channel_":    t.takeChannel,
	} {
		if name, ok := strings.CutPrefix(key, prefix); ok {
			return take(ctx, key, name)
		}
	}
	return false, nil
}

// takeChoice takes over a user's setting for the personal meeting ID: a JSON string.
func (t *Takeover) takeChoice(ctx context.Context, key, user string) (bool, error) {
	raw, err := t.Table.Get(key)
	if err != nil || raw == nil {
		return false, err
	}
	var answer string
	if json.Unmarshal(raw, &answer) != nil {
		return false, ErrUnreadable
	}
	choice, known := map[string]meeting.Choice{"true": meeting.Personal, "false": meeting.Unique, "ask": meeting.Ask}[answer]
	if !known {
		return false, ErrUnreadable
	}
	if err := t.Meetings.AdoptChoice(ctx, chat.PersonID(user), choice); err != nil {
		return false, err
	}
	return true, t.Table.Delete(key)
}

// takePost takes over the post of a session, if its meeting is open.
func (t *Takeover) takePost(ctx context.Context, key, _ string) (bool, error) {
	raw, err := t.Table.Get(key)
	if err != nil || raw == nil {
		return false, err
	}
	opened, open, err := t.Posts.OpenMeeting(ctx, string(raw))
	if err != nil {
		return false, err
	}
	if open {
		if err := t.Meetings.Announce(ctx, opened); err != nil {
			return false, err
		}
	}
	return true, t.Table.Delete(key)
}

// takeChannel removes the record of a meeting's channel, which the post has, too. A channel's subscription to a meeting stays.
func (t *Takeover) takeChannel(_ context.Context, key, _ string) (bool, error) {
	raw, err := t.Table.Get(key)
	if err != nil || raw == nil {
		return false, err
	}
	var entry struct {
		Subscription bool `json:"is_subscription"`
	}
	if json.Unmarshal(raw, &entry) != nil {
		return false, ErrUnreadable
	}
	if entry.Subscription {
		return false, nil
	}
	return true, t.Table.Delete(key)
}
