package connection

import (
	"context"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// caller is as whom a provider is called for a connection. own says that it is the user who asked.
type caller struct {
	session provider.Session
	own     bool
}

// asConnectionOrUser does something at the provider as the connection acts or, where that account or token may not, as the user who asks.
// The failure is the user's then, who can do something about it.
func (s *Webhooks) asConnectionOrUser(ctx context.Context, w conversation.Request, c bridge.Connection, do func(caller) error) error {
	own := !c.HasCredential && c.ActsAs == w.Actor.Person
	session, err := s.Caller.Background(ctx, c)
	if err == nil {
		err = do(caller{session: session, own: own})
	}
	if own || !lostAccess(err) {
		return err
	}
	site, unknown := s.Caller.Site(ctx, c)
	if unknown != nil {
		return unknown
	}
	if session, err = s.Sessions.ForUser(ctx, c.Provider, site, w.Actor.Person); err != nil {
		return err
	}
	return do(caller{session: session, own: true})
}

// Repair sets the webhook up again, or brings it up to date.
func (s *Webhooks) Repair(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if err := s.Rights.CanKeep(ctx, w.Actor, w.Place); err != nil {
		return chat.Note{}, err
	}
	c, note, err := s.follower.theOne(ctx, w, conversation.OpRepair, chat.Say("bridge.repair.which"))
	if err != nil || c.ID == "" {
		return note, err
	}
	if s.Keys.Lost(ctx, c) {
		return s.askForSecret(ctx, w, c)
	}
	if site, err := s.fix(ctx, w, c); err != nil {
		return s.form.OrSignIn(ctx, w, conversation.OpRepair, site, err)
	}
	return chat.Note{Text: chat.Say("bridge.repair.done", "Provider", s.Name(w.Provider)).WithText("Name", c.Link())}, nil
}

// fix makes sure that the connection's webhook exists and is OK. The user has to administer the resource. It returns the
// site too, for signing in.
func (s *Webhooks) fix(ctx context.Context, w conversation.Request, c bridge.Connection) (provider.Site, error) {
	installer, ok := s.InstallerOf(c)
	if !ok {
		return provider.Site{}, fault.New(fault.ButtonExpired)
	}
	site, err := s.Caller.Site(ctx, c)
	if err != nil {
		return provider.Site{}, err
	}
	return site, s.asConnectionOrUser(ctx, w, c, func(as caller) error {
		resource, err := s.resourceOf(ctx, installer, as.session, c)
		if err != nil {
			return err
		}
		return s.ensureHook(ctx, w, target{installer: installer, session: as.session, site: site, resource: resource, own: as.own}, c)
	})
}
