package console_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/bridge/subscription"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/logging"
	"mattermost-plugin-zoom/server/mattermost/markdown"
	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/provider"
)

// actWorld is a channel "town" with a forge and a builder connected to it, each with one card. Ada and bob are members, eve is not;
// root is a member and a system admin. Ada alone is signed in at the forge.
type actWorld struct {
	*assembly.Bridge
	t         *testing.T
	tool      *actTool
	forge     *actForge
	people    *actPeople
	surface   *actSurface
	memory    *memory.Memory
	subjects  *memory.Subjects
	sessions  *actSessions
	inbox     []bridge.Job
	meetings  []string
	answers   []chat.Place
	logged    []string
	audited   []bridge.AuditEntry
	settings  bridge.Settings
	now       time.Time
	catalogue *i18n.Catalogue
}

func newActWorld(t *testing.T) *actWorld {
	t.Helper()
	return newActWorldWith(t, &actPager{actTool{id: "pager"}})
}

// newActWorldWith returns one that has this provider, too.
func newActWorldWith(t *testing.T, third provider.Provider) *actWorld {
	t.Helper()
	catalogue, err := i18n.NewCatalogue(bridge.Texts())
	require.NoError(t, err)
	w := &actWorld{
		t: t, tool: &actTool{id: "builder"}, forge: &actForge{actTool: actTool{id: "forge"}}, catalogue: catalogue,
		now:      time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC),
		settings: bridge.Settings{Enabled: map[string]string{"builder": "builder", "forge": "forge", "pager": "pager"}, HookURL: "https://chat.example/hooks/"},
		sessions: &actSessions{
			sites:  []provider.Site{{ID: "cloud", URL: actCloud, API: actCloud, OAuth: true}},
			tokens: map[string]string{"ada": "ada-token"}, clients: map[string]string{},
		},
	}
	w.memory = memory.New(func() time.Time { return w.now })
	w.subjects = w.memory.Subjects
	w.people = &actPeople{w: w, members: map[string][]string{"town": {"ada", "bob", "root"}, "dm": {"ada"}, "garden": {"eve"}}}
	w.surface = &actSurface{w: w, places: map[string]chat.Place{}, cards: map[string]chat.Card{}}
	w.Bridge = assembly.New(assembly.Dependencies{
		Registry: provider.NewRegistry(w.tool, w.forge, third), Settings: func() bridge.Settings { return w.settings },
		Products: map[chat.SurfaceID]bridge.Product{on: product{w.surface, w.people}}, Persons: w.people, Subjects: w.subjects, Connections: w.memory.Connections, Deliveries: w.memory.Deliveries, Inbox: w, Seals: actSeals{}, Sessions: w.sessions, Meetings: w, Audit: w,
		Now: func() time.Time { return w.now },
		Log: logging.New(func(_ slog.Level, msg string, pairs ...any) {
			line, _ := json.Marshal(pairs)
			w.logged = append(w.logged, msg+" "+string(line))
		}),
	})
	w.connect("c-builder", "builder", "Builds of town", "", provider.Resource{})
	w.connect("c-forge", "forge", "acme/door", actCloud, provider.Resource{ID: "acme/door", Name: "acme/door", Path: "acme/door", SettingsURL: actCloud + "/hooks"})
	return w
}

// connect has the channel follow a connection with one card, whose post has the connection's name before "-card".
func (w *actWorld) connect(id, providerID, name, site string, r provider.Resource) {
	ctx := context.Background()
	sealed, err := w.Keys.Seal(ctx, id, bridge.Keys{Secrets: []bridge.Secret{{Value: "hook-secret"}}})
	require.NoError(w.t, err)
	c := bridge.Connection{
		ID: id, Provider: providerID, Name: name, Site: site, Resource: r, HookKey: "key", Sealed: sealed, CreatedBy: actor("ada"),
		Subscriptions: []bridge.Subscription{{ID: "s-" + id, Place: place("town"), CreatedBy: actor("ada")}},
	}
	if site != "" {
		c.ActsAs, c.Installation = "ada", json.RawMessage(`"old"`)
	}
	w.put(c)
	event := actEvent("Fix the door", "open")
	w.record(bridge.Subject{
		Connection: id, Name: "pr/7", State: event.Data, Rev: 1,
		Shown: []bridge.Shown{{Subscription: "s-" + id, Place: place("town"), Message: chat.MessageRef{Place: place("town"), ID: id + "-card"}, Rev: 1}},
	})
	w.shows(chat.MessageRef{Place: place("town"), ID: id + "-card"}, providerID, id)
}

