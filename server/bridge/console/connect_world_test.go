package console_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/logging"
	"mattermost-plugin-zoom/server/mattermost/markdown"
	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/provider"
)

// office is a chat server with a few people, three channels and two tools, as the stories of connecting need it.
type office struct {
	t        *testing.T
	bridge   *assembly.Bridge
	settings bridge.Settings
	people   *officePeople
	surface  *officeSurface
	memory   *memory.Memory
	broken   *brokenConnections
	accounts *officeAccounts
	coder    *coder
	texts    *i18n.Catalogue
	now      time.Time
	logged   []string
	audited  []bridge.AuditEntry
}

const (
	ada, bob, eve         = "ada", "bob", "eve"
	town, lab, adasDirect = "town", "lab", "direct-ada"
	bobsDirect            = "direct-bob"
	webRepo               = "https://coder.test/acme/web"
)

func newOffice(t *testing.T) *office {
	texts, err := i18n.NewCatalogue(bridge.Texts())
	require.NoError(t, err)
	o := &office{
		t: t, texts: texts, coder: newCoder(), now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
		settings: bridge.Settings{
			Enabled: map[string]string{"builder": "builder", "coder": "coder"}, Policy: bridge.Members, HookURL: "https://chat.test/hooks/",
		},
		people: &officePeople{
			channels: map[string]chat.Channel{
				town: {Public: true, Name: "town"}, lab: {Name: "lab"}, adasDirect: {Direct: true}, bobsDirect: {Direct: true},
			},
			members: map[string][]string{town: {ada, bob, eve}, lab: {ada, bob}, adasDirect: {ada}, bobsDirect: {bob}},
			admins:  map[string][]string{town: {bob}},
			mute:    map[string]bool{},
			texts:   texts,
		},
		surface:  &officeSurface{marks: map[string]chat.Posting{}},
		accounts: &officeAccounts{signedIn: map[string]bool{ada: true, bob: true}, registered: true},
	}
	clock := func() time.Time { return o.now }
	o.memory = memory.New(clock)
	o.broken = &brokenConnections{Connections: o.memory.Connections}
	o.bridge = assembly.New(assembly.Dependencies{
		Registry: provider.NewRegistry(builder{}, o.coder), Settings: func() bridge.Settings { return o.settings },
		Products: map[chat.SurfaceID]bridge.Product{on: product{o.surface, o.people}}, Persons: o.people, Subjects: o.memory.Subjects, Connections: o.broken, Deliveries: o.memory.Deliveries, Inbox: officeInbox{}, Seals: newOfficeSeals(t),
		Sessions: o.accounts, Audit: o, Now: clock,
		Log: logging.New(func(_ slog.Level, msg string, pairs ...any) {
			for _, pair := range pairs {
				if text, ok := pair.(string); ok {
					msg += " " + text
				}
			}
			o.logged = append(o.logged, msg)
		}),
	})
	return o
}

// types has a user type a command line in a channel and returns what they are answered.
func (o *office) types(userID, channelID, line string) string {
	text, err := o.tries(userID, channelID, line)
	require.NoError(o.t, err, line)
	return text
}

// tries is types for lines that may fail.
func (o *office) tries(userID, channelID, line string) (string, error) {
	for _, tree := range o.bridge.Commands() {
		if word, _, _ := strings.Cut(strings.TrimPrefix(line, "/"), " "); word == tree.Name {
			before := len(o.people.ephemerals)
			answer, err := tree.Execute(o.t.Context(), line, command.Call{
				Actor: actor(userID), Place: place(channelID), Talk: o.talk(userID, place(channelID), o.surface.trigger != ""),
			})
			if err == nil && answer.Zero() && len(o.people.ephemerals) > before {
				return o.lastEphemeral().text, nil
			}
			return markdown.Render(o.texts.Text("en", answer), markdown.Reader{}), err
		}
	}
	o.t.Fatalf("there is no command for %q", line)
	return "", nil
}

// talk is the conversation of a user in a place.
func (o *office) talk(userID string, at chat.Place, asks bool) talk {
	t := talk{people: o.people, actor: actor(userID), place: at}
	if asks {
		t.form = o.surface.show
	}
	return t
}

func (o *office) lastEphemeral() shownNote {
	require.NotEmpty(o.t, o.people.ephemerals, "nobody was told anything")
	return o.people.ephemerals[len(o.people.ephemerals)-1]
}

// presses has a user press the button of the last note with this label and returns what takes the note's place.
func (o *office) presses(userID, label string) string {
	text, err := o.triesToPress(userID, label)
	require.NoError(o.t, err, label)
	return text
}

