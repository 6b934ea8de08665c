package store

import (
	"context"
	"encoding/json"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/meeting"
)

// user holds a person's settings.
type user struct {
	Choice meeting.Choice `json:"choice,omitempty"`
}

// Choice returns the user's setting, Unspecified for none. A setting made in the public plugin counts.
func (s *Store) Choice(ctx context.Context, person chat.PersonID) (meeting.Choice, error) {
	if err := ctx.Err(); err != nil {
		return meeting.Unspecified, errors.Wrap(err, "read the setting")
	}
	record, found, err := load[user](s, userKey(person))
	if err != nil || found {
		return record.Choice, err
	}
	return migrateChoice(s.kv, person)
}

// SetChoice stores the user's setting.
func (s *Store) SetChoice(ctx context.Context, person chat.PersonID, c meeting.Choice) error {
	_, err := update(ctx, s, userKey(person), 0, func(u *user) (bool, error) {
		u.Choice = c
		return true, nil
	})
	return err
}

// migrateChoice migrates the public plugin's setting, and records even that there was none: looking up a missing key is the slowest read,
// and each start would make it. The old record stays, so that an admin can return to the public plugin.
func migrateChoice(table KV, person chat.PersonID) (meeting.Choice, error) {
	const oldKey = "zoomUserPreference_"
	raw, err := table.Get(oldKey + string(person))
	if err != nil {
		return meeting.Unspecified, errors.Wrap(err, "read the public plugin's setting")
	}
	choice := oldChoice(raw)
	record, err := json.Marshal(user{Choice: choice})
	if err != nil {
		return meeting.Unspecified, errors.Wrap(err, "encode the setting")
	}
	// If the swap fails, the user has chosen meanwhile, and the next read returns that.
	if _, err := table.Swap(userKey(person), nil, record, 0); err != nil {
		return meeting.Unspecified, errors.Wrap(err, "take over the public plugin's setting")
	}
	return choice, nil
}

// oldChoice reads the public plugin's setting for the personal meeting ID: a JSON string.
func oldChoice(raw []byte) meeting.Choice {
	var answer string
	if len(raw) == 0 || json.Unmarshal(raw, &answer) != nil {
		return meeting.Unspecified
	}
	switch answer {
	case "true":
		return meeting.Personal
	case "false":
		return meeting.Unique
	case "ask":
		return meeting.Ask
	}
	return meeting.Unspecified
}

func userKey(person chat.PersonID) string { return "usr." + string(person) }
