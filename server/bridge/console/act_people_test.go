package console_test

import (
	"context"
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/chat"
)

// actNote is a note to one person.
type actNote struct {
	user string
	at   chat.Place
	text string
	note chat.Note
}

// actPeople are who is there, and what they were told.
type actPeople struct {
	w          *actWorld
	members    map[string][]string
	quiet      []string // who may not call everybody
	ephemerals []actNote
	announced  []string
	letters    []string
	// messages are the texts of messages by who may read them and their addresses.
	messages map[string]string
}

func (p *actPeople) latest() actNote {
	if len(p.ephemerals) == 0 {
		return actNote{}
	}
	return p.ephemerals[len(p.ephemerals)-1]
}

func (p *actPeople) Person(_ context.Context, person chat.PersonID) (chat.Person, error) {
	return chat.Person{ID: person, Username: string(person), Admin: string(person) == "root"}, nil
}

func (p *actPeople) Channel(_ context.Context, at chat.Place) (chat.Channel, error) {
	return chat.Channel{Name: at.Channel, Direct: at.Channel == "dm"}, nil
}

func (p *actPeople) StillMayPost(ctx context.Context, actor chat.Actor, at chat.Place) (bool, error) {
	return p.MayPost(ctx, actor, at), nil
}

func (p *actPeople) Message(_ context.Context, actor chat.Actor, address string) (string, bool) {
	text, ok := p.messages[actor.ID+" "+address]
	return text, ok
}

func (p *actPeople) PersonByEmail(context.Context, string) (chat.Person, bool) {
	return chat.Person{}, false
}

func (p *actPeople) ChannelsOf(context.Context, chat.Actor) ([]chat.Place, error) { return nil, nil }

func (p *actPeople) MayPost(_ context.Context, actor chat.Actor, at chat.Place) bool {
	return slices.Contains(p.members[at.Channel], actor.ID)
}

func (p *actPeople) MayMentionAll(_ context.Context, actor chat.Actor, _ chat.Place) bool {
	return !slices.Contains(p.quiet, actor.ID)
}

func (p *actPeople) MayAdminister(_ context.Context, actor chat.Actor, _ chat.Place) bool {
	return actor.ID == "root"
}

func (p *actPeople) Ephemeral(_ context.Context, at chat.Place, actor chat.Actor, note chat.Note) error {
	p.ephemerals = append(p.ephemerals, actNote{user: actor.ID, at: at, text: p.w.text(note.Text), note: note})
	return nil
}

func (p *actPeople) Direct(_ context.Context, actor chat.Actor, text chat.Message) error {
	p.letters = append(p.letters, actor.ID+": "+p.w.text(text))
	return nil
}

func (p *actPeople) Announce(_ context.Context, at chat.Place, text chat.Message) error {
	p.announced = append(p.announced, at.Channel+": "+p.w.text(text))
	return nil
}

// everythingWritten is all that is kept, posted or logged, as one text.
func (w *actWorld) everythingWritten() string {
	var all strings.Builder
	for _, id := range []string{"c-builder", "c-forge"} {
		all.WriteString(w.connection(id).Sealed)
	}
	for _, note := range w.people.ephemerals {
		all.WriteString(note.text)
	}
	for _, lines := range [][]string{w.people.announced, w.people.letters, w.surface.replies, w.logged} {
		all.WriteString(strings.Join(lines, "\n"))
	}
	return all.String()
}
