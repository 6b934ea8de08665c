package account

import (
	"context"
	"log/slog"
	"net/url"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/zoom"
)

// Authorizations lets users authorize in Zoom, from the link to the stored grant.
type Authorizations struct {
	settings func() Settings
	people   Directory
	flow     *oauth.Flow
	tokens   *oauth.Tokens
	grants   *grants
	legacy   *Predecessor
	personal PersonalMeetings
	zoom     Zoom
	now      func() time.Time
	log      *slog.Logger
}

// ConnectURL returns a link with which only this user can authorize. Complete returns next afterwards. Faults: AdminOnly for the
// account-level app, NobodyAuthorizes.
func (s *Authorizations) ConnectURL(ctx context.Context, person chat.PersonID, next string) (string, error) {
	settings := s.settings()
	if err := mayConnect(ctx, s.people, person, settings.Mode); err != nil {
		return "", err
	}
	ticket, err := s.flow.Ticket(ctx, person, string(settings.Mode), next)
	if err != nil {
		return "", errors.Wrap(err, "make an authorization ticket")
	}
	return settings.ConnectURL + "?t=" + url.QueryEscape(ticket), nil
}

// Begin returns Zoom's page on which the holder of the ticket authorizes. It changes nothing, so it is safe for a GET. Faults:
// LinkExpired, AdminOnly.
func (s *Authorizations) Begin(ctx context.Context, person chat.PersonID, ticket string) (string, error) {
	if err := mayConnect(ctx, s.people, person, s.settings().Mode); err != nil {
		return "", err
	}
	return s.flow.AuthURL(ctx, person, ticket)
}

// Declined returns what was to follow an authorization that the user declined in Zoom. Fault: LinkExpired.
func (s *Authorizations) Declined(ctx context.Context, person chat.PersonID, state string) (next string, err error) {
	_, next, err = s.flow.Peek(ctx, person, state)
	return next, err
}

// Connected is a finished authorization.
type Connected struct {
	// Email is the Zoom user's email address.
	Email string
	// ForAll reports whether everyone is connected now, not only this user.
	ForAll bool
	// Next is the value that ConnectURL was given.
	Next string
}

// Complete finishes an authorization with the code and state that Zoom sent back. Faults: LinkExpired, AdminOnly, and those of calls to
// Zoom. The user's permissions are checked again before the code is exchanged.
func (s *Authorizations) Complete(ctx context.Context, person chat.PersonID, code, state string) (Connected, error) {
	done, who, err := s.authorized(ctx, person, code, state)
	if err != nil {
		return Connected{}, err
	}
	return s.connected(ctx, person, done, who)
}

// connected stores a completed authorization.
func (s *Authorizations) connected(ctx context.Context, person chat.PersonID, done oauth.Completed, who oauth.Identity) (Connected, error) {
	mode := Mode(done.App)
	if err := s.keep(ctx, person, mode, done.Token, who); err != nil {
		return Connected{}, err
	}
	return Connected{Email: who.Email, ForAll: mode == ByAdmin, Next: done.Next}, nil
}

// authorized exchanges the code and asks Zoom which user authorized.
func (s *Authorizations) authorized(ctx context.Context, person chat.PersonID, code, state string) (oauth.Completed, oauth.Identity, error) {
	mode := s.settings().Mode
	app, _, err := s.flow.Peek(ctx, person, state)
	if err == nil && app != string(mode) {
		err = fault.New(fault.LinkExpired)
	}
	if err == nil {
		err = mayConnect(ctx, s.people, person, mode)
	}
	if err != nil {
		return oauth.Completed{}, oauth.Identity{}, err
	}
	done, err := s.flow.Complete(ctx, person, code, state)
	if err != nil {
		return oauth.Completed{}, oauth.Identity{}, err
	}
	user, err := s.zoom.User(ctx, zoom.Caller{App: zoom.AppKind(mode), User: zoom.Me, Tokens: justIssued(done.Token.Access)})
	who := oauth.Identity{ZoomUserID: user.ID, AccountID: user.AccountID, Email: user.Email, PMI: user.PMI}
	return done, who, errors.Wrap(err, "ask Zoom who authorized")
}

func (s *Authorizations) keep(ctx context.Context, person chat.PersonID, mode Mode, token oauth.Token, who oauth.Identity) error {
	who.AuthorizedBy, who.AuthorizedAt = person, s.now()
	if mode == ByUser {
		if err := s.letGo(ctx, person, who); err != nil {
			return err
		}
	}
	name := grantOf(person, mode)
	if err := s.tokens.Of(name).Save(ctx, token, who); err != nil {
		return errors.Wrap(err, "store the grant")
	}
	if err := s.legacy.forget(name); err != nil || mode == ByAdmin {
		return err
	}
	if err := s.personal.SetPersonalMeetingID(ctx, person, who.PMI, personalKept); err != nil {
		return errors.Wrap(err, "remember the personal meeting ID")
	}
	// Of two who connect the same Zoom user at the same time, the second finds the first.
	owners, err := s.grants.owners(ctx, who.ZoomUserID)
	for _, before := range owners {
		if before == person {
			break
		}
		s.takenOver(ctx, before, who)
	}
	return err
}

// letGo ends the person's previous grant if it belongs to another Zoom user: Zoom replaces only a grant of the same user, so that one
// would stay valid unused.
func (s *Authorizations) letGo(ctx context.Context, person chat.PersonID, next oauth.Identity) error {
	earlier, held, err := s.grants.held(ctx, string(person))
	if err != nil || !held || earlier.ZoomUserID == next.ZoomUserID {
		return err
	}
	return errors.Wrap(s.tokens.Of(string(person)).Drop(ctx, true), "drop the earlier grant")
}

// takenOver notifies a person that another person connected the same Zoom user. Zoom keeps one grant per user and app, so theirs ended at
// that moment; keeping it would only make calls fail later.
func (s *Authorizations) takenOver(ctx context.Context, person chat.PersonID, by oauth.Identity) {
	identity, held, err := s.grants.held(ctx, string(person))
	if err == nil && (!held || identity.ZoomUserID != by.ZoomUserID) {
		return // they have disconnected that Zoom user before
	}
	if err := s.tokens.Of(string(person)).Drop(ctx, false); err != nil {
		s.log.Warn("A grant that Zoom ended couldn't be deleted", "user_id", string(person), "zoom_user_id", by.ZoomUserID, "error", err.Error())
	}
	if err := s.people.Direct(ctx, person.Actor(), chat.Say("account.taken_over", "Email", by.Email)); err != nil {
		s.log.Warn("A user couldn't be told that another user connected their Zoom account", "user_id", string(person), "error", err.Error())
	}
}

// mayConnect checks that the person may authorize, or end an authorization. Faults: AdminOnly, NobodyAuthorizes.
func mayConnect(ctx context.Context, people Directory, person chat.PersonID, mode Mode) error {
	switch mode {
	case ByServer:
		return fault.New(fault.NobodyAuthorizes)
	case ByAdmin:
		who, err := people.Person(ctx, person)
		if err != nil {
			return errors.Wrap(err, "look up who authorizes")
		}
		if !who.Admin {
			return fault.New(fault.AdminOnly)
		}
	}
	return nil
}

// justIssued is a token that was issued a moment ago: no refresh token is stored for it yet.
type justIssued string

func (t justIssued) Token(context.Context) (string, error) { return string(t), nil }

func (t justIssued) Renew(context.Context, string) (string, error) {
	return "", fault.New(fault.Revoked)
}
