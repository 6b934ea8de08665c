package store

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/kv"
)

const (
	// KindBridge marks the bridge's jobs in the inbox.
	KindBridge = "bridge"
	// jobHeader is the header that holds a job, all but its body: that one lies in the record's, so that it is encoded once only.
	jobHeader = "job"
	// jobPrefix keeps the ids of jobs apart from those of other deliveries.
	jobPrefix = KindBridge + "."
)

// BridgeInbox keeps the bridge's jobs in an inbox, among the deliveries of others; see Job.
type BridgeInbox struct{ inbox *Inbox }

// NewBridgeInbox returns the bridge's view of the inbox.
func NewBridgeInbox(i *Inbox) BridgeInbox { return BridgeInbox{inbox: i} }

// Accept stores the job; see bridge.Inbox. A job without an id is told from others by what it says.
// Refusals: ErrFull, ErrQuota, ErrClosed, and those of the table.
func (b BridgeInbox) Accept(ctx context.Context, j bridge.Job) error {
	body := j.Delivery.Body
	j.Delivery.Body = nil
	encoded, err := json.Marshal(j)
	if err != nil {
		return errors.Wrap(err, "encode a job")
	}
	if j.ID == "" {
		j.ID = kv.Hash(string(encoded), string(body))
	}
	_, err = b.inbox.Accept(ctx, Delivery{
		ID: jobPrefix + j.ID, Kind: KindBridge, Source: sourceOf(j), Key: j.Key, Header: map[string]string{jobHeader: string(encoded)}, Body: body,
		NotBefore: j.NotBefore,
	})
	return err
}

// sourceOf returns whose room the job takes: that of its connection. What follows from a delivery has room of its own, else a connection
// that fills the first could not finish what it has begun.
func sourceOf(j bridge.Job) string {
	if j.Task != nil || len(j.Events) > 0 {
		return jobPrefix + j.Connection + ".own"
	}
	return jobPrefix + j.Connection
}

// Job returns the job that a delivery of KindBridge holds.
func Job(d Delivery) (bridge.Job, error) {
	var j bridge.Job
	if err := json.Unmarshal([]byte(d.Header[jobHeader]), &j); err != nil {
		return bridge.Job{}, errors.Wrap(err, "read a job")
	}
	j.ID, j.Key, j.Delivery.Body, j.NotBefore = strings.TrimPrefix(d.ID, jobPrefix), d.Key, d.Body, d.NotBefore
	return j, nil
}
