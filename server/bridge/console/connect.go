package console

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/kv"
	"mattermost-plugin-zoom/server/provider"
)

// maxName is the longest name of a connection, in characters.
const maxName = 64

// connect connects the channel: to a thing at the tool where we can set up the webhook ourselves, else with an address for people to
// enter there. Faults: NotConfigured, those of mayConnect, TooMany, and those of the tool.
func (s *Service) connect(ctx context.Context, w wish) (chat.Note, error) {
	if err := s.Rights.CanKeep(ctx, w.actor, w.place); err != nil {
		return chat.Note{}, err
	}
	if installer, ok := s.Registry.Get(w.provider).(provider.Installer); ok {
		return s.connectResource(ctx, w, installer, false)
	}
	name := chat.Truncate(unquoted(w.text), maxName)
	if w.connection != "" {
		return s.join(ctx, w)
	}
	if name == "" {
		return s.connectHook(ctx, w, "")
	}
	here, err := s.Directory.Following(ctx, w.provider, w.place)
	if err != nil {
		return chat.Note{}, err
	}
	if slices.ContainsFunc(here, func(c bridge.Connection) bool { return connection.SameName(c.Name, name) }) {
		return chat.Note{Text: chat.Say("bridge.connect.already", "Name", chat.Escape(name), "Command", s.Word(w.provider))}, nil
	}
	elsewhere, err := s.joinable(ctx, w, name)
	if err != nil {
		return chat.Note{}, err
	}
	switch len(elsewhere) {
	case 0:
		return s.connectHook(ctx, w, name)
	case 1:
		w.connection = elsewhere[0].ID
		return s.join(ctx, w)
	}
	return s.askWhichToJoin(ctx, w, name, elsewhere)
}

// connectNew makes a connection although the person could join one with the same name.
func (s *Service) connectNew(ctx context.Context, w wish) (chat.Note, error) {
	if err := s.Rights.CanKeep(ctx, w.actor, w.place); err != nil {
		return chat.Note{}, err
	}
	return s.connectHook(ctx, w, chat.Truncate(unquoted(w.text), maxName))
}

// connectHook makes a connection whose webhook people set up at the tool. Its secret goes to the person alone, once: if it cannot be
// handed over, nothing is made.
func (s *Service) connectHook(ctx context.Context, w wish, name string) (chat.Note, error) {
	name, err := s.freeName(ctx, w, name)
	if err != nil {
		return chat.Note{}, err
	}
	secret := rand.Text()
	fresh := bridge.Connection{
		ID: rand.Text(), Provider: w.provider, Name: name, HookKey: rand.Text(), CreatedBy: w.actor, CreatedAt: s.Now(),
	}
	if fresh.Sealed, err = s.Keys.Seal(ctx, fresh.ID, bridge.Keys{Secrets: []bridge.Secret{{Value: secret}}}); err != nil {
		return chat.Note{}, err
	}
	c, err := s.attach(ctx, w, fresh.ID, fresh, provider.Resource{})
	if err != nil {
		return chat.Note{}, err
	}
	hook := provider.Hook{URL: s.Settings().HookURL + c.Hook(), Secret: secret}
	intro := chat.Say("bridge.connect.secret", "Provider", s.Name(w.provider), "Name", c.Link(), "Command", s.Word(w.provider))
	if err := s.People.DirectMessage(ctx, w.actor, chat.Lines(intro, chat.Message{}, s.instructions(w.provider, hook))); err != nil {
		if _, _, undo := s.detach(context.WithoutCancel(ctx), c.ID, w.provider, w.place); undo != nil {
			s.Log.Warn("A connection whose secret nobody got could not be removed", "connection", c.ID, "error", undo.Error())
		}
		return chat.Note{}, errors.Wrap(err, "hand over the secret of a connection")
	}
	s.did(bridge.AuditConnect, w, c.ID)
	s.rememberName(ctx, c)
	s.Notices.Tell(ctx, w.place, chat.Say("bridge.connect.told", "Who", s.Notices.Who(ctx, w.actor), "Provider", s.Name(w.provider), "Name", c.Link()))
	note := chat.Note{Text: chat.Say("bridge.connect.done", "Name", c.Link(), "Provider", s.Name(w.provider), "Command", s.Word(w.provider))}
	note.Buttons, err = s.accessButtons(ctx, c, w.place, w.actor)
	return note, err
}

// instructions are what somebody does with the address and the secret: in the provider's words where it has any.
func (s *Service) instructions(providerID string, h provider.Hook) chat.Message {
	if instructor, ok := s.Registry.Get(providerID).(provider.ManualSetup); ok {
		return instructor.Instructions(h)
	}
	return chat.Say("bridge.connect.instructions", "URL", chat.Code(h.URL), "Secret", chat.Code(h.Secret))
}

// freeName returns the name, or one after the channel, with a number where the channel has a connection of that name.
func (s *Service) freeName(ctx context.Context, w wish, name string) (string, error) {
	here, err := s.Directory.Following(ctx, w.provider, w.place)
	if err != nil {
		return "", err
	}
	if name == "" {
		if name, err = s.defaultName(ctx, w); err != nil {
			return "", err
		}
	}
	free := name
	for number := 2; slices.ContainsFunc(here, func(c bridge.Connection) bool { return connection.SameName(c.Name, free) }); number++ {
		free = name + " " + strconv.Itoa(number)
	}
	return free, nil
}

