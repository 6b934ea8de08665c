// Package logging adapts any log with levels to a *slog.Logger, which the plugin's other packages write to.
//
// Debug and info are routine: a retry that is scheduled, a user without permission. A warning is something that an admin should look
// at. An error is a loss, or a defect of the plugin. A line's message is plain English; names and IDs are its attributes, and none of
// them is a secret.
package logging

import (
	"context"
	"log/slog"
	"slices"
)

// Write writes one line to a log. The pairs are keys and values.
type Write func(level slog.Level, msg string, pairs ...any)

// New returns a logger that hands each line to write. It is safe for concurrent use if write is.
func New(write Write) *slog.Logger { return slog.New(handler{write: write}) }

// handler is a slog.Handler. It has no groups: a group's attributes keep their own keys.
type handler struct {
	write Write
	pairs []any
}

var _ slog.Handler = handler{}

func (h handler) Enabled(context.Context, slog.Level) bool { return true }

func (h handler) Handle(_ context.Context, r slog.Record) error {
	pairs := slices.Clone(h.pairs)
	r.Attrs(func(a slog.Attr) bool {
		pairs = append(pairs, a.Key, a.Value.Any())
		return true
	})
	h.write(r.Level, r.Message, pairs...)
	return nil
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	pairs := slices.Clone(h.pairs)
	for _, a := range attrs {
		pairs = append(pairs, a.Key, a.Value.Any())
	}
	return handler{write: h.write, pairs: pairs}
}

func (h handler) WithGroup(string) slog.Handler { return h }