func (o *office) triesToPress(userID, label string) (string, error) {
	note := o.lastEphemeral()
	for _, button := range note.buttons {
		if markdown.Render(o.texts.Text("en", button.Label), markdown.Reader{}) != label {
			continue
		}
		before := len(o.people.ephemerals)
		err := o.bridge.Press(o.t.Context(), chat.Click{
			Actor: actor(userID), Place: note.at, Message: message("note"), Action: button.Action, Values: button.Values, Talk: o.talk(userID, note.at, true),
		})
		if err != nil || len(o.people.ephemerals) == before {
			return "", err
		}
		return o.lastEphemeral().text, nil
	}
	o.t.Fatalf("the note %q has no button %q but %v", note.text, label, o.labels(note))
	return "", nil
}

func (o *office) labels(note shownNote) []string {
	var labels []string
	for _, button := range note.buttons {
		labels = append(labels, markdown.Render(o.texts.Text("en", button.Label), markdown.Reader{}))
	}
	return labels
}

// answers has a user send the last form with these values.
func (o *office) answers(userID string, values map[string]string) (chat.FormErrors, error) {
	require.NotEmpty(o.t, o.surface.forms, "no form was shown")
	form := o.surface.forms[len(o.surface.forms)-1]
	return o.bridge.Submit(o.t.Context(), chat.FormAnswer{Actor: actor(userID), Talk: o.talk(userID, place(town), false), Kind: form.Kind, State: form.State, Values: values})
}

// only returns the one connection there is.
func (o *office) only() bridge.Connection {
	found := o.connections()
	require.Len(o.t, found, 1)
	return found[0]
}

// connections returns all that there are.
func (o *office) connections() []bridge.Connection {
	found, err := o.memory.Connections.Overview(o.t.Context(), bridge.OverviewQuery{Most: 1000})
	require.NoError(o.t, err)
	var all []bridge.Connection
	for _, line := range found.Connections {
		all = append(all, line.Connection)
	}
	return all
}

// following returns what the channel follows.
func (o *office) following(providerID, channel string) []bridge.Connection {
	found, err := o.memory.Connections.Following(o.t.Context(), providerID, place(channel))
	require.NoError(o.t, err)
	return found
}

// put makes this the record of a connection.
func (o *office) put(c bridge.Connection) {
	_, err := o.memory.Connections.UpdateConnection(o.t.Context(), c.ID, func(now *bridge.Connection) (bool, error) { *now = c; return true, nil })
	require.NoError(o.t, err)
	o.bridge.Forget(c.ID)
}

// log adds to what is known of a connection's deliveries.
func (o *office) log(id string, entries []bridge.Entry) error {
	return o.memory.Deliveries.Log(o.t.Context(), map[string][]bridge.Entry{id: entries})
}

// brokenConnections fail a change for which change returns an error.
type brokenConnections struct {
	*memory.Connections
	change func(after bridge.Connection) error
}

func (r *brokenConnections) UpdateConnection(ctx context.Context, id string, change func(*bridge.Connection) (bool, error)) (bridge.Connection, error) {
	c, err := r.Connections.UpdateConnection(ctx, id, func(c *bridge.Connection) (bool, error) {
		write, err := change(c)
		if err == nil && write && r.change != nil {
			err = r.change(*c)
		}
		return write, err
	})
	return c, err //nolint:wrapcheck // it stands in for the records
}

// secretOf returns the secret in force.
func (o *office) secretOf(c bridge.Connection) string {
	hook, err := o.bridge.Keys.HookOf(o.t.Context(), c)
	require.NoError(o.t, err)
	return hook.Secret
}

// shownNote is a note as one person sees it.
type shownNote struct {
	at      chat.Place
	userID  string
	text    string
	buttons []chat.Button
}

type officePeople struct {
	mu         sync.Mutex
	texts      *i18n.Catalogue
	channels   map[string]chat.Channel
	members    map[string][]string
	admins     map[string][]string
	guests     []string
	mute       map[string]bool // whom no direct message reaches
	ephemerals []shownNote
	direct     []shownNote
	announced  []shownNote
}

func (p *officePeople) Person(_ context.Context, person chat.PersonID) (chat.Person, error) {
	return chat.Person{ID: person, Username: string(person), Admin: string(person) == "root", Guest: slices.Contains(p.guests, string(person))}, nil
}

func (p *officePeople) Channel(_ context.Context, at chat.Place) (chat.Channel, error) {
	channel, ok := p.channels[at.Channel]
	if !ok {
		return chat.Channel{}, errors.Errorf("no channel %s", at.Channel)
	}
	return channel, nil
}

func (p *officePeople) StillMayPost(ctx context.Context, actor chat.Actor, at chat.Place) (bool, error) {
	return p.MayPost(ctx, actor, at), nil
}

