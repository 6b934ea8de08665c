package connection

import (
	"cmp"
	"context"
	"crypto/rand"
	"maps"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/kv"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// addressField is the name of the form's question for what to connect.
	addressField = "address"
	// MaxAddress is the longest address that is looked at: it has to fit into what a sign-in brings back.
	MaxAddress = 500
)

// target is a thing at a tool that somebody wants a channel to follow, and as whom the tool is called for it.
type target struct {
	installer provider.Installer
	session   provider.Session
	site      provider.Site
	resource  provider.Resource
	// part is what of it the channel is to follow; zero for all.
	part provider.Resource
	// credential is what came with the wish, for the connection itself, and secret what the tool signs with then; nil and "" for none.
	// own says that the person's account acts instead.
	credential *provider.Credential
	secret     string
	own        bool
	// onlySeen says that who asks has shown that they see it, which is all that it takes where others have set it up; unused, that they
	// entered a credential and a secret all the same, which are not kept.
	onlySeen, unused bool
}

// ConnectAnyway connects although people in the channel may not be allowed to see the thing at the tool.
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
		w.Text = strings.ToValidUTF8(w.Text[:MaxAddress], "") // what names the thing stands in front
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
		if note, asked, choosing := s.orChoose(ctx, w, conversation.OpConnect, err); asked {
			return note, choosing
		}
		return s.form.OrSignIn(ctx, w, conversation.OpConnect, site, err)
	}
	channel, err := s.People.Channel(ctx, w.Place)
	if err != nil {
		return chat.Note{}, errors.Wrap(err, "look up the channel")
	}
	if t.resource.Private && channel.Public && !anyway {
		return s.warn(ctx, w, t.resource)
	}
	return s.followTarget(ctx, w, t)
}

// typedFor returns what was typed as the installer understands it: names of several things have quotes of their own.
func typedFor(installer provider.Installer, typed string) string {
	if _, parted := installer.(provider.Subresources); parted {
		return strings.Join(strings.Fields(strings.ToValidUTF8(typed, "")), " ")
	}
	return conversation.Unquoted(typed)
}

// find looks the thing up that the path names, and its part where it has such.
func (t *target) find(ctx context.Context, path string) (err error) {
	if parted, has := t.installer.(provider.Subresources); has {
		if t.part, err = parted.Subresource(ctx, t.session, path); err != nil {
			return err
		}
	}
	t.resource, err = t.installer.Resource(ctx, t.session, path)
	return err
}

// locate returns the site and the path that the text is the address of. Faults: AddressUnknown, HostUnknown.
func (s *Connector) locate(ctx context.Context, w conversation.Request, installer provider.Installer) (provider.Site, string, error) {
	sites, err := s.Sessions.Sites(ctx, w.Provider)
	if err != nil {
		return provider.Site{}, "", errors.Wrap(err, "list the sites")
	}
	at, err := installer.Locate(w.Text, sites)
	if err != nil {
		return provider.Site{}, "", err
	}
	for _, site := range sites {
		if site.URL == at.Site || at.Site == "" && len(sites) == 1 {
			return site, at.Path, nil
		}
	}
	if at.Site == "" && len(sites) > 0 {
		// It can be at any of them, so that only the whole address says which.
		return provider.Site{}, "", fault.New(fault.AddressUnknown).With("Provider", s.Name(w.Provider)).With("Example", sites[0].URL+"/"+at.Path)
	}
	return provider.Site{}, "", fault.New(fault.HostUnknown).With("Provider", s.Name(w.Provider)).
		With("Host", at.Site).With("Command", s.Word(w.Provider))
}

// sessionFor returns as whom the tool is called for the wish: with the token that came with it, else as the person's own account.
func (s *Connector) sessionFor(ctx context.Context, w conversation.Request, site provider.Site) (provider.Session, *provider.Credential, error) {
	bearer, ok := s.Registry.Get(w.Provider).(provider.TokenAuth)
	if !ok || len(w.Values) == 0 {
		session, err := s.Sessions.ForUser(ctx, w.Provider, site, w.Actor.Person)
		return session, nil, err
	}
	values := maps.Clone(w.Values)
	values["url"] = site.URL
	credential, err := bearer.ParseCredential(values)
	if err != nil {
		return provider.Session{}, nil, err
	}
	session, err := s.Sessions.With(ctx, w.Provider, site, credential)
	return session, &credential, err
}

