package connection

import (
	"context"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// repairKey is the key of the task that checks a webhook of ours; no provider's task has one like it.
	repairKey = "bridge/repair"
	// repairEvery is how often that is done, where the provider does not say; repairLeast is the least time between two.
	repairEvery = 24 * time.Hour
	repairLeast = time.Minute
	// complaintPause is how long a user isn't told again that their account no longer serves a connection.
	complaintPause = 30 * 24 * time.Hour
)

// ScheduleRepair has the webhook of the connection looked after when that is due, if we have set it up. Several such at a time are one.
func (s *Webhooks) ScheduleRepair(ctx context.Context, c bridge.Connection) error {
	if _, installs := s.InstallerOf(c); !installs {
		return nil
	}
	every := repairEvery
	if often := s.Registry.Describe(c.Provider).HealthInterval; often > 0 {
		every = max(often, repairLeast)
	}
	due := s.Now().Add(every)
	return errors.Wrapf(s.Inbox.Accept(ctx, bridge.Job{
		ID: digest.Of(repairKey, c.ID, due.UTC().Truncate(every).Format(time.RFC3339)), Key: digest.Of(repairKey, c.ID), Connection: c.ID,
		Task: &provider.Task{Key: repairKey, After: every}, NotBefore: due,
	}), "have the webhook of connection %s looked after", c.ID)
}

// LookAfter makes sure that the webhook of the connection exists and is OK, every day until no channel follows the connection. It acts as
// the connection does and, where that account has lost its right or its sign-in, as another user who connected a channel to it. An error
// is temporary.
func (s *Webhooks) LookAfter(ctx context.Context, j bridge.Job) error {
	c, found, err := s.Connections.Connection(ctx, j.Connection)
	if err != nil || !found {
		return errors.Wrap(err, "look up a connection whose webhook is due") // not found: disconnected in the meantime
	}
	installer, installs := s.InstallerOf(c)
	if !installs || len(c.Subscriptions) == 0 {
		return nil
	}
	// First, so that no failure ends it.
	if err := s.ScheduleRepair(ctx, c); err != nil {
		return err
	}
	if s.Enabled(c.Provider) == nil {
		return nil
	}
	err = s.lookAfterAs(ctx, c, installer, chat.Actor{})
	if !lostAccess(err) {
		return err
	}
	s.reportLostAccess(ctx, c, err)
	for _, actor := range s.successors(ctx, c) {
		if other := s.lookAfterAs(ctx, c, installer, actor); !lostAccess(other) {
			return other
		}
	}
	s.Log.Warn("No user's account can manage a webhook", "connection", c.ID, "provider", c.Provider, "error", err.Error())
	return nil
}

// lostAccess reports whether the failure is one of the account, so that another account may do better.
func lostAccess(err error) bool {
	return fault.Is(err, fault.AccountNeeded, fault.AccountRejected, fault.Unreadable, fault.ProviderForbidden, fault.NotResourceAdmin, fault.ResourceUnknown)
}

// successors returns the other users who connected channels to it and may still do so.
func (s *Webhooks) successors(ctx context.Context, c bridge.Connection) []chat.Actor {
	var found []chat.Actor
	for _, sub := range c.Subscriptions {
		if sub.CreatedBy.Person == c.ActsAs || slices.ContainsFunc(found, sub.CreatedBy.Is) || s.Rights.MayConnect(ctx, sub.CreatedBy, sub.Place) != nil {
			continue
		}
		found = append(found, sub.CreatedBy)
	}
	return found
}

// lookAfterAs does so with the account of this actor, or as the connection acts for the zero one. The one that succeeds acts for the connection from then on.
func (s *Webhooks) lookAfterAs(ctx context.Context, c bridge.Connection, installer provider.Installer, actor chat.Actor) error {
	person := actor.Person
	hook, err := s.Keys.HookOf(ctx, c)
	if err != nil {
		return errors.Wrap(err, "find the secret of a webhook")
	}
	session, err := s.Caller.As(ctx, c, person)
	if err != nil {
		return err
	}
	resource, err := s.resourceOf(ctx, installer, session, c)
	if err != nil {
		return err
	}
	there := false
	if len(c.Installation) > 0 {
		if there, err = installer.Installed(ctx, session, resource, hook, c.Installation); err != nil {
			return errors.Wrap(err, "look for the webhook")
		}
	}
	if there && person == "" {
		return nil
	}
	made := provider.Installation{Ref: c.Installation}
	if !there {
		if made, err = s.setUp(ctx, target{installer: installer, session: session, resource: resource}, c.ID, hook); err != nil {
			return errors.Wrap(err, "set the webhook up again")
		}
	}
	now, err := s.Connections.UpdateConnection(ctx, c.ID, func(now *bridge.Connection) (bool, error) {
		if now.ID == "" {
			return false, nil // the last channel left in the meantime
		}
		if person != "" && !now.HasCredential {
			now.ActsAs = person
		}
		return true, s.recordInstallation(ctx, now, made)
	})
	if err == nil && person != "" && now.ActsAs != c.ActsAs {
		s.Trail.Did(bridge.AuditCredential, conversation.Request{Actor: actor, Provider: c.Provider}, c.ID)
		s.sharing.tellOfAccount(ctx, conversation.Request{Actor: actor, Provider: c.Provider}, now)
	}
	if err == nil && !there {
		s.Log.Info("A webhook was missing or changed, and was set up again", "connection", c.ID, "provider", c.Provider)
		text := chat.Say("bridge.repair.mended", "Provider", s.Name(c.Provider)).WithText("Name", c.Link())
		s.Notices.WriteTo(ctx, c.Responsible(), text)
	}
	return errors.Wrap(err, "note the webhook")
}

// reportLostAccess tells the user who is responsible for the connection, once, that its access was lost.
func (s *Webhooks) reportLostAccess(ctx context.Context, c bridge.Connection, cause error) {
	actor := c.Responsible()
	first, err := s.Connections.Claim(ctx, digest.Of("complaint", c.ID, actor.ID), complaintPause)
	if err != nil {
		s.Log.Warn("It isn't known whether a user was told about lost access", "connection", c.ID, "error", err.Error())
		return
	}
	if first {
		s.Notices.WriteTo(ctx, actor, chat.Say("bridge.repair.lost", "Provider", s.Name(c.Provider)).WithText("Name", c.Link()).WithText("Command", chat.Code(s.Word(c.Provider)+" connect")).WithMessage("Reason", chat.Failure(cause)))
	}
}
