package providertest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// told is a delivery of a story as the golden file has it.
type told struct {
	Delivery string      `json:"delivery"`
	Events   []toldEvent `json:"events"`
}

type toldEvent struct {
	ID        string            `json:"id,omitempty"`
	Subject   string            `json:"subject"`
	Series    string            `json:"series,omitempty"`
	Resource  string            `json:"resource,omitempty"`
	Labels    map[string]string `json:"labels,omitempty"`
	At        string            `json:"at,omitempty"`
	Kind      string            `json:"kind,omitempty"`
	Stale     bool              `json:"stale,omitempty"`
	Turned    bool              `json:"turned,omitempty"`
	Worse     bool              `json:"worse,omitempty"`
	Resurface bool              `json:"resurface,omitempty"`
	Replies   []toldReply       `json:"replies,omitempty"`
	Names     []string          `json:"names,omitempty"`
	Tasks     []provider.Task   `json:"tasks,omitempty"`
	Card      *toldCard         `json:"card,omitempty"`
}

type toldReply struct {
	Text    []string     `json:"text"`
	Mention string       `json:"mention,omitempty"`
	Actions []toldAction `json:"actions,omitempty"`
}

type toldCard struct {
	Emoji   string       `json:"emoji"`
	State   string       `json:"state"`
	Tone    chat.Tone    `json:"tone,omitempty"`
	Title   string       `json:"title"`
	URL     string       `json:"url,omitempty"`
	Author  string       `json:"author,omitempty"`
	Text    []string     `json:"text,omitempty"`
	Fields  []toldField  `json:"fields,omitempty"`
	Actions []toldAction `json:"actions,omitempty"`
	Footer  string       `json:"footer,omitempty"`
	At      string       `json:"at,omitempty"`
}

type toldField struct {
	Label string `json:"label"`
	Value string `json:"value"`
	Long  bool   `json:"long,omitempty"`
}

type toldAction struct {
	ID      string            `json:"id"`
	Label   string            `json:"label"`
	Tone    chat.Tone         `json:"tone,omitempty"`
	Values  map[string]string `json:"values,omitempty"`
	Options map[string]string `json:"options,omitempty"`
}

// tellsStories holds the cards and replies of each story, in English. Write the files anew with "make golden" and read the difference.
func (tr *trial) tellsStories(t *testing.T) {
	for _, story := range tr.Stories {
		w := tr.newWorld()
		var all []told
		for minute, name := range story.Fixtures {
			delivery := told{Delivery: name, Events: []toldEvent{}}
			for _, e := range tr.parse(t, name, tr.delivery(tr.fixture(t, name), minute)) {
				for _, s := range w.apply(t, e) {
					tr.checkStep(t, s)
					delivery.Events = append(delivery.Events, tr.tell(s))
				}
			}
			all = append(all, delivery)
		}
		var got bytes.Buffer
		encoder := json.NewEncoder(&got)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		require.NoError(t, encoder.Encode(all))
		file := filepath.Join(tr.Dir, story.Name+".golden.json")
		if tr.Update {
			require.NoError(t, os.WriteFile(file, got.Bytes(), 0o600))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(want), got.String(), story.Name)
	}
}

func (tr *trial) tell(s step) toldEvent {
	e := toldEvent{
		ID: s.event.ID, Subject: s.subject, Series: s.event.Series, Resource: s.event.Resource, Labels: s.event.Labels,
		Stale: s.change.Stale,
	}
	if !s.event.At.IsZero() {
		e.At = s.event.At.UTC().Format("2006-01-02T15:04:05.999Z")
	}
	if s.change.Stale {
		return e
	}
	e.Kind, e.Turned, e.Worse, e.Resurface = s.change.Kind, s.change.ResultChanged, s.change.Escalated, s.change.Resurface
	e.Names, e.Tasks = s.change.Aliases, s.change.Tasks
	for _, r := range s.change.Replies {
		e.Replies = append(e.Replies, toldReply{tr.lines(tr.text(r.Text)), r.Mention, tr.actions(r.Actions)})
	}
	e.Card = tr.card(s.card)
	return e
}

func (tr *trial) card(c chat.Card) *toldCard {
	t := &toldCard{
		Emoji: c.Emoji, State: tr.text(c.State), Tone: c.Tone, Title: c.Title, URL: c.URL, Author: c.Author,
		Text: tr.lines(tr.text(c.Text)), Actions: tr.actions(c.Actions), Footer: c.Footer,
	}
	if !c.At.IsZero() {
		t.At = c.At.UTC().Format("2006-01-02T15:04:05.999Z")
	}
	for _, f := range c.Fields {
		t.Fields = append(t.Fields, toldField{tr.text(f.Label), tr.text(f.Value), f.Long})
	}
	return t
}

func (tr *trial) lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

func (tr *trial) actions(all []chat.Action) []toldAction {
	var actions []toldAction
	for _, a := range all {
		shown := toldAction{ID: a.ID, Label: tr.text(a.Label), Tone: a.Tone, Values: a.Values}
		for _, o := range a.Options {
			if shown.Options == nil {
				shown.Options = map[string]string{}
			}
			shown.Options[o.Value] = tr.text(o.Label)
		}
		actions = append(actions, shown)
	}
	return actions
}

// proves reports whether the delivery shows anything that only who knows the secret can make.
func (tr *trial) proves(d provider.Delivery, secret string) bool {
	places := []string{d.PathSecret}
	for _, value := range d.Header {
		places = append(places, value)
		for word := range strings.FieldsSeq(value) {
			if plain, err := base64.StdEncoding.DecodeString(word); err == nil {
				places = append(places, string(plain))
			}
		}
	}
	for _, proof := range tr.Proofs {
		right := secret
		if proof.Make != nil {
			right = proof.Make(d.Body, secret)
		}
		for _, place := range places {
			if strings.Contains(place, right) || strings.Contains(strings.ToLower(place), right) {
				return true
			}
		}
	}
	return false
}
