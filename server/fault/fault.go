// Package fault holds the failures that a user reads.
//
// Code anywhere in the plugin returns an *Error where someone can act on what went wrong: the code says what happened,
// the parameters fill the sentence in the message catalogue (id "fault.<code>"), and the wrapped error carries the
// details that belong in the log only. Any other error reaches people as Internal, and its text only the log.
package fault

import (
	"errors"
	"log/slog"
	"maps"
	"slices"
)

// Code names one kind of failure. Each has a sentence in the message catalogue that says what happened and what to do next.
type Code string

// The codes, grouped by who can fix them.
const (
	// Internal is a defect or an outage of ours; the details are in the server log.
	Internal Code = "internal"
	// InvalidInput is a request that no page or button of ours sends.
	InvalidInput Code = "invalid_input"
	// ButtonExpired is a button or form that is too old, or that this plugin didn't make.
	ButtonExpired Code = "button_expired"
	// ButtonNotYours is a button or form that was made for another user.
	ButtonNotYours Code = "button_not_yours"
	// ProviderOff is a provider that an admin has turned off. Params: Provider.
	ProviderOff Code = "provider_off"
	// ThreadElsewhere is a thread that is not in the channel it was said to be in.
	ThreadElsewhere Code = "thread_elsewhere"
	// NobodyAuthorizes is an attempt to connect or disconnect where the server authorizes itself.
	NobodyAuthorizes Code = "nobody_authorizes"
	// Forbidden is an action that the acting user may not take.
	Forbidden Code = "forbidden"
	// NoPost is a channel that the acting user may not post in, or that is archived.
	NoPost Code = "no_post"
	// NotPosted is a meeting that exists in Zoom and could not be announced. Params: Link (its address).
	NotPosted Code = "not_posted"
	// AdminOnly is an action kept for system admins.
	AdminOnly Code = "admin_only"
	// Restricted is a channel in which an admin has turned off starting meetings.
	Restricted Code = "restricted"
	// Busy is a second attempt at something that is under way already.
	Busy Code = "busy"

	// NotConfigured is a setting that an admin still has to fill in. Params: Setting.
	NotConfigured Code = "not_configured"
	// NotConnected is a user without a Zoom grant.
	NotConnected Code = "not_connected"
	// AccountNotConnected is an account-level app that no admin has authorized yet.
	AccountNotConnected Code = "account_not_connected"
	// Revoked is a grant of the user that Zoom no longer accepts.
	Revoked Code = "revoked"
	// AccountRevoked is the account-level grant, or the server-to-server app, that Zoom no longer accepts.
	AccountRevoked Code = "account_revoked"
	// Unreadable is a stored secret that none of the known encryption keys opens.
	Unreadable Code = "unreadable"
	// LinkExpired is an authorization link or state that is too old, used up, or not this user's. Params: Command, where it is not Zoom's.
	LinkExpired Code = "link_expired"
	// CodeWrong is the code of an authorization that is wrong, too old, used up, or not this user's.
	CodeWrong Code = "code_wrong"
	// Declined is an authorization that the person refused in Zoom, or at the provider. Params then: Provider, Command.
	Declined Code = "declined"
	// ClientRejected is a client id or secret that Zoom does not know.
	ClientRejected Code = "client_rejected"

	// EmailUnverified is an address that its owner still has to verify.
	EmailUnverified Code = "email_unverified"
	// EmailUntrusted is an address on a server that verifies none, while the admin switch does not trust them.
	EmailUntrusted Code = "email_untrusted"
	// ZoomUserUnknown is an address or id that Zoom has no user for (1001, 1010, 1120). Params: Email.
	ZoomUserUnknown Code = "zoom_user_unknown"

	// MissingScope is a Zoom app that lacks a scope (4711, 4700). Params: Scope (may be empty), App ("user", "account", "s2s").
	MissingScope Code = "missing_scope"
	// RateLimited is Zoom's limit per second.
	RateLimited Code = "rate_limited"
	// DailyLimit is Zoom's limit per day. Params: Until (may be empty).
	DailyLimit Code = "daily_limit"
	// ZoomUnavailable is an answer of Zoom with status 5xx.
	ZoomUnavailable Code = "zoom_unavailable"
	// ZoomTimeout is a call to Zoom that got no answer in time.
	ZoomTimeout Code = "zoom_timeout"
	// ZoomUnreachable is an address of Zoom that does not answer as Zoom: name unknown, refused, not JSON. Params: URL.
	ZoomUnreachable Code = "zoom_unreachable"
	// ZoomRefused is any other refusal of Zoom. Params: Code, Message (Zoom's own words, escaped by who shows them).
	ZoomRefused Code = "zoom_refused"
	// MeetingUnknown is a meeting that Zoom does not have (3001).
	MeetingUnknown Code = "meeting_unknown"
	// NoPersonalMeeting is a Zoom user without a personal meeting ID.
	NoPersonalMeeting Code = "no_personal_meeting"

	// ConnectForbidden is connecting or changing a channel where only its channel admins may do so.
	ConnectForbidden Code = "connect_forbidden"
	// ConnectAdminOnly is connecting or changing a channel on a server where only system admins may do so.
	ConnectAdminOnly Code = "connect_admin_only"
	// GuestForbidden is connecting or changing a channel by a guest.
	GuestForbidden Code = "guest_forbidden"
	// SharedElsewhere is a change of a connection that channels follow which the person may not change. Params: Name, Command; Own where the
	// channel can have a connection of its own.
	SharedElsewhere Code = "shared_elsewhere"
	// NotFollowed is a channel without a connection to the provider, or without the one that was named. Params: Provider, Command.
	NotFollowed Code = "not_followed"
	// TooMany is a limit on connections or subscriptions. Params: Limit.
	TooMany Code = "too_many"
	// TooManyWaiting is a connection with so many deliveries waiting that it gets no room for more.
	TooManyWaiting Code = "too_many_waiting"
	// AddressUnknown is a text that is not the address of anything at the provider. Params: Provider, Example.
	AddressUnknown Code = "address_unknown"
	// HostUnknown is the address of a server that no admin has allowed. Params: Provider, Host, Command.
	HostUnknown Code = "host_unknown"
	// SetupNeeded is a provider at which no admin has registered this server yet. Params: Provider, Command; Token where it takes one.
	SetupNeeded Code = "setup_needed"
	// WrongRegion is a sign-in at a site that the account is not in. Params: Provider, Command, Site, Home.
	WrongRegion Code = "wrong_region"
	// ResourceUnknown is a thing that the provider does not have, or does not show to this account (404). Params: Provider.
	ResourceUnknown Code = "resource_unknown"
	// NotResourceAdmin is a thing that the acting account may see and not administer. Params: Provider, Resource.
	NotResourceAdmin Code = "not_resource_admin"
	// AccountNeeded is a person without an account at the provider that we know of. Params: Provider, Command.
	AccountNeeded Code = "account_needed"
	// AccountRejected is an authorization or token that the provider no longer accepts (401). Params: Provider.
	AccountRejected Code = "account_rejected"
	// ProviderForbidden is something that the acting account may not do at the provider (403). Params: Provider.
	ProviderForbidden Code = "provider_forbidden"
	// ProviderLimited is the provider's limit on calls (429). Params: Provider.
	ProviderLimited Code = "provider_limited"
	// ProviderUnavailable is a provider that does not answer, or with 5xx, or with what is no answer. Params: Provider.
	ProviderUnavailable Code = "provider_unavailable"
	// ProviderRefused is any other refusal. Params: Provider, Message (the provider's own words, if it said any).
	ProviderRefused Code = "provider_refused"
	// CardUnknown is a card that is too old, or that this plugin didn't post.
	CardUnknown Code = "card_unknown"
	// ConnectionGone is a card, button or form whose connection was removed from the channel or from the server. Params: Provider, Command.
	ConnectionGone Code = "connection_gone"
	// MessageGone is a message that was deleted before it was added as a note.
	MessageGone Code = "message_gone"
	// RepliesOff is a reply to a card whose channel doesn't add replies as notes.
	RepliesOff Code = "replies_off"
	// HookUnknown is a delivery to an address that isn't ours, or of a provider that is turned off.
	HookUnknown Code = "hook_unknown"
	// Unsigned is a delivery without proof of where it comes from.
	Unsigned Code = "unsigned"
	// Forged is a delivery whose proof is wrong.
	Forged Code = "forged"
	// TooLarge is a delivery with more in it than the provider ever sends.
	TooLarge Code = "too_large"
	// TooLate is an action that the thing on the card no longer allows, such as approving what is merged. Params: Provider.
	TooLate Code = "too_late"
)

