package bridge_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// tool is a provider whose deliveries say in so many words what they are.
type tool struct {
	mu      sync.Mutex
	follows int
	finds   []said
	fault   error
	// maxBody is the largest delivery, where it is not 5000 bytes.
	maxBody int64
}

// said is one event of the tool's.
type said struct {
	ID, Thing, Is, Say, Series, Resource, Branch string
	// Channel is the one that someone chose for it at the tool.
	Channel string
	// Of is the resource as the state knows it.
	Of                    string
	Level, Urgency, Stage string
	Also, Names           []string
	// N is the tool's time: of two, the greater is newer.
	N       int
	Again   bool
	Poll    string
	Garbled bool
}

// thing is the state of a thing; its series' is the greatest N.
type thing struct {
	Thing, Is string
	N, Length int
}

func (t *tool) Describe() provider.Descriptor {
	kind := func(id string, on bool) provider.EventKind {
		return provider.EventKind{ID: id, Label: chat.Verbatim(id), Default: on}
	}
	return provider.Descriptor{
		ID: "tool", Name: "Tool", Headers: []string{"Authorization", "X-Event"}, MaxBody: max(t.maxBody, 5000),
		Events:  []provider.EventKind{kind("begun", true), kind("fine", true), kind("broken", true), kind("noise", false)},
		Filters: []provider.Filter{{ID: "branch"}, {ID: "level", Levels: []string{"low", "high"}}, {ID: "urgency", AlwaysPresent: true}, {ID: "stage", MultiValue: true}},
	}
}

func (t *tool) Verify(d provider.Delivery, secrets []string) (provider.Proof, error) {
	shown, by := d.Header["Authorization"], provider.ByHeader
	if d.PathSecret != "" {
		shown, by = d.PathSecret, provider.ByPath
	}
	switch at := provider.MatchSecret(shown, secrets); {
	case shown == "ping":
		return provider.Proof{}, provider.ErrPing
	case shown == "":
		return provider.Proof{}, provider.ErrUnsigned
	case at < 0:
		return provider.Proof{}, provider.ErrForged
	default:
		return provider.Proof{Secret: at, By: by}, nil
	}
}

func (t *tool) Parse(d provider.Delivery) ([]provider.Event, error) {
	var says []said
	if len(d.Body) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(d.Body, &says); err != nil {
		return nil, err
	}
	return eventsOf(says), nil
}

func eventsOf(says []said) []provider.Event {
	var events []provider.Event
	for _, s := range says {
		data, err := json.Marshal(s)
		if err != nil {
			panic(err)
		}
		labels := map[string]string{}
		for label, value := range map[string]string{"branch": s.Branch, "level": s.Level, "urgency": s.Urgency, "stage": s.Stage} {
			if value != "" {
				labels[label] = value
			}
		}
		events = append(events, provider.Event{
			ID: s.ID, Subject: s.Thing, Channel: s.Channel, Series: s.Series, Resource: s.Resource, RelatedSubjects: s.Also, Labels: labels, Data: data,
		})
	}
	return events
}

func (t *tool) FoldSeries(state json.RawMessage, e provider.Event) (json.RawMessage, error) {
	var s said
	if err := json.Unmarshal(e.Data, &s); err != nil {
		return nil, err
	}
	greatest := 0
	if state != nil {
		if err := json.Unmarshal(state, &greatest); err != nil {
			return nil, err
		}
	}
	return json.Marshal(max(greatest, s.N))
}

func (t *tool) Fold(state, _ json.RawMessage, e provider.Event) (provider.Change, error) {
	var s said
	var m thing
	if err := json.Unmarshal(e.Data, &s); err != nil {
		return provider.Change{}, err
	}
	if s.Garbled {
		return provider.Change{}, errors.New("garbled")
	}
	if state != nil {
		if err := json.Unmarshal(state, &m); err != nil {
			return provider.Change{}, err
		}
	}
	if s.N < m.N {
		return provider.Change{Stale: true}, nil
	}
	change := provider.Change{
		Kind: s.Is, ResultChanged: state != nil && s.Is != m.Is, Escalated: s.Is == "broken", Resurface: s.Again, Aliases: s.Names,
		Resource: s.Of,
	}
	if m.Thing == "" {
		m.Thing = s.Thing
	}
	m.Is, m.N, m.Length = s.Is, s.N, m.Length+1
	if s.Say != "" {
		for said := range strings.SplitSeq(s.Say, " | ") {
			change.Replies = append(change.Replies, chat.Reply{Text: chat.Verbatim(said)})
		}
	}
	if s.Poll != "" {
		change.Tasks = []provider.Task{{Key: s.Poll, After: time.Minute}}
	}
	var err error
	change.State, err = json.Marshal(m)
	return change, err
}

