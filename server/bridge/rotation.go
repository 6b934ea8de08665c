package bridge

import (
	"fmt"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Rotation is a list of who is on call, posted to a channel each day.
type Rotation struct {
	ID string `json:"id"`
	// Place is the channel.
	Place    chat.Place        `json:"place"`
	Name     string            `json:"name"`
	Schedule provider.Resource `json:"schedule"`
	// Hour and Minute are the time of day in the time zone, by its IANA name.
	Hour   int    `json:"hour"`
	Minute int    `json:"minute"`
	Zone   string `json:"zone"`
	// Site is where the schedule is, CreatedBy the person whose account asks there.
	Site      string     `json:"site"`
	CreatedBy chat.Actor `json:"created_by"`
	CreatedAt time.Time  `json:"created_at"`
}

// Clock is the time of day, as people write it.
func (r Rotation) Clock() string { return fmt.Sprintf("%02d:%02d", r.Hour, r.Minute) }

// Daily is when the list is posted.
func (r Rotation) Daily() (Daily, error) {
	zone, err := time.LoadLocation(r.Zone)
	return Daily{Hour: r.Hour, Minute: r.Minute, Zone: zone}, errors.Wrapf(err, "find the time zone %q", r.Zone)
}
