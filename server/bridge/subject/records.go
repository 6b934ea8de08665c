// Package subject is how servers share subjects and their series: one server at a time holds a subject, changes it, and saves it with its
// cards. It knows what a server that died may have left undone or unrecorded; what a subject is about, and where it is shown, is for
// package delivery.
package subject

import (
	"context"
	"encoding/json"

	"mattermost-plugin-zoom/server/bridge"
)

// Records keeps what is known of subjects and their series, and which server works on which subject. Several servers share it.
type Records interface {
	// Subject returns a subject of a connection as it was saved last; false means that there is none.
	Subject(ctx context.Context, connectionID, name string) (bridge.Subject, bool, error)
	// Hold claims a subject for bridge.HoldTime, and creates it where it doesn't exist. Errors: bridge.ErrHeld while another server has it,
	// bridge.ErrNoSubject.
	Hold(ctx context.Context, c bridge.Claim) (bridge.Hold, error)
	// Save writes a held subject with its cards and further names, all or nothing, and gives the hold back. Error: bridge.ErrHoldLost.
	Save(ctx context.Context, s bridge.SubjectSave) error
	// Series returns the state of a series with its version; nil and 0 for one that doesn't exist.
	Series(ctx context.Context, connectionID, name string) (state json.RawMessage, version int64, err error)
	// SaveSeries writes the state of the series that has this version, and returns the next one. Error: bridge.ErrSeriesChanged.
	SaveSeries(ctx context.Context, connectionID, name string, state json.RawMessage, version int64) (int64, error)
	// Alias returns the subject that has the further name, "" for none.
	Alias(ctx context.Context, connectionID, name string) (string, error)
	// SetAlias gives a subject a further name; any other subject that had it loses it.
	SetAlias(ctx context.Context, connectionID, name, subject string) error
}
