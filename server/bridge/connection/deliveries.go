package connection

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// mostDeliveries is how many lines of a log one message shows.
const mostDeliveries = 20

// The words that narrow a log down, each with a value: "result:failures".
const (
	filterResult = "result:"
	filterEvent  = "event:"
	filterSince  = "since:"
	// filterBefore is only in buttons: it goes on where a message ended.
	filterBefore = "before:"
)

// resultWord is what users type for some results.
type resultWord struct {
	word    string
	results []bridge.Result
}

var resultWords = []resultWord{
	{"failures", bridge.Failures()},
	{"failed", []bridge.Result{bridge.Failed}},
	{"refused", []bridge.Result{bridge.Refused}},
	{"unreadable", []bridge.Result{bridge.Unreadable}},
	{"shown", []bridge.Result{bridge.Posted}},
	{"updated", []bridge.Result{bridge.Updated}},
	{"unchanged", []bridge.Result{bridge.Unchanged}},
	{"filtered", []bridge.Result{bridge.Unwanted}},
	{"ignored", []bridge.Result{bridge.Ignored}},
	{"tested", []bridge.Result{bridge.Tested}},
}

// ShowLog shows the log of a connection's deliveries, of which the channel learns what it follows. The request's text is the connection's name
// and the filters. Faults: NoPost, NotFollowed.
func (s *Status) ShowLog(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if !s.Permissions.MayPost(ctx, w.Actor, w.Place) {
		return chat.Note{}, fault.New(fault.NoPost)
	}
	filter, mistake := s.readFilter(w)
	if !mistake.Zero() {
		return chat.Note{Text: mistake}, nil
	}
	named := w
	named.Text = filter.name
	found, err := s.follower.chosen(ctx, named)
	if err != nil {
		return chat.Note{}, err
	}
	if len(found) > 1 {
		offers := offersOf(found, w, conversation.OpDeliveries)
		for i := range offers {
			offers[i].Request.Text = filter.text()
		}
		return s.Prompts.Question(ctx, chat.Say("bridge.log.which"), offers...)
	}
	return s.logOf(ctx, w, found[0], filter)
}

func (s *Status) logOf(ctx context.Context, w conversation.Request, c bridge.Connection, filter logFilter) (chat.Note, error) {
	s.Journal.Flush(ctx)
	query := filter.LogQuery
	query.Connections, query.Place, query.Most = []string{c.ID}, w.Place, mostDeliveries+1
	all, err := s.Deliveries.Entries(ctx, query)
	if err != nil {
		return chat.Note{}, errors.Wrap(err, "read the log of deliveries")
	}
	entries := all[c.ID]
	more := len(entries) > mostDeliveries
	entries = entries[:min(len(entries), mostDeliveries)]
	title := chat.Say("bridge.log.title")
	if len(filter.words) > 0 {
		title = chat.Say("bridge.log.title_filtered").WithText("Filters", chat.Code(filter.text()))
	}
	lines := []chat.Message{title.WithText("Name", c.Link())}
	for _, entry := range bridge.Merged(entries) {
		lines = append(lines, s.line(c.Provider, entry, chat.VerbatimText(chat.Time(entry.At, chat.DateAndTime))))
	}
	if len(entries) == 0 {
		lines = append(lines, chat.Say("bridge.log.empty"))
	}
	one := w
	one.Connection = c.ID
	var offers []conversation.Offer
	if len(filter.Results) == 0 && len(entries) > 0 {
		failures := one
		failures.Text = strings.TrimSpace(filter.text() + " " + filterResult + "failures")
		offers = append(offers, conversation.Offer{Label: chat.Say("bridge.button.failures"), Operation: conversation.OpDeliveries, Request: failures})
	}
	if more {
		older := one
		older.Text = strings.TrimSpace(filter.text() + " " + filterBefore + entries[len(entries)-1].At.UTC().Format(time.RFC3339Nano))
		offers = append(offers, conversation.Offer{Label: chat.Say("bridge.button.older"), Operation: conversation.OpDeliveries, Request: older})
	}
	return s.Prompts.Question(ctx, chat.Lines(lines...), offers...)
}

// logFilter is what of a log a user wants to see.
type logFilter struct {
	bridge.LogQuery
	// name is the connection's, words are the filters as they were typed.
	name  string
	words []string
}

// text returns the filters as a user would type them, without the name.
func (f logFilter) text() string { return strings.Join(f.words, " ") }

// readFilter reads the request's text. A mistake says what to type instead.
func (s *Status) readFilter(w conversation.Request) (f logFilter, mistake chat.Message) {
	var name []string
	for word := range strings.FieldsSeq(w.Text) {
		key, value, _ := strings.Cut(word, ":")
		switch strings.ToLower(key) + ":" {
		case filterResult:
			at := slices.IndexFunc(resultWords, func(r resultWord) bool { return strings.EqualFold(r.word, value) })
			if at < 0 {
				return f, s.filterMistake(w)
			}
			f.Results = resultWords[at].results
		case filterEvent:
			if f.Event = s.eventCalled(w.Provider, value); f.Event == "" {
				return f, s.filterMistake(w)
			}
		case filterSince:
			age, ok := readAge(value)
			if !ok {
				return f, s.filterMistake(w)
			}
			f.Since = s.Now().Add(-age)
		case filterBefore:
			before, err := time.Parse(time.RFC3339Nano, value)
			if err != nil {
				return f, s.filterMistake(w)
			}
			f.Before = before
			continue // the next message goes on from its own end
		default:
			name = append(name, word)
			continue
		}
		f.words = append(f.words, word)
	}
	f.name = strings.Join(name, " ")
	return f, chat.Message{}
}

// filterMistake says which filters there are.
func (s *Status) filterMistake(w conversation.Request) chat.Message {
	var results, events []string
	for _, r := range resultWords {
		results = append(results, r.word)
	}
	for _, kind := range s.Registry.Describe(w.Provider).Events {
		events = append(events, kind.ID)
	}
	return chat.Say("bridge.log.mistake", "Command", s.Word(w.Provider)).
		WithText("Results", chat.Plain(strings.Join(results, ", "))).WithText("Events", chat.Plain(strings.Join(events, ", ")))
}

// eventCalled returns the ID of the provider's event with this ID, whatever its case; "" for none.
func (s *Status) eventCalled(providerID, text string) string {
	for _, kind := range s.Registry.Describe(providerID).Events {
		if strings.EqualFold(kind.ID, text) {
			return kind.ID
		}
	}
	return ""
}

// readAge reads "30m", "6h" or "2d".
func readAge(text string) (time.Duration, bool) {
	if days, found := strings.CutSuffix(strings.ToLower(text), "d"); found {
		age, err := time.ParseDuration(days + "h")
		return 24 * age, err == nil && age > 0
	}
	age, err := time.ParseDuration(strings.ToLower(text))
	return age, err == nil && age > 0
}
