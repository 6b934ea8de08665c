package connection

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// MaxName is the longest name of a connection, in characters.
const MaxName = 64

// Connect connects the channel: to a resource at the provider where we can set up the webhook ourselves, otherwise with an address that
// users enter there. Faults: NotConfigured, those of MayConnect, TooMany, and those of the provider.
func (s *Connector) Connect(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if err := s.Rights.CanKeep(ctx, w.Actor, w.Place); err != nil {
		return chat.Note{}, err
	}
	if installer, ok := s.Registry.Get(w.Provider).(provider.Installer); ok {
		return s.connectResource(ctx, w, installer, false)
	}
	name := chat.Truncate(conversation.Unquoted(w.Text), MaxName)
	if w.Connection != "" {
		return s.join(ctx, w)
	}
	here, err := s.Directory.Following(ctx, w.Provider, w.Place)
	if err != nil {
		return chat.Note{}, err
	}
	if name == "" {
		return s.connectHook(ctx, w, here, "")
	}
	if slices.ContainsFunc(here, func(c bridge.Connection) bool { return SameName(c.Name, name) }) {
		return chat.Note{Text: chat.Say("bridge.connect.already", "Name", name, "Command", s.Word(w.Provider))}, nil
	}
	elsewhere, err := s.joinable(ctx, w, name)
	if err != nil {
		return chat.Note{}, err
	}
	switch len(elsewhere) {
	case 0:
		return s.connectHook(ctx, w, here, name)
	case 1:
		w.Connection = elsewhere[0].ID
		return s.join(ctx, w)
	}
	return s.askWhichToJoin(ctx, w, name, elsewhere)
}

// ConnectNew makes a connection although the person could join one with the same name.
func (s *Connector) ConnectNew(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if err := s.Rights.CanKeep(ctx, w.Actor, w.Place); err != nil {
		return chat.Note{}, err
	}
	return s.connectHookNamed(ctx, w)
}

// connectHookNamed makes a connection with the name that the request's text is.
func (s *Connector) connectHookNamed(ctx context.Context, w conversation.Request) (chat.Note, error) {
	here, err := s.Directory.Following(ctx, w.Provider, w.Place)
	if err != nil {
		return chat.Note{}, err
	}
	return s.connectHook(ctx, w, here, chat.Truncate(conversation.Unquoted(w.Text), MaxName))
}

// connectHook makes a connection whose webhook users set up at the provider. Its secret is sent once, to the user alone: if that fails,
// nothing is made. The channel follows the connections here already.
func (s *Connector) connectHook(ctx context.Context, w conversation.Request, here []bridge.Connection, name string) (chat.Note, error) {
	name, err := s.freeName(ctx, w, here, name)
	if err != nil {
		return chat.Note{}, err
	}
	secret := rand.Text()
	fresh := bridge.Connection{
		ID: rand.Text(), Provider: w.Provider, Name: name, HookKey: rand.Text(), CreatedBy: w.Actor, CreatedAt: s.Now(),
	}
	if fresh.Sealed, err = s.Keys.Seal(ctx, fresh.ID, bridge.Keys{Secrets: []bridge.Secret{{Value: secret}}}); err != nil {
		return chat.Note{}, err
	}
	c, err := s.follower.attach(ctx, w, fresh.ID, fresh, provider.Resource{})
	if err != nil {
		return chat.Note{}, err
	}
	hook := provider.Hook{URL: s.Settings().HookURL + c.Hook(), Secret: secret}
	intro := chat.Say("bridge.connect.secret", "Provider", s.Name(w.Provider), "Command", s.Word(w.Provider)).WithText("Name", c.Link())
	if err := s.Messenger.Direct(ctx, w.Actor, chat.Lines(intro, chat.Message{}, s.instructions(w.Provider, hook))); err != nil {
		if _, _, undo := s.follower.detach(context.WithoutCancel(ctx), c.ID, w.Place); undo != nil {
			s.Log.Warn("A connection whose secret couldn't be sent couldn't be removed", "connection", c.ID, "error", undo.Error())
		}
		return chat.Note{}, errors.Wrap(err, "hand over the secret of a connection")
	}
	s.Trail.Did(bridge.AuditConnect, w, c.ID)
	s.Notices.Tell(ctx, w.Place, chat.Say("bridge.connect.told", "Provider", s.Name(w.Provider)).WithText("Who", s.Notices.Who(ctx, w.Actor)).WithText("Name", c.Link()))
	note := chat.Note{Text: chat.Say("bridge.connect.done", "Provider", s.Name(w.Provider), "Command", s.Word(w.Provider)).WithText("Name", c.Link())}
	note.Buttons, err = s.AccessButtons.All(ctx, c, w.Place, w.Actor)
	return note, err
}