// Error is a failure with a code. Its Error text is for logs; people read the catalogue's sentence for the code.
type Error struct {
	Code   Code
	Params map[string]string
	Err    error
}

// New returns a fault without a cause.
func New(code Code) *Error { return &Error{Code: code} }

// Wrap returns a fault caused by err.
func Wrap(err error, code Code) *Error { return &Error{Code: code, Err: err} }

// With returns a copy of the fault with one parameter for its sentence added.
func (e *Error) With(name, value string) *Error {
	params := maps.Clone(e.Params)
	if params == nil {
		params = map[string]string{}
	}
	params[name] = value
	return &Error{Code: e.Code, Params: params, Err: e.Err}
}

// Error describes the fault for the log.
func (e *Error) Error() string {
	if e.Err == nil {
		return string(e.Code)
	}
	return string(e.Code) + ": " + e.Err.Error()
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the first fault in err's chain, Internal when there is none, and "" for a nil error.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var f *Error
	if errors.As(err, &f) {
		return f.Code
	}
	return Internal
}

// Is reports whether err's first fault has one of the codes.
func Is(err error, codes ...Code) bool {
	return slices.Contains(codes, CodeOf(err))
}

// ParamsOf returns the parameters of the first fault in err's chain; they may be nil.
func ParamsOf(err error) map[string]string {
	var f *Error
	if errors.As(err, &f) {
		return f.Params
	}
	return nil
}

// Level returns the level at which a failure that a user was told about is logged: Error for a defect, Warn for what an admin
// should look at, and Info for what users cause and fix themselves.
func Level(err error) slog.Level {
	switch CodeOf(err) {
	case Internal:
		return slog.LevelError
	case NotConfigured, AccountNotConnected, AccountRevoked, Unreadable, ClientRejected, EmailUntrusted, NotPosted,
		MissingScope, RateLimited, ZoomUnavailable, ZoomTimeout, ZoomUnreachable, ZoomRefused,
		ProviderLimited, ProviderUnavailable, ProviderRefused, TooManyWaiting:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}
