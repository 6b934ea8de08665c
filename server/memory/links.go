package memory

import (
	"context"
	"maps"
	"sync"
	"time"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/chat"
)

// Links are the persons that Zoom users belong to. It implements account.Links; what it knows about a person's personal meeting, Meetings
// has.
type Links struct {
	meetings *Meetings

	mu     sync.Mutex
	owners map[string]chat.PersonID
}

var _ account.Links = (*Links)(nil)

func newLinks(meetings *Meetings) *Links {
	return &Links{meetings: meetings, owners: map[string]chat.PersonID{}}
}

func (l *Links) lock(ctx context.Context, call, key string) (unlock func(*error), err error) {
	return l.meetings.enter(ctx, &l.mu, "Links."+call, key)
}

// Link records that the Zoom user belongs to the person and returns the previous owner, "" for none.
func (l *Links) Link(ctx context.Context, zoomUserID string, who chat.PersonID) (_ chat.PersonID, err error) {
	unlock, err := l.lock(ctx, "Link", zoomUserID)
	if err != nil {
		return "", err
	}
	defer unlock(&err)
	before := l.owners[zoomUserID]
	l.owners[zoomUserID] = who
	return before, nil
}

// Linked returns the person that the Zoom user belongs to, "" for none.
func (l *Links) Linked(ctx context.Context, zoomUserID string) (_ chat.PersonID, err error) {
	unlock, err := l.lock(ctx, "Linked", zoomUserID)
	if err != nil {
		return "", err
	}
	defer unlock(&err)
	return l.owners[zoomUserID], nil
}

// Unlink removes the link if the Zoom user still belongs to the person.
func (l *Links) Unlink(ctx context.Context, zoomUserID string, who chat.PersonID) (err error) {
	unlock, err := l.lock(ctx, "Unlink", zoomUserID)
	if err != nil {
		return err
	}
	defer unlock(&err)
	if l.owners[zoomUserID] == who {
		delete(l.owners, zoomUserID)
	}
	return nil
}

// Owners returns the owners of all linked Zoom users.
func (l *Links) Owners() map[string]chat.PersonID {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.owners)
}

// SetPersonalMeetingID stores the person's personal meeting ID for this long; "" removes it.
func (l *Links) SetPersonalMeetingID(ctx context.Context, who chat.PersonID, id string, keep time.Duration) error {
	return l.meetings.editPerson(ctx, "SetPersonalMeetingID", who, func(p *person) { p.personalID, p.until = id, l.meetings.now().Add(keep) })
}