func (p *officePeople) Message(context.Context, chat.Actor, string) (string, bool) { return "", false }

func (*officePeople) PersonByEmail(context.Context, string) (chat.Person, bool) {
	return chat.Person{}, false
}

func (p *officePeople) ChannelsOf(_ context.Context, actor chat.Actor) ([]chat.Place, error) {
	var found []chat.Place
	for id, members := range p.members {
		if slices.Contains(members, actor.ID) {
			found = append(found, place(id))
		}
	}
	return found, nil
}

func (p *officePeople) MayPost(_ context.Context, actor chat.Actor, at chat.Place) bool {
	return slices.Contains(p.members[at.Channel], actor.ID)
}

func (p *officePeople) MayMentionAll(context.Context, chat.Actor, chat.Place) bool { return true }

func (p *officePeople) MayAdminister(_ context.Context, actor chat.Actor, at chat.Place) bool {
	return slices.Contains(p.admins[at.Channel], actor.ID)
}

func (p *officePeople) Ephemeral(_ context.Context, at chat.Place, actor chat.Actor, note chat.Note) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ephemerals = append(p.ephemerals, shownNote{at: at, userID: actor.ID, text: markdown.Render(p.texts.Text("en", note.Text), markdown.Reader{}), buttons: note.Buttons})
	return nil
}

func (p *officePeople) Direct(_ context.Context, actor chat.Actor, text chat.Message) error {
	if p.mute[actor.ID] {
		return errors.New("the direct channel cannot be opened")
	}
	p.direct = append(p.direct, shownNote{userID: actor.ID, text: markdown.Render(p.texts.Text("en", text), markdown.Reader{})})
	return nil
}

func (p *officePeople) Announce(_ context.Context, at chat.Place, text chat.Message) error {
	p.announced = append(p.announced, shownNote{at: at, text: markdown.Render(p.texts.Text("en", text), markdown.Reader{})})
	return nil
}

type officeSurface struct {
	trigger string // what commands are typed with
	forms   []chat.Form
	marks   map[string]chat.Posting
}

func (f *officeSurface) Post(_ context.Context, p chat.Posting) (chat.MessageRef, error) {
	id := rand.Text()
	f.marks[id] = p
	return message(id), nil
}

func (f *officeSurface) Update(_ context.Context, m chat.MessageRef, p chat.Posting) error {
	f.marks[m.ID] = p
	return nil
}

func (f *officeSurface) Reply(context.Context, chat.Place, chat.Reply, chat.Mark) (chat.MessageRef, error) {
	return message(rand.Text()), nil
}

func (f *officeSurface) Recover(context.Context, chat.Place, chat.Mark, time.Time) (chat.MessageRef, error) {
	return chat.MessageRef{}, nil
}

func (f *officeSurface) Link(m chat.MessageRef) string { return "https://chat.test/pl/" + m.ID }

func (f *officeSurface) show(form chat.Form) { f.forms = append(f.forms, form) }

type officeInbox struct{}

func (officeInbox) Accept(context.Context, bridge.Job) error { return nil }

// officeSeals seals as the plugin does, so that a test that looks for a secret in what is stored shows something.
type officeSeals struct{ aead cipher.AEAD }

func newOfficeSeals(t *testing.T) officeSeals {
	block, err := aes.NewCipher([]byte(strings.Repeat("k", 32)))
	require.NoError(t, err)
	aead, err := cipher.NewGCMWithRandomNonce(block)
	require.NoError(t, err)
	return officeSeals{aead: aead}
}

func (s officeSeals) Seal(_ context.Context, name string, plain []byte) ([]byte, error) {
	return []byte(hexed(s.aead.Seal(nil, nil, plain, []byte(name)))), nil
}

func (officeSeals) Reseal(_ context.Context, _ string, blob []byte) ([]byte, bool, error) {
	return blob, false, nil
}

func (s officeSeals) Open(_ context.Context, name string, blob []byte) ([]byte, error) {
	plain, err := s.aead.Open(nil, nil, unhexed(string(blob)), []byte(name))
	if err != nil {
		return nil, fault.Wrap(err, fault.Unreadable)
	}
	return plain, nil
}

// tokenIn returns the secret that a direct message shows.
func tokenIn(t *testing.T, message string) string {
	found := regexp.MustCompile("(?s)Secret:\n`([A-Z2-7]+)`").FindStringSubmatch(message)
	require.Len(t, found, 2, "no secret in %q", message)
	return found[1]
}

// Record keeps what was done and refused.
func (o *office) Record(e bridge.AuditEntry) { o.audited = append(o.audited, e) }
