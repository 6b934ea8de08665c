package connection

import (
	"cmp"
	"context"
	"crypto/rand"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// addressField is the name of the form's question for what to connect.
	addressField = "address"
	// MaxAddress is the longest address that is looked at: it has to fit into what a sign-in brings back.
	MaxAddress = 500
)

// ConnectAnyway connects although users in the channel may not be allowed to see the resource at the provider.
func (s *Connector) ConnectAnyway(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if err := s.Rights.CanKeep(ctx, w.Actor, w.Place); err != nil {
		return chat.Note{}, err
	}
	installer, ok := s.Registry.Get(w.Provider).(provider.Installer)
	if !ok {
		return chat.Note{}, fault.New(fault.ButtonExpired)
	}
	return s.connectResource(ctx, w, installer, true)
}

// connectResource connects the channel to what the text is the address of. Who asks has to administer it there.
func (s *Connector) connectResource(ctx context.Context, w conversation.Request, installer provider.Installer, anyway bool) (chat.Note, error) {
	w.Text = typedFor(installer, w.Text)
	if len(w.Text) > MaxAddress {
		w.Text = strings.ToValidUTF8(w.Text[:MaxAddress], "") // the name comes first
	}
	site, path, err := s.locate(ctx, w, installer)
	if err != nil && w.Text == "" {
		return s.form.askForAddress(ctx, w)
	}
	if err != nil {
		return chat.Note{}, err
	}
	t := target{installer: installer, site: site}
	if giver, gives := installer.(provider.SigningSecret); gives && len(w.Values) > 0 {
		if t.secret, err = giver.SigningSecret(w.Values); err != nil {
			return chat.Note{}, err
		}
	}
	if t.session, t.credential, err = s.sessionFor(ctx, w, site); err != nil {
		return s.form.OrSignIn(ctx, w, conversation.OpConnect, site, err)
	}
	t.own = t.credential == nil
	if err = t.find(ctx, path); err != nil {
		if note, asked, choosing := s.offerChoices(ctx, w, conversation.OpConnect, err); asked {
			return note, choosing
		}
		return s.form.OrSignIn(ctx, w, conversation.OpConnect, site, err)
	}
	channel, err := s.People.Channel(ctx, w.Place)
	if err != nil {
		return chat.Note{}, errors.Wrap(err, "look up the channel")
	}
	if t.resource.Private && channel.Public && !anyway {
		return s.warnOfPrivate(ctx, w, t.resource)
	}
	return s.followTarget(ctx, w, t)
}

// warnOfPrivate asks whether a channel that every user can join should show what not every user may see at the provider.
func (s *Connector) warnOfPrivate(ctx context.Context, w conversation.Request, r provider.Resource) (chat.Note, error) {
	text := chat.Say("bridge.connect.private", "Provider", s.Name(w.Provider)).WithText("Name", chat.Link(chat.Truncate(r.Name, 100), r.URL))
	return s.Prompts.Question(ctx, text,
		conversation.Offer{Label: chat.Say("bridge.button.anyway"), Operation: conversation.OpConnectAnyway, Request: w}, conversation.OrCancel(w))
}

// followTarget has the channel follow the resource. If others follow the connection already, the channel gets nothing before the user has
// shown that they may set up its webhook. For a new one the record with the secret is written first, so that no webhook is without one; a
// webhook that can't be recorded is removed again.
func (s *Connector) followTarget(ctx context.Context, w conversation.Request, t target) (chat.Note, error) {
	id := digest.Of(w.Provider, t.site.URL, t.resource.ID)
	before, known, err := s.Connections.Connection(ctx, id)
	if err != nil {
		return chat.Note{}, errors.Wrap(err, "look for the connection")
	}
	already := known && before.Follows(w.Place, t.part)
	if s.GivesSecret(w.Provider) {
		ask, err := s.needsSecret(ctx, w, &t, before, known)
		if err != nil {
			return chat.Note{}, err
		}
		if ask {
			return s.askForCredential(ctx, w, t)
		}
	}
	fresh, err := s.freshConnection(ctx, w, t, id)
	if err != nil {
		return chat.Note{}, err
	}
	if known {
		if err := s.webhooks.ensureHook(ctx, w, t, before); err != nil {
			return chat.Note{}, err
		}
	}
	c, err := s.follower.attach(ctx, w, id, fresh, t.part)
	if err != nil {
		return chat.Note{}, err
	}
	if known && c.HookKey == before.HookKey {
		t.onlySeen = true // it is looked at already
	}
	if err := s.webhooks.ensureHook(ctx, w, t, c); err != nil {
		if !already {
			if undo := s.sharing.unfollow(context.WithoutCancel(ctx), w, c, t.part); undo != nil {
				s.Log.Warn("A connection without a webhook couldn't be removed", "connection", id, "error", undo.Error())
			}
		}
		return chat.Note{}, err
	}
	shown := c.Link()
	if t.part.ID != "" {
		shown = chat.Link(chat.Truncate(c.Name+" / "+t.part.Name, 100), t.part.URL)
	}
	kept := chat.Say("bridge.connect.kept", "Provider", s.Name(w.Provider), "Command", s.Word(w.Provider)).WithText("Name", c.Link())
	if already {
		return withUnused(chat.Note{Text: chat.Say("bridge.connect.already", "Command", s.Word(w.Provider)).WithText("Name", shown)}, t, kept), nil
	}
	s.Trail.Did(bridge.AuditConnect, w, c.ID)
	s.Notices.Tell(ctx, w.Place, chat.Say("bridge.connect.told_events", "Provider", s.Name(w.Provider)).WithText("Who", s.Notices.Who(ctx, w.Actor)).WithText("Name", shown).
		WithMessage("Events", s.EventsOf(w.Provider, nil)))
	return withUnused(chat.Note{Text: chat.Say("bridge.connect.done_installed", "Command", s.Word(w.Provider)).WithText("Name", shown).
		WithMessage("Events", s.EventsOf(w.Provider, nil))}, t, kept), nil
}

// withUnused adds to the note that what was entered is not kept, where that is so.
func withUnused(note chat.Note, t target, kept chat.Message) chat.Note {
	if t.unused {
		note.Text = chat.Lines(note.Text, kept)
	}
	return note
}

// freshConnection returns the connection as it begins, if there is none yet.
func (s *Connector) freshConnection(ctx context.Context, w conversation.Request, t target, id string) (bridge.Connection, error) {
	c := bridge.Connection{
		ID: id, Provider: w.Provider, Name: t.resource.Name, Site: t.site.URL, Resource: t.resource, HookKey: rand.Text(),
		CreatedBy: w.Actor, CreatedAt: s.Now(), HasCredential: t.credential != nil,
	}
	if t.credential == nil {
		c.ActsAs = w.Actor.Person
	} else {
		c.EnteredBy = w.Actor.Person
	}
	var err error
	c.Sealed, err = s.Keys.Seal(ctx, id, bridge.Keys{Secrets: []bridge.Secret{{Value: cmp.Or(t.secret, rand.Text())}}, Credential: t.credential})
	return c, err
}
