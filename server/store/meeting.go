package store

import (
	"context"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/meeting"
)

const (
	// meetingKept counts from the last change: events about a session can arrive weeks after its meeting was announced.
	meetingKept = 30 * 24 * time.Hour
	// openKept is a little longer than the longest time that a meeting counts as open; see meeting.OpenList.
	openKept = 31 * time.Hour
	// maxMeetingID is generous: Zoom's meeting numbers have 9 to 11 digits.
	// https://developers.zoom.us/docs/meeting-sdk/web/component-view/reference/#meeting-number
	maxMeetingID = 20
)

// UpdateMeeting changes the record of a meeting ID; see meeting.Index. A record expires 30 days after its last change.
func (s *Store) UpdateMeeting(ctx context.Context, meetingID string, change func(*meeting.Record) bool) (meeting.Record, error) {
	if meetingID == "" || len(meetingID) > maxMeetingID || strings.Trim(meetingID, "0123456789") != "" {
		return meeting.Record{}, errors.New("a meeting ID has digits only")
	}
	return update(ctx, s, "mid."+meetingID, meetingKept, func(r *meeting.Record) (bool, error) { return change(r), nil })
}

// UpdateOpen changes the list of meetings that are open in a channel; see meeting.Index.
func (s *Store) UpdateOpen(ctx context.Context, at chat.Place, change func(*meeting.OpenList) bool) (meeting.OpenList, error) {
	return update(ctx, s, "opn."+at.Key(), openKept, func(l *meeting.OpenList) (bool, error) { return change(l), nil })
}