func (s *Service) defaultName(ctx context.Context, w wish) (string, error) {
	channel, err := s.People.Channel(ctx, w.place)
	if err != nil {
		return "", errors.Wrap(err, "look up the channel")
	}
	of := "~" + channel.Name
	if channel.Name == "" {
		person, err := s.People.Person(ctx, w.actor.Person)
		if err != nil {
			return "", errors.Wrap(err, "look up who connects")
		}
		of = "@" + person.Username
	}
	return chat.Truncate(s.Name(w.provider)+" of "+unquoted(of), maxName), nil
}

// namesakes is the list of the connections that have a name. It stands among those of channels, whose ids are shorter than it is.
func namesakes(providerID, name string) string {
	return kv.Hash("connections named", providerID, strings.ToLower(name))
}

// rememberName has the connection found by its name, from other channels. Where that fails, they can get one of their own.
func (s *Service) rememberName(ctx context.Context, c bridge.Connection) {
	err := s.Records.UpdateConnectionsOf(ctx, c.Provider, namesakes(c.Provider, c.Name), func(ids *[]string) bool {
		if len(*ids) >= maxConnections || slices.Contains(*ids, c.ID) {
			return false
		}
		*ids = append(*ids, c.ID)
		return true
	})
	if err != nil {
		s.Log.Warn("The name of a connection could not be noted", "connection", c.ID, "error", err.Error())
	}
}

// joinable returns the connections with this name that the person may change in one of their channels.
func (s *Service) joinable(ctx context.Context, w wish, name string) ([]bridge.Connection, error) {
	ids, err := s.Records.ConnectionsOf(ctx, w.provider, namesakes(w.provider, name))
	if err != nil {
		return nil, errors.Wrap(err, "list the connections with a name")
	}
	var found []bridge.Connection
	for _, id := range ids {
		c, ok, err := s.Records.Connection(ctx, id)
		if err != nil {
			return nil, errors.Wrap(err, "read a connection with the name")
		}
		if ok && connection.SameName(c.Name, name) && s.Rights.Manages(ctx, w.actor, c) {
			found = append(found, c)
		}
	}
	return found, nil
}

// join has the channel follow a connection that the person manages elsewhere. Its secret is not shown again.
func (s *Service) join(ctx context.Context, w wish) (chat.Note, error) {
	c, ok, err := s.Records.Connection(ctx, w.connection)
	if err != nil {
		return chat.Note{}, errors.Wrap(err, "read the connection to follow")
	}
	if !ok || c.Provider != w.provider || !s.Rights.Manages(ctx, w.actor, c) {
		return chat.Note{}, s.NotFollowed(w.provider)
	}
	if len(c.In(w.place)) > 0 {
		return chat.Note{Text: chat.Say("bridge.connect.already", "Name", c.Link(), "Command", s.Word(w.provider))}, nil
	}
	if c, err = s.attach(ctx, w, c.ID, bridge.Connection{}, provider.Resource{}); err != nil {
		return chat.Note{}, err
	}
	s.did(bridge.AuditConnect, w, c.ID)
	s.Notices.Tell(ctx, w.place, chat.Say("bridge.connect.told", "Who", s.Notices.Who(ctx, w.actor), "Provider", s.Name(w.provider), "Name", c.Link()))
	return chat.Note{Text: chat.Say("bridge.connect.joined", "Name", c.Link(), "Command", s.Word(w.provider))}, nil
}

func (s *Service) askWhichToJoin(ctx context.Context, w wish, name string, found []bridge.Connection) (chat.Note, error) {
	var offers []offer
	for _, c := range found[:min(len(found), maxButtons)] {
		one := w
		one.connection = c.ID
		label := chat.Say("bridge.button.join", "Name", chat.Truncate(c.Name, 40)).WithMessage("Channels", s.channelsOf(ctx, w.actor, c, chat.Place{}))
		offers = append(offers, offer{label: label, deed: deedConnect, wish: one})
	}
	offers = append(offers, offer{label: chat.Say("bridge.button.new"), deed: deedConnectNew, wish: w}, orCancel(w))
	return s.question(ctx, chat.Say("bridge.connect.which", "Name", chat.Escape(name)), offers...)
}

// channelsOf names the channels that follow the connection, but for one. Those that the person cannot post in are only counted.
func (s *Service) channelsOf(ctx context.Context, actor chat.Actor, c bridge.Connection, except chat.Place) chat.Message {
	const mostNamed = 5
	var names []chat.Message
	others := 0
	for _, id := range c.Channels() {
		if id.SameChannel(except) {
			continue
		}
		channel, err := s.People.Channel(ctx, id)
		switch {
		case err != nil || len(names) == mostNamed || !s.People.CanPost(ctx, actor, id):
			others++
		case channel.Direct:
			names = append(names, chat.Say("bridge.direct"))
		default:
			names = append(names, chat.Verbatim(chat.Escape("~"+channel.Name)))
		}
	}
	if others > 0 {
		names = append(names, chat.Plural("bridge.others", others))
	}
	return bridge.Enumerated(names)
}
