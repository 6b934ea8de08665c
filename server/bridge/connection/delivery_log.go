package connection

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/notice"
	"mattermost-plugin-zoom/server/chat"
)

// deliveryLog is the latest of a connection's log, as one channel may see it.
type deliveryLog struct {
	bridge.LogSummary
	// seen is what the channel may know, the newest first.
	seen []bridge.Entry
}

// empty reports whether nothing ever arrived.
func (l deliveryLog) empty() bool { return l.Last.IsZero() }

// mostRead is how many lines of a log are read for the few that are shown: those that say the same are shown as one.
const mostRead = 50

// logsOf returns the latest of the connections' logs, by their IDs, as the channel may see them. What this server knows and hasn't written
// yet is in them.
func (s *Status) logsOf(ctx context.Context, place chat.Place, connections []bridge.Connection) (map[string]deliveryLog, error) {
	var ids []string
	for _, c := range connections {
		ids = append(ids, c.ID)
	}
	s.Journal.Flush(ctx)
	summaries, err := s.Deliveries.Summaries(ctx, ids)
	if err != nil {
		return nil, errors.Wrap(err, "read what arrived lately")
	}
	entries, err := s.Deliveries.Entries(ctx, bridge.LogQuery{Connections: ids, Place: place, Most: mostRead})
	if err != nil {
		return nil, errors.Wrap(err, "read what a channel may know of it")
	}
	logs := map[string]deliveryLog{}
	for _, id := range ids {
		logs[id] = deliveryLog{LogSummary: summaries[id], seen: bridge.Merged(entries[id])}
	}
	return logs, nil
}

// lineAgo is line with how long ago that was.
func (s *Status) lineAgo(providerID string, e bridge.Entry) chat.Message {
	return s.line(providerID, e, notice.Ago(s.Now(), e.At))
}

// line says when a delivery arrived, what it was, its result and the reason, and how it proved its origin.
func (s *Status) line(providerID string, e bridge.Entry, when chat.Message) chat.Message {
	line := chat.Say("bridge.status.line", "Title", chat.Truncate(e.Title, 80)).
		WithMessage("When", when).
		WithMessage("Result", chat.Say("bridge.status.result."+string(e.Result)))
	var details []chat.Message
	if e.Event != "" {
		details = append(details, s.eventLabel(providerID, e.Event))
	}
	if e.By != "" {
		details = append(details, chat.Say("bridge.status.by."+string(e.By)))
	}
	if e.Old {
		details = append(details, chat.Say("bridge.status.old"))
	}
	if e.Count > 1 {
		details = append(details, chat.Plural("bridge.status.times", e.Count))
	}
	if len(details) > 0 {
		line = chat.Say("bridge.status.with").WithMessage("Line", line).WithMessage("Details", bridge.Enumerated(details))
	}
	if !e.Reason.Zero() {
		line = chat.Say("bridge.status.because").WithMessage("Line", line).WithMessage("Reason", e.Reason)
	}
	return chat.Say("bridge.status.item").WithMessage("Line", line)
}

// eventLabel returns what the provider calls the event, which is from outside.
func (s *Status) eventLabel(providerID, event string) chat.Message {
	for _, kind := range s.Registry.Describe(providerID).Events {
		if kind.ID == event {
			return kind.Label
		}
	}
	return chat.VerbatimText(chat.Code(chat.Truncate(event, 60)))
}

// advice says what to do about how deliveries prove where they come from, and about the last one that the channel may know of.
func (s *Status) advice(ctx context.Context, c bridge.Connection, log deliveryLog) []chat.Message {
	var advice []chat.Message
	if log.ByPath {
		advice = append(advice, chat.Say("bridge.status.advice_path", "Provider", s.Name(c.Provider)))
	}
	if log.Old {
		ends := chat.Say("bridge.status.advice_old", "Provider", s.Name(c.Provider), "Command", s.Word(c.Provider))
		advice = append(advice, ends.WithMessage("Until", s.oldEnds(ctx, c)))
	}
	if len(log.seen) == 0 {
		return advice
	}
	switch log.seen[0].Result {
	case bridge.Refused:
		text := "bridge.status.advice_refused"
		if _, made := s.InstallerOf(c); made {
			text = "bridge.status.advice_refused_made" // no one entered a secret
		}
		advice = append(advice, chat.Say(text, "Provider", s.Name(c.Provider), "Command", s.Word(c.Provider)))
	case bridge.Unwanted:
		advice = append(advice, chat.Say("bridge.status.advice_unwanted", "Command", s.Word(c.Provider)))
	case bridge.Unreadable:
		advice = append(advice, chat.Say("bridge.status.advice_unreadable", "Provider", s.Name(c.Provider)))
	}
	return advice
}

// oldEnds says how long the secret still counts that was replaced.
func (s *Status) oldEnds(ctx context.Context, c bridge.Connection) chat.Message {
	keys, err := s.Keys.Open(ctx, c)
	if err != nil {
		return chat.Say("bridge.until.soon")
	}
	hours := 0
	for _, secret := range keys.Secrets {
		if left := secret.Until.Sub(s.Now()); !secret.Until.IsZero() && left > 0 {
			hours = max(hours, int(left.Hours()))
		}
	}
	if hours < 1 {
		return chat.Say("bridge.until.soon")
	}
	return chat.Plural("bridge.until.hours", hours)
}