// shows records that the message shows the pull request of the connection.
func (w *actWorld) shows(m chat.MessageRef, providerID, connectionID string) {
	w.t.Helper()
	sub, _, err := w.subjects.Subject(context.Background(), connectionID, "pr/7")
	require.NoError(w.t, err)
	w.record(sub, bridge.CardRecord{Message: m, Provider: providerID, Connection: connectionID, Subject: "pr/7"})
}

// record saves the subject as it is, with cards.
func (w *actWorld) record(sub bridge.Subject, cards ...bridge.CardRecord) {
	w.t.Helper()
	held, err := w.subjects.Hold(context.Background(), bridge.Claim{Connection: sub.Connection, Name: sub.Name, Holder: "test"})
	require.NoError(w.t, err)
	require.NoError(w.t, w.subjects.Save(context.Background(), bridge.SubjectSave{Subject: sub, Number: held.Number, Cards: cards}))
}

// connection returns the record of a connection.
func (w *actWorld) connection(id string) bridge.Connection {
	w.t.Helper()
	c, _, err := w.memory.Connections.Connection(context.Background(), id)
	require.NoError(w.t, err)
	return c
}

// put makes this the record of a connection.
func (w *actWorld) put(c bridge.Connection) {
	w.t.Helper()
	_, err := w.memory.Connections.UpdateConnection(context.Background(), c.ID, func(now *bridge.Connection) (bool, error) { *now = c; return true, nil })
	require.NoError(w.t, err)
	w.Forget(c.ID)
}

// remove ends a connection.
func (w *actWorld) remove(id string) {
	w.t.Helper()
	_, err := w.memory.Connections.UpdateConnection(context.Background(), id, func(now *bridge.Connection) (bool, error) { now.ID = ""; return true, nil })
	require.NoError(w.t, err)
	w.Forget(id)
}

// talk is the conversation of a user in a place, in which a form can be shown.
func (w *actWorld) talk(user string, at chat.Place) talk {
	return talk{people: w.people, actor: actor(user), place: at, form: w.surface.show}
}

// click has a user press an action of a card.
func (w *actWorld) click(user, post, action string) error {
	return w.Act(context.Background(), chat.Click{
		Actor: actor(user), Message: message(post), Action: action, Card: true, Talk: w.talk(user, place("town")), Place: place("town"),
	})
}

// run has a user type a command in a channel.
func (w *actWorld) run(user, channel, text, trigger string, do func(context.Context, command.Call) (chat.Message, error)) error {
	asks := w.talk(user, place(channel))
	if trigger == "" {
		asks.form = nil
	}
	answer, err := do(context.Background(), command.Call{Actor: actor(user), Place: place(channel), Text: text, Talk: asks})
	if err == nil && !answer.Zero() {
		w.people.ephemerals = append(w.people.ephemerals, actNote{user: user, at: place(channel), text: w.text(answer)})
	}
	return err
}

// press has a user press a button of the latest note, by its label.
func (w *actWorld) press(user, label string) error {
	w.t.Helper()
	note := w.people.latest()
	for _, b := range note.note.Buttons {
		if w.text(b.Label) == label {
			return w.Press(context.Background(), chat.Click{
				Actor: actor(user), Place: note.at, Message: message("note"), Action: b.Action, Values: b.Values, Talk: w.talk(user, note.at),
			})
		}
	}
	require.Failf(w.t, "there is no such button", "%q under %q", label, note.text)
	return nil
}

// answer has a user send the form that was opened last, with these values in place of those it began with.
func (w *actWorld) submit(user string, values map[string]string) (map[string]string, error) {
	w.t.Helper()
	require.NotEmpty(w.t, w.surface.forms, "there is no form")
	form := w.surface.forms[len(w.surface.forms)-1]
	all := map[string]string{}
	for _, field := range form.Fields {
		all[field.Name] = field.Default
	}
	maps.Copy(all, values)
	slips, err := w.Submit(context.Background(), chat.FormAnswer{Actor: actor(user), Talk: talk{people: w.people, actor: actor(user), place: place("town")}, Kind: form.Kind, State: form.State, Values: all})
	said := map[string]string{}
	for field, slip := range slips {
		said[field] = w.text(slip)
	}
	return said, err
}