// warn asks whether a channel that everybody can join shall really show what not everybody may see at the tool.
func (s *Connector) warn(ctx context.Context, w conversation.Request, r provider.Resource) (chat.Note, error) {
	text := chat.Say("bridge.connect.private", "Provider", s.Name(w.Provider)).WithText("Name", chat.LinkTo(chat.Truncate(r.Name, 100), r.URL))
	return s.Prompts.Question(ctx, text,
		conversation.Offer{Label: chat.Say("bridge.button.anyway"), Operation: conversation.OpConnectAnyway, Request: w}, conversation.OrCancel(w))
}

// followTarget has the channel follow the resource. Of a connection that others follow the channel hears nothing before who asks has shown
// that they may set up its webhook. For a new one the record with the secret comes first, so that nothing that was set up at the tool is
// without one; a webhook that cannot be noted is removed again.
func (s *Connector) followTarget(ctx context.Context, w conversation.Request, t target) (chat.Note, error) {
	id := kv.Hash(w.Provider, t.site.URL, t.resource.ID)
	before, known, err := s.Records.Connection(ctx, id)
	if err != nil {
		return chat.Note{}, errors.Wrap(err, "look for the connection")
	}
	already := known && before.Follows(w.Place, t.part)
	if s.GivesSecret(w.Provider) {
		ask, err := s.enrols(ctx, w, &t, before, known)
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
				s.Log.Warn("A connection without a webhook could not be removed", "connection", id, "error", undo.Error())
			}
		}
		return chat.Note{}, err
	}
	shown := c.Link()
	if t.part.ID != "" {
		shown = chat.Link(chat.Truncate(c.Name+" / "+t.part.Name, 100), t.part.URL)
	}
	kept := chat.Say("bridge.connect.kept", "Name", c.Link(), "Provider", s.Name(w.Provider), "Command", s.Word(w.Provider))
	if already {
		return withUnused(chat.Note{Text: chat.Say("bridge.connect.already", "Name", shown, "Command", s.Word(w.Provider))}, t, kept), nil
	}
	s.Trail.Did(bridge.AuditConnect, w, c.ID)
	s.Notices.Tell(ctx, w.Place, chat.Say("bridge.connect.told_events", "Who", s.Notices.Who(ctx, w.Actor), "Provider", s.Name(w.Provider), "Name", shown).
		WithMessage("Events", s.EventsOf(w.Provider, nil)))
	return withUnused(chat.Note{Text: chat.Say("bridge.connect.done_installed", "Name", shown, "Command", s.Word(w.Provider)).
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

// ensureHook sets the webhook up at the tool, or mends it, unless it is there and in order; and has the connection act as who did so
// where it acted as nobody before.
func (s *Webhooks) ensureHook(ctx context.Context, w conversation.Request, t target, c bridge.Connection) error {
	if t.onlySeen {
		return nil // somebody else set it up, and it is looked after
	}
	hook, renewed, err := s.hookFor(ctx, c, t)
	if err != nil {
		return err
	}
	if len(c.Installation) > 0 && renewed == nil {
		fine, err := t.installer.Installed(ctx, t.session, t.resource, hook, c.Installation)
		if err != nil {
			return errors.Wrap(err, "look for the webhook")
		}
		if fine {
			return nil
		}
	}
	made, err := s.setUp(ctx, t, c.ID, hook)
	if err != nil {
		return errors.Wrap(err, "set up the webhook")
	}
	if err := s.noteHook(ctx, w, t, c.ID, made, renewed); err != nil {
		if undo := t.installer.Uninstall(context.WithoutCancel(ctx), t.session, t.resource, made.Ref); undo != nil {
			s.Log.Warn("A webhook that could not be noted could not be removed", "connection", c.ID, "error", undo.Error())
		}
		return err
	}
	if err := s.ScheduleRepair(ctx, c); err != nil {
		s.Log.Warn("Nobody looks after a webhook until it is set up again", "connection", c.ID, "error", err.Error())
	}
	if err := s.Reconciliation.ScheduleReconcile(ctx, c, s.Now()); err != nil {
		s.Log.Warn("What is missed is not looked up until the webhook is set up again", "connection", c.ID, "error", err.Error())
	}
	return nil
}

// setUp makes the webhook at the tool, which may begin at once to send what is signed with a secret that is not noted yet.
func (s *Webhooks) setUp(ctx context.Context, t target, id string, h provider.Hook) (provider.Installation, error) {
	_, err := s.Records.UpdateConnection(ctx, id, func(c *bridge.Connection) (bool, error) {
		c.Installing = s.Now()
		return c.ID != "", nil
	})
	if err != nil {
		return provider.Installation{}, errors.Wrap(err, "note that a webhook is made")
	}
	made, err := t.installer.Install(ctx, t.session, t.resource, h)
	if err != nil {
		s.notInstalling(context.WithoutCancel(ctx), id)
	}
	return made, err
}

// notInstalling notes that no webhook is made after all. Where that fails, the time runs out by itself.
func (s *Webhooks) notInstalling(ctx context.Context, id string) {
	_, err := s.Records.UpdateConnection(ctx, id, func(c *bridge.Connection) (bool, error) {
		c.Installing = time.Time{}
		return c.ID != "", nil
	})
	if err != nil {
		s.Log.Warn("That no webhook is made could not be noted", "connection", id, "error", err.Error())
	}
}

// keep notes in the record that the webhook is made, with the secret that the tool made up for it.
func (s *Webhooks) keep(ctx context.Context, c *bridge.Connection, made provider.Installation) error {
	c.Installation, c.Installing = made.Ref, time.Time{}
	if made.Secret == "" {
		return nil
	}
	keys, err := s.Keys.Open(ctx, *c)
	if err != nil {
		return err
	}
	keys.Replace(made.Secret, s.Now())
	c.Sealed, err = s.Keys.Seal(ctx, c.ID, keys)
	return err
}

// noteHook records what the tool calls the webhook, and who can change it there; with keys, these in place of those that were lost. The
// channels are told of a secret that takes the place of another, and of another account that acts.
func (s *Webhooks) noteHook(ctx context.Context, w conversation.Request, t target, id string, made provider.Installation, renewed *bridge.Keys) error {
	var was bridge.Connection
	changed, err := s.Records.UpdateConnection(ctx, id, func(c *bridge.Connection) (bool, error) {
		if was = *c; c.ID == "" {
			return false, s.NotFollowed(w.Provider) // the last channel left meanwhile
		}
		c.Resource, c.Name = t.resource, t.resource.Name
		if renewed != nil {
			var err error
			if c.Sealed, err = s.Keys.Seal(ctx, c.ID, *renewed); err != nil {
				return false, err
			}
			if c.HasCredential, c.EnteredBy = renewed.Credential != nil, ""; c.HasCredential {
				c.EnteredBy = w.Actor.Person
			}
		}
		if !c.HasCredential && t.own {
			c.ActsAs = w.Actor.Person
		}
		return true, s.keep(ctx, c, made)
	})
	switch {
	case err != nil:
	case renewed != nil || made.Secret != "" && len(was.Installation) > 0:
		s.Trail.Did(bridge.AuditRotate, w, id)
		s.Notices.TellAll(ctx, w.Place, changed, s.rotator.toldOfRotation(ctx, w, changed))
	case changed.ActsAs != was.ActsAs && len(was.Installation) > 0:
		s.Trail.Did(bridge.AuditCredential, w, id)
		s.sharing.tellOfAccount(ctx, w, changed)
	}
	return errors.Wrap(err, "note the webhook")
}

// hookFor returns it for a webhook that is set up now. Keys that cannot be opened any more are made anew, with what was entered where the
// tool makes the secret; they are to be noted once the tool has taken the webhook. Fault: Unreadable.
func (s *Webhooks) hookFor(ctx context.Context, c bridge.Connection, t target) (provider.Hook, *bridge.Keys, error) {
	hook, err := s.Keys.HookOf(ctx, c)
	if !fault.Is(err, fault.Unreadable) || s.GivesSecret(c.Provider) && t.secret == "" {
		return hook, nil, err
	}
	hook = provider.Hook{URL: s.Settings().HookURL + c.Hook(), Secret: cmp.Or(t.secret, rand.Text())}
	return hook, &bridge.Keys{Secrets: []bridge.Secret{{Value: hook.Secret}}, Credential: t.credential}, nil
}
