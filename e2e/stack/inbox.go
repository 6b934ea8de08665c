package stack

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"time"

	"github.com/pkg/errors"
)

const (
	// soon is how far ahead the plugin puts off what it will do at the next chance.
	soon = time.Minute
	// leaseRenewed is how often a plugin renews its lease of 30 seconds on an event: one with less left than the rest has lost its
	// plugin. A second is added for a slow machine.
	lease        = 30 * time.Second
	leaseRenewed = 11 * time.Second
)

// event is a record of the plugin's inbox, as far as the stories read it.
type event struct {
	Record `json:"-"`
	Kind   string            `json:"kind"`
	Key    string            `json:"key"`
	Source string            `json:"source"`
	Header map[string]string `json:"header"`
	Body   []byte            `json:"body"`
	// NotBefore is when it is due; Until is when the lease of the plugin that works on it ends.
	NotBefore time.Time `json:"not_before"`
	Until     time.Time `json:"until"`
}

// forLater reports whether the event is due a good while from now.
func (e event) forLater() bool { return time.Until(e.NotBefore) > soon }

// group is what the event belongs to: events that follow from one another have one group.
func (e event) group() string {
	if e.Source != "" {
		return e.Source
	}
	return e.Kind + " " + e.Key
}

// events returns all events of the plugin's inbox.
func (d *Database) events(ctx context.Context) ([]event, error) {
	records, err := d.Records(ctx, "inb.")
	if err != nil {
		return nil, err
	}
	var events []event
	for _, record := range records { // beside the numbered slots, a record counts those in use
		e := event{Record: record}
		if strings.Trim(strings.TrimPrefix(record.Key, "inb."), "0123456789") == "" && json.Unmarshal(record.Value, &e) == nil {
			e.Record = record
			events = append(events, e)
		}
	}
	return events, nil
}

// Waiting returns the events in the plugin's inbox: acknowledged, and not yet handled. What is only for later, such as the daily check
// at a webhook, is not among them.
func (d *Database) Waiting(ctx context.Context) ([]Record, error) {
	events, err := d.events(ctx)
	var waiting []Record
	for _, e := range events {
		if !e.forLater() {
			waiting = append(waiting, e.Record)
		}
	}
	return waiting, err
}

// AwaitIdle waits until all that waits in the inbox now is handled, with what follows from it. What other stories send meanwhile is
// not waited for.
func (d *Database) AwaitIdle(ctx context.Context) error {
	var busy map[string]bool // the groups that had events waiting at each look so far; nil before the first
	return eventually(ctx, 2*time.Minute, 50*time.Millisecond, func() error {
		events, err := d.events(ctx)
		if err != nil {
			return err
		}
		still := map[string]bool{}
		var example Record
		for _, e := range events {
			if !e.forLater() && (busy == nil || busy[e.group()]) {
				still[e.group()] = true
				example = e.Record
			}
		}
		if busy = still; len(busy) > 0 {
			return errors.Errorf("events of %d groups wait in the inbox, one in %s: %.600s", len(busy), example.Key, example.Value)
		}
		return nil
	})
}

// ForgetDead ends the leases of the plugins that have died, which would run for up to 30 seconds more. It takes as long as those alive
// take to renew theirs. A plugin takes over what has no lease when it starts.
func (d *Database) ForgetDead(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return errors.Wrap(ctx.Err(), "interrupted")
	case <-time.After(leaseRenewed):
	}
	events, err := d.events(ctx)
	if err != nil {
		return err
	}
	for _, e := range events {
		if !e.Until.IsZero() && time.Until(e.Until) < lease-leaseRenewed {
			if err := d.change(ctx, e.Record, map[string]any{"until": time.Now().UTC()}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Hurry has a task of the connection that is for later be due now. The plugin sees that when it starts, or within minutes.
func (d *Database) Hurry(ctx context.Context, connection, task string) error {
	return d.hurry(ctx, func(e event) bool { return e.about(connection, task) }, "task "+task)
}

// HurryLook likewise has the look at the meeting of a post be due now.
func (d *Database) HurryLook(ctx context.Context, postID string) error {
	return d.hurry(ctx, func(e event) bool { return e.looksAt(postID) }, "look at the meeting of post "+postID)
}

func (d *Database) hurry(ctx context.Context, wanted func(event) bool, what string) error {
	events, err := d.events(ctx)
	if err != nil {
		return err
	}
	for _, e := range events {
		if e.forLater() && wanted(e) {
			return d.change(ctx, e.Record, map[string]any{"not_before": time.Now().UTC().Format(time.RFC3339)})
		}
	}
	return errors.Errorf("no %s waits", what)
}

// change sets fields of a record that holds a JSON object, unless the record has changed since it was read.
func (d *Database) change(ctx context.Context, record Record, fields map[string]any) error {
	var all map[string]any
	if err := json.Unmarshal(record.Value, &all); err != nil {
		return errors.Wrap(err, "read a record")
	}
	maps.Copy(all, fields)
	value, err := json.Marshal(all)
	if err != nil {
		return errors.Wrap(err, "encode a record")
	}
	return d.replace(ctx, record, value)
}

// replace rewrites a record, unless it has changed since it was read.
func (d *Database) replace(ctx context.Context, record Record, value []byte) error {
	_, err := d.db.ExecContext(ctx, `UPDATE pluginkeyvaluestore SET pvalue = $1 WHERE pluginid = $2 AND pkey = $3 AND pvalue = $4`,
		value, PluginID, record.Key, record.Value)
	return errors.Wrapf(err, "change the record %s", record.Key)
}

// looksAt reports whether the event is a look at the meeting of this post.
func (e event) looksAt(postID string) bool {
	var look struct {
		Message struct {
			ID string `json:"id"`
		} `json:"message"`
	}
	return e.Kind == "recheck" && json.Unmarshal(e.Body, &look) == nil && look.Message.ID == postID
}

// about reports whether the event is this task of the connection.
func (e event) about(connection, task string) bool {
	var job struct {
		Connection string `json:"conn"`
		Task       struct {
			Key string `json:"key"`
		} `json:"task"`
	}
	return json.Unmarshal([]byte(e.Header["job"]), &job) == nil && job.Connection == connection && job.Task.Key == task
}

// HurryRotation has the on-call list with this name be due now, as if it had been set up a day ago. The plugin sees that when
// it starts, or within half a minute.
func (d *Database) HurryRotation(ctx context.Context, name string) error {
	records, err := d.Records(ctx, "rot.")
	if err != nil {
		return err
	}
	for _, record := range records {
		var rotations []map[string]any
		if json.Unmarshal(record.Value, &rotations) != nil {
			continue
		}
		for _, r := range rotations {
			if r["name"] != name {
				continue
			}
			now := time.Now().UTC()
			r["zone"], r["hour"], r["minute"] = "UTC", now.Hour(), now.Minute()
			r["created_at"] = now.Add(-24 * time.Hour)
			value, err := json.Marshal(rotations)
			if err != nil {
				return errors.Wrap(err, "encode the rotations")
			}
			return d.replace(ctx, record, value)
		}
	}
	return errors.Errorf("there is no rotation %q", name)
}