func (t *tool) Card(state json.RawMessage) (chat.Card, error) {
	var m thing
	err := json.Unmarshal(state, &m)
	return chat.Card{Title: m.Thing + " is " + m.Is}, err
}

func (t *tool) Sample(time.Time) provider.Event {
	return eventsOf([]said{{Thing: "sample", Is: "fine"}})[0]
}

func (t *tool) RunTask(_ context.Context, _ provider.Session, _ provider.Resource, task provider.Task) ([]provider.Event, []provider.Task, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.follows++
	if t.fault != nil {
		return nil, nil, t.fault
	}
	found := t.finds
	t.finds = nil
	if len(found) > 0 {
		return eventsOf(found), nil, nil
	}
	return nil, []provider.Task{task}, nil
}

// people says who left, and keeps what people are told.
type people struct {
	mu       sync.Mutex
	left     map[string]bool
	channels map[string]chat.Channel
	outage   error
	told     []string // "who: id of the message"
}

func (p *people) Person(_ context.Context, person chat.PersonID) (chat.Person, error) {
	return chat.Person{ID: chat.PersonID(string(person))}, nil
}

func (p *people) Channel(_ context.Context, at chat.Place) (chat.Channel, error) {
	return p.channels[at.Channel], nil
}

func (p *people) StillMayPost(_ context.Context, actor chat.Actor, _ chat.Place) (bool, error) {
	return !p.left[actor.ID], p.outage
}

func (p *people) Message(context.Context, chat.Actor, string) (string, bool) { return "", false }

func (p *people) PersonByEmail(context.Context, string) (chat.Person, bool) {
	return chat.Person{}, false
}

func (p *people) ChannelsOf(context.Context, chat.Actor) ([]chat.Place, error) { return nil, nil }
func (p *people) MayPost(_ context.Context, actor chat.Actor, _ chat.Place) bool {
	return !p.left[actor.ID]
}
func (p *people) MayMentionAll(context.Context, chat.Actor, chat.Place) bool         { return true }
func (p *people) MayAdminister(context.Context, chat.Actor, chat.Place) bool         { return false }
func (p *people) Ephemeral(context.Context, chat.Place, chat.Actor, chat.Note) error { return nil }

func (p *people) Direct(_ context.Context, actor chat.Actor, text chat.Message) error {
	return p.tell(actor.ID, text)
}

func (p *people) Announce(_ context.Context, at chat.Place, text chat.Message) error {
	return p.tell("#"+at.Channel, text)
}

func (p *people) tell(whom string, text chat.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	line := whom + ": " + text.ID
	if reason := text.Nested["Reason"]; reason.ID != "" {
		line += " " + reason.ID
	}
	p.told = append(p.told, line)
	return nil
}

// openSeals seal nothing; what the bridge keeps to itself is not what these tests are about.
type openSeals struct{}

func (openSeals) Seal(_ context.Context, _ string, plain []byte) ([]byte, error) { return plain, nil }

func (openSeals) Reseal(_ context.Context, _ string, blob []byte) ([]byte, bool, error) {
	return blob, false, nil
}

func (openSeals) Open(_ context.Context, _ string, blob []byte) ([]byte, error) {
	if string(blob) == "broken" {
		return nil, fault.New(fault.Unreadable)
	}
	return blob, nil
}

// sessions calls no tool: this one's provider needs no calls to know what it finds.
type sessions struct{ bridge.Sessions }

func (sessions) Sites(context.Context, string) ([]provider.Site, error) { return nil, nil }

func (sessions) ForUser(context.Context, string, provider.Site, chat.PersonID) (provider.Session, error) {
	return provider.Session{}, nil
}
