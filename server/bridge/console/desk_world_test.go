package console_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/provider"
)

// subjectField is the field of a form in which a subject is looked for.
const subjectField = "subject"

// actDesk is a provider whose tickets people create, look for and annotate out of chat.
type actDesk struct {
	actPager
	tickets []string
	// made are the tickets by the keys of their forms; notes what was added, by whom.
	made  map[string]string
	notes []string
	asked []string
}

func newDesk() *actDesk {
	return &actDesk{actPager: actPager{actTool{id: "desk"}}, tickets: []string{"Door sticks", "Window leaks"}, made: map[string]string{}}
}

func (d *actDesk) AccountResource(_ context.Context, s provider.Session) (provider.Resource, error) {
	return provider.Resource{ID: "acme", Name: "Acme"}, nil
}

func ticket(title, status string) provider.Event {
	e := actEvent(title, status)
	e.Subject = "ticket/" + title
	return e
}

func (d *actDesk) Search(_ context.Context, _ provider.Session, text string, _ time.Time) ([]provider.SearchResult, bool, error) {
	d.asked = append(d.asked, text)
	var found []provider.SearchResult
	for _, title := range d.tickets {
		if strings.Contains(strings.ToLower(title), strings.ToLower(text)) {
			found = append(found, provider.SearchResult{ID: title, Title: title, State: chat.Verbatim("open")})
		}
	}
	return found, false, nil
}

func (d *actDesk) Lookup(_ context.Context, _ provider.Session, id string) (provider.Event, error) {
	return ticket(id, "open"), nil
}

func (d *actDesk) Annotate(_ context.Context, _ provider.Session, id, text, by string) (provider.ActionResult, error) {
	if text == "" {
		return provider.ActionResult{}, &provider.FieldError{Field: "text", Message: chat.Verbatim("Write something.")}
	}
	d.notes = append(d.notes, by+" on "+id+": "+text)
	return provider.ActionResult{
		Note: chat.Verbatim("Noted on " + id), Share: chat.Verbatim(by + " noted: " + text), Events: []provider.Event{ticket(id, "noted")},
	}, nil
}

func (d *actDesk) CreateForm(_ context.Context, _ provider.Session, values map[string]string) (chat.Form, error) {
	field := func(name string) chat.FormField {
		return chat.FormField{Name: name, Kind: chat.TextField, Label: chat.Verbatim(name), Default: values[name], Optional: true}
	}
	return chat.Form{Title: chat.Verbatim("New ticket"), Fields: []chat.FormField{field("title"), field("details")}}, nil
}

func (d *actDesk) Create(_ context.Context, _ provider.Session, values map[string]string, key string) (provider.Event, error) {
	if values["title"] == "" {
		return provider.Event{}, &provider.FieldError{Field: "title", Message: chat.Verbatim("A title is needed.")}
	}
	if d.made[key] == "" {
		d.made[key] = values["title"]
		d.tickets = append(d.tickets, values["title"])
	}
	return ticket(d.made[key], "open"), nil
}

func (d *actDesk) FieldOptions(_ context.Context, _ provider.Session, field, text string) ([]chat.Option, error) {
	return []chat.Option{{Label: chat.Verbatim(field + " " + text), Value: text}}, nil
}

// newDeskWorld returns a world with a desk, at which ada and bob are signed in.
func newDeskWorld(t *testing.T) (*actWorld, *actDesk) {
	t.Helper()
	desk := newDesk()
	w := newActWorldWith(t, desk)
	w.settings.Enabled["desk"] = "desk"
	w.sessions.tokens["bob"] = "bob-token"
	return w, desk
}

// types has a user type a line about the desk; a form that opens is the surface's last.
func (w *actWorld) types(user, channel, line string) (string, error) {
	w.t.Helper()
	before := len(w.people.ephemerals)
	answer, err := w.Tree("desk", "desk").Execute(context.Background(), "desk "+line, command.Call{Actor: actor(user), Place: place(channel), Talk: w.talk(user, place(channel))})
	if err == nil && answer.Zero() && len(w.people.ephemerals) > before {
		return w.people.latest().text, nil
	}
	return w.text(answer), err
}

// buttons are the labels under the latest note.
func (w *actWorld) buttons() []string {
	var labels []string
	for _, b := range w.people.latest().note.Buttons {
		labels = append(labels, w.text(b.Label))
	}
	return labels
}

// says has a user type a line that is answered.
func (w *actWorld) says(user, channel, line string) string {
	w.t.Helper()
	text, err := w.types(user, channel, line)
	require.NoError(w.t, err, line)
	return text
}

func (d *actDesk) HandleAction(ctx context.Context, s provider.Session, c provider.ActionRequest) (provider.ActionResult, error) {
	d.calls = append(d.calls, c)
	if err := s.Call(ctx, http.MethodPost, "/"+c.Action, nil, nil); err != nil {
		return provider.ActionResult{}, err
	}
	return provider.ActionResult{Note: chat.Verbatim("Approved"), Share: chat.Verbatim(c.By + " approved")}, nil
}