// instructions say what to do with the address and the secret, in the provider's words where it has any.
func (s *Connector) instructions(providerID string, h provider.Hook) chat.Message {
	if instructor, ok := s.Registry.Get(providerID).(provider.ManualSetup); ok {
		return instructor.Instructions(h)
	}
	return chat.Say("bridge.connect.instructions").WithText("URL", chat.Code(h.URL)).WithText("Secret", chat.Code(h.Secret))
}

// freeName returns the name, or one after the channel, with a number where the channel has a connection of that name.
func (s *Connector) freeName(ctx context.Context, w conversation.Request, here []bridge.Connection, name string) (string, error) {
	if name == "" {
		var err error
		if name, err = s.defaultName(ctx, w); err != nil {
			return "", err
		}
	}
	free := name
	for number := 2; slices.ContainsFunc(here, func(c bridge.Connection) bool { return SameName(c.Name, free) }); number++ {
		free = name + " " + strconv.Itoa(number)
	}
	return free, nil
}

func (s *Connector) defaultName(ctx context.Context, w conversation.Request) (string, error) {
	channel, err := s.People.Channel(ctx, w.Place)
	if err != nil {
		return "", errors.Wrap(err, "look up the channel")
	}
	of := "~" + channel.Name
	if channel.Name == "" {
		person, err := s.People.Person(ctx, w.Actor.Person)
		if err != nil {
			return "", errors.Wrap(err, "look up who connects")
		}
		of = "@" + person.Username
	}
	return chat.Truncate(s.Name(w.Provider)+" of "+conversation.Unquoted(of), MaxName), nil
}

// joinable returns the connections with this name that the person may change in one of their channels.
func (s *Connector) joinable(ctx context.Context, w conversation.Request, name string) ([]bridge.Connection, error) {
	found, err := s.Connections.Named(ctx, w.Provider, name)
	if err != nil {
		return nil, errors.Wrap(err, "list the connections with a name")
	}
	return Filtered(found, func(c bridge.Connection) bool { return s.Rights.Manages(ctx, w.Actor, c) }), nil
}

// join has the channel follow a connection that the person manages elsewhere. Its secret is not shown again.
func (s *Connector) join(ctx context.Context, w conversation.Request) (chat.Note, error) {
	c, ok, err := s.Connections.Connection(ctx, w.Connection)
	if err != nil {
		return chat.Note{}, errors.Wrap(err, "read the connection to follow")
	}
	if !ok || c.Provider != w.Provider || !s.Rights.Manages(ctx, w.Actor, c) {
		return chat.Note{}, s.NotFollowed(w.Provider)
	}
	if len(c.In(w.Place)) > 0 {
		return chat.Note{Text: chat.Say("bridge.connect.already", "Command", s.Word(w.Provider)).WithText("Name", c.Link())}, nil
	}
	if c, err = s.follower.attach(ctx, w, c.ID, bridge.Connection{}, provider.Resource{}); err != nil {
		return chat.Note{}, err
	}
	s.Trail.Did(bridge.AuditConnect, w, c.ID)
	s.Notices.Tell(ctx, w.Place, chat.Say("bridge.connect.told", "Provider", s.Name(w.Provider)).WithText("Who", s.Notices.Who(ctx, w.Actor)).WithText("Name", c.Link()))
	return chat.Note{Text: chat.Say("bridge.connect.joined", "Command", s.Word(w.Provider)).WithText("Name", c.Link())}, nil
}

func (s *Connector) askWhichToJoin(ctx context.Context, w conversation.Request, name string, found []bridge.Connection) (chat.Note, error) {
	var offers []conversation.Offer
	for _, c := range found[:min(len(found), MaxButtons)] {
		one := w
		one.Connection = c.ID
		label := chat.Say("bridge.button.join", "Name", chat.Truncate(c.Name, 40)).WithMessage("Channels", s.Directory.ChannelsOf(ctx, w.Actor, c, chat.Place{}))
		offers = append(offers, conversation.Offer{Label: label, Operation: conversation.OpConnect, Request: one})
	}
	offers = append(offers, conversation.Offer{Label: chat.Say("bridge.button.new"), Operation: conversation.OpConnectNew, Request: w}, conversation.OrCancel(w))
	return s.Prompts.Question(ctx, chat.Say("bridge.connect.which", "Name", name), offers...)
}
