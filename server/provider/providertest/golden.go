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

// goldenStory is a delivery of a story in the golden file.
type goldenStory struct {
	Delivery string        `json:"delivery"`
	Events   []goldenEvent `json:"events"`
}

type goldenEvent struct {
	ID            string            `json:"id,omitempty"`
	Subject       string            `json:"subject"`
	Series        string            `json:"series,omitempty"`
	Resource      string            `json:"resource,omitempty"`
	Labels        map[string]string `json:"labels,omitempty"`
	At            string            `json:"at,omitempty"`
	Kind          string            `json:"kind,omitempty"`
	Stale         bool              `json:"stale,omitempty"`
	ResultChanged bool              `json:"result_changed,omitempty"`
	Escalated     bool              `json:"escalated,omitempty"`
	Resurface     bool              `json:"resurface,omitempty"`
	Replies       []goldenReply     `json:"replies,omitempty"`
	Aliases       []string          `json:"aliases,omitempty"`
	Tasks         []provider.Task   `json:"tasks,omitempty"`
	Card          *goldenCard       `json:"card,omitempty"`
}

type goldenReply struct {
	Text    []string       `json:"text"`
	Mention string         `json:"mention,omitempty"`
	Actions []goldenAction `json:"actions,omitempty"`
}

type goldenCard struct {
	Emoji   string         `json:"emoji"`
	State   string         `json:"state"`
	Tone    chat.Tone      `json:"tone,omitempty"`
	Title   string         `json:"title"`
	URL     string         `json:"url,omitempty"`
	Author  string         `json:"author,omitempty"`
	Text    []string       `json:"text,omitempty"`
	Fields  []goldenField  `json:"fields,omitempty"`
	Actions []goldenAction `json:"actions,omitempty"`
	Footer  string         `json:"footer,omitempty"`
	At      string         `json:"at,omitempty"`
}

type goldenField struct {
	Label string `json:"label"`
	Value string `json:"value"`
	Long  bool   `json:"long,omitempty"`
}

type goldenAction struct {
	ID      string            `json:"id"`
	Label   string            `json:"label"`
	Tone    chat.Tone         `json:"tone,omitempty"`
	Values  map[string]string `json:"values,omitempty"`
	Options map[string]string `json:"options,omitempty"`
}

// checkGolden compares the cards and replies of each story, in English, with its golden files: as data with Mattermost's Markdown, as
// the plain surface shows them, and as the content of Zoom's messages. Run "make golden" to rewrite the files, and
// read the diff.
func (tr *conformance) checkGolden(t *testing.T) {
	for _, story := range tr.Stories {
		w := tr.newWorld()
		var all []goldenStory
		var shown transcript
		var sent zoomTranscript
		for minute, name := range story.Fixtures {
			delivery := goldenStory{Delivery: name, Events: []goldenEvent{}}
			shown.begin(name)
			sent.begin(name)
			for _, e := range tr.parse(t, name, tr.delivery(tr.fixture(t, name), minute)) {
				for _, s := range w.apply(t, e) {
					tr.checkStep(t, s)
					delivery.Events = append(delivery.Events, tr.goldenEvent(s))
					shown.add(tr.plain(), s)
					sent.add(t, tr.zoomchat(), s)
				}
			}
			all = append(all, delivery)
		}
		var got bytes.Buffer
		encoder := json.NewEncoder(&got)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		require.NoError(t, encoder.Encode(all))
		tr.requireGolden(t, story.Name+".golden.json", got.String())
		tr.requireGolden(t, story.Name+".plain.golden", shown.String())
		tr.requireGolden(t, story.Name+".zoomchat.golden", sent.String())
	}
}

// requireGolden fails the test unless the golden file of this name has the text; it writes the file first where that is asked for.
func (tr *conformance) requireGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join(tr.Dir, name)
	if tr.Update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got, name)
}

func (tr *conformance) goldenEvent(s step) goldenEvent {
	e := goldenEvent{
		ID: s.event.ID, Subject: s.subject, Series: s.event.Series, Resource: s.event.Resource, Labels: s.event.Labels,
		Stale: s.change.Stale,
	}
	if !s.event.At.IsZero() {
		e.At = s.event.At.UTC().Format("2006-01-02T15:04:05.999Z")
	}
	if s.change.Stale {
		return e
	}
	e.Kind, e.ResultChanged, e.Escalated, e.Resurface = s.change.Kind, s.change.ResultChanged, s.change.Escalated, s.change.Resurface
	e.Aliases, e.Tasks = s.change.Aliases, s.change.Tasks
	for _, r := range s.change.Replies {
		e.Replies = append(e.Replies, goldenReply{tr.lines(tr.text(r.Text)), r.Mention, tr.goldenActions(r.Actions)})
	}
	e.Card = tr.goldenCard(s.card)
	return e
}

func (tr *conformance) goldenCard(c chat.Card) *goldenCard {
	t := &goldenCard{
		Emoji: c.Emoji, State: tr.text(c.State), Tone: c.Tone, Title: c.Title, URL: c.URL, Author: c.Author,
		Text: tr.lines(tr.text(c.Text)), Actions: tr.goldenActions(c.Actions), Footer: c.Footer,
	}
	if !c.At.IsZero() {
		t.At = c.At.UTC().Format("2006-01-02T15:04:05.999Z")
	}
	for _, f := range c.Fields {
		t.Fields = append(t.Fields, goldenField{tr.text(f.Label), tr.text(f.Value), f.Long})
	}
	return t
}

func (tr *conformance) lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

func (tr *conformance) goldenActions(all []chat.Action) []goldenAction {
	var actions []goldenAction
	for _, a := range all {
		shown := goldenAction{ID: a.ID, Label: tr.text(a.Label), Tone: a.Tone, Values: a.Values}
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

// hasProof reports whether the delivery has something that only someone who knows the secret can make.
func (tr *conformance) hasProof(d provider.Delivery, secret string) bool {
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
