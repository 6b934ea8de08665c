// Package oncall posts, once a day, who is on call into the channels that ask for it. A rotation is one such list: a schedule at the
// provider, a channel, and a time of day. The package doesn't know how schedules work; providers do.
package oncall

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/access"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/bridge/notice"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Rotations is what rotations are kept in.
type Rotations interface {
	// Rotations returns the provider's rotations, in the order in which they were added.
	Rotations(ctx context.Context, providerID string) ([]bridge.Rotation, error)
	// RotationsIn returns those of a channel.
	RotationsIn(ctx context.Context, providerID string, place chat.Place) ([]bridge.Rotation, error)
	// Rotation returns the provider's rotation with this ID; false means that there is none.
	Rotation(ctx context.Context, providerID, id string) (bridge.Rotation, bool, error)
	// AddRotation adds a rotation, and reports whether it did: a channel has at most so many of a provider.
	AddRotation(ctx context.Context, providerID string, r bridge.Rotation, most int) (bool, error)
	// DropRotation removes a rotation; one that doesn't exist is no error.
	DropRotation(ctx context.Context, providerID, id string) error
	// Claim reports whether this is the first to ask for the key within the time.
	Claim(ctx context.Context, key string, keep time.Duration) (bool, error)
}

// Cards shows lists.
type Cards interface {
	// Change changes a subject and shows what that brings up. It may be repeated after an error.
	Change(ctx context.Context, c bridge.Connection, subject string, change func(*bridge.Subject) bool) error
}

// SignIn has users sign in.
type SignIn interface {
	// OrSignIn returns the error, or a link to sign in if that is what is missing; see connection.Form.
	OrSignIn(ctx context.Context, w conversation.Request, operation string, site provider.Site, err error) (chat.Note, error)
}

// Dependencies are what rotations work with.
type Dependencies struct {
	bridge.Providers
	People      bridge.Persons
	Permissions bridge.Permissions
	Rotations   Rotations
	Inbox       bridge.Inbox
	Rights      *access.Rights
	Homes       *access.Homes
	SignIn      SignIn
	Notices     *notice.Notices
	Prompts     *conversation.Prompts
	Cards       Cards

	Now func() time.Time
	Log *slog.Logger
}

// Service keeps rotations and posts their lists. It is safe for use by several goroutines.
type Service struct {
	Dependencies
	// handed has the day of the latest list that this server has handed to the inbox, by rotation: it is due for an hour.
	handed sync.Map
}

// New returns a service that works with these.
func New(d Dependencies) *Service { return &Service{Dependencies: d} }

// Operations returns what users can do with rotations.
func (s *Service) Operations() map[string]conversation.Operation {
	return map[string]conversation.Operation{
		conversation.OpOnCall:       {Run: s.list},
		conversation.OpAddRotation:  {Run: s.add},
		conversation.OpAskRotation:  {Run: s.askRemove},
		conversation.OpDropRotation: {Run: s.remove},
		rotationForm:                {Answer: s.submit, Choices: s.choices},
	}
}

// Tasks returns what carries out the package's tasks, by their keys.
func (s *Service) Tasks() map[string]func(context.Context, bridge.Job) error {
	return map[string]func(context.Context, bridge.Job) error{dailyTask: s.postDaily}
}

// home returns the home of the user who makes the request.
func (s *Service) home(ctx context.Context, w conversation.Request, schedules provider.OnCallSchedules) (access.Home, error) {
	return s.Homes.Of(ctx, w.Actor, w.Place, w.Provider, schedules)
}