// text is a message as an English reader sees it.
func (w *actWorld) text(m chat.Message) string {
	return strings.ReplaceAll(markdown.Render(w.catalogue.Text("en", m), markdown.Reader{}), "\u200b", "")
}

func (w *actWorld) subscription(id string) bridge.Subscription {
	return w.connection(id).Subscriptions[0]
}

func (w *actWorld) Accept(_ context.Context, j bridge.Job) error {
	if !slices.ContainsFunc(w.inbox, func(known bridge.Job) bool { return known.ID == j.ID }) {
		w.inbox = append(w.inbox, j)
	}
	return nil
}

// webhookIsDue has the task carried out that looks after the webhook of a connection.
func (w *actWorld) webhookIsDue(id string) error {
	return w.Handle(context.Background(), bridge.Job{Connection: id, Task: &provider.Task{Key: "bridge/repair"}})
}

func (w *actWorld) Start(_ context.Context, actor chat.Actor, at, asked chat.Place, topic string) error {
	w.meetings = append(w.meetings, actor.ID+" in "+at.Channel+"/"+at.Thread+": "+topic)
	w.answers = append(w.answers, asked)
	return nil
}

// actSeals are told apart by name, and cannot be read at a glance.
type actSeals struct{}

func (actSeals) Seal(_ context.Context, name string, plain []byte) ([]byte, error) {
	return []byte(name + "|" + base64.StdEncoding.EncodeToString(plain)), nil
}

func (actSeals) Reseal(_ context.Context, _ string, blob []byte) ([]byte, bool, error) {
	return blob, false, nil
}

func (actSeals) Open(_ context.Context, name string, blob []byte) ([]byte, error) {
	content, ours := strings.CutPrefix(string(blob), name+"|")
	plain, err := base64.StdEncoding.DecodeString(content)
	if !ours || err != nil {
		return nil, fault.New(fault.Unreadable)
	}
	return plain, nil
}

// actSurface holds posts and forms.
type actSurface struct {
	w       *actWorld
	places  map[string]chat.Place
	cards   map[string]chat.Card
	replies []string
	forms   []chat.Form
}

func (s *actSurface) Post(_ context.Context, p chat.Posting) (chat.MessageRef, error) {
	s.places["posted"], s.cards["posted"] = p.Place, p.Card
	return chat.MessageRef{Place: p.Place, ID: "posted"}, nil
}

func (s *actSurface) Update(_ context.Context, m chat.MessageRef, p chat.Posting) error {
	s.cards[m.ID] = p.Card
	return nil
}

func (s *actSurface) Reply(_ context.Context, at chat.Place, r chat.Reply, _ chat.Mark) (chat.MessageRef, error) {
	s.replies = append(s.replies, at.Thread+": "+s.w.text(r.Text))
	return chat.MessageRef{Place: at, ID: "reply"}, nil
}

func (s *actSurface) Recover(context.Context, chat.Place, chat.Mark, time.Time) (chat.MessageRef, error) {
	return chat.MessageRef{}, nil
}

func (s *actSurface) Link(m chat.MessageRef) string { return "https://chat.example/pl/" + m.ID }

// show checks what the chat product would refuse or cut.
func (s *actSurface) show(f chat.Form) {
	t := s.w.t
	require.LessOrEqual(t, utf8.RuneCountInString(s.w.text(f.Title)), 24, s.w.text(f.Title))
	require.NotContains(t, s.w.text(f.Intro), "<no value>")
	for _, field := range f.Fields {
		label, help := s.w.text(field.Label), s.w.text(field.Help)
		require.NotEmpty(t, label)
		require.NotContains(t, label+help, "bridge.", "a text is missing")
		require.LessOrEqual(t, utf8.RuneCountInString(label), 24, label)
		require.LessOrEqual(t, utf8.RuneCountInString(help), 150, help)
		if field.Kind == chat.SelectField {
			require.True(t, subscription.HasOption(field.Options, field.Default), "%s begins with none of its choices", field.Name)
			require.False(t, subscription.HasOption(field.Options, ""), "%s has a choice that is blank", field.Name)
		}
		require.False(t, field.Kind == chat.SecretField && field.Default != "", "a secret is shown again")
	}
	s.forms = append(s.forms, f)
}

// Record keeps what was done and refused.
func (w *actWorld) Record(e bridge.AuditEntry) { w.audited = append(w.audited, e) }
