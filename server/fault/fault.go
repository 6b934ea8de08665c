// Package fault holds the failures that a user reads.
//
// Code anywhere in the plugin returns an *Error if a user or an admin can act on the failure: the code says what happened, the parameters
// fill the sentence in the message catalogue (ID "fault.<code>"), and the wrapped error carries details that belong only in the log.
// Users see any other error as Internal; its text goes only to the log.
package fault

import (
	"errors"
	"log/slog"
	"maps"
	"slices"
)

// Code names one kind of failure. Its sentence in the message catalogue says what happened and what to do next.
type Code string

// The codes, grouped by who can fix them.
const (
	// Internal is a defect or an outage of the plugin; the details are in the server log.
	Internal Code = "internal"
	// InvalidInput is a request that none of the plugin's pages and buttons send.
	InvalidInput Code = "invalid_input"
	// ButtonExpired is a button or form that is too old, or that this plugin didn't make.
	ButtonExpired Code = "button_expired"
	// ButtonNotYours is a button or form that was made for another user.
	ButtonNotYours Code = "button_not_yours"
	// ProviderOff is a provider that an admin has turned off. Params: Provider.
	ProviderOff Code = "provider_off"
	// ThreadElsewhere is a thread that isn't in the named channel.
	ThreadElsewhere Code = "thread_elsewhere"
	// NobodyAuthorizes is an attempt to connect or disconnect although the server authorizes itself.
	NobodyAuthorizes Code = "nobody_authorizes"
	// Forbidden is an action that the acting user may not take.
	Forbidden Code = "forbidden"
	// NoPost is a channel that the acting user may not post in, or that is archived.
	NoPost Code = "no_post"
	// NotPosted is a meeting that exists in Zoom and couldn't be announced. Params: Link (its URL).
	NotPosted Code = "not_posted"
	// AdminOnly is an action for system admins only.
	AdminOnly Code = "admin_only"
	// Restricted is a channel in which an admin has turned off starting meetings.
	Restricted Code = "restricted"
	// Busy is a second attempt at something that is already in progress.
	Busy Code = "busy"

	// DatabaseUnavailable is the server's database where it can't be reached, or where the plugin's tables aren't ready yet.
	DatabaseUnavailable Code = "database_unavailable"
	// NotConfigured is a setting that an admin still has to fill in. Params: Setting.
	NotConfigured Code = "not_configured"
	// NotConnected is a user without a Zoom grant.
	NotConnected Code = "not_connected"
	// AccountNotConnected is an account-level app that no admin has authorized yet.
	AccountNotConnected Code = "account_not_connected"
	// Revoked is a user's grant that Zoom no longer accepts.
	Revoked Code = "revoked"
	// AccountRevoked is an account-level grant or server-to-server app that Zoom no longer accepts.
	AccountRevoked Code = "account_revoked"
	// Unreadable is a stored secret that none of the known encryption keys decrypts.
	Unreadable Code = "unreadable"
	// LinkExpired is an authorization link or state that is too old, used up, or another user's. Params: Command, except for Zoom.
	LinkExpired Code = "link_expired"
	// CodeWrong is an authorization code that is wrong, too old, used up, or another user's.
	CodeWrong Code = "code_wrong"
	// Declined is an authorization that the user declined in Zoom or at a provider. Params for a provider: Provider, Command.
	Declined Code = "declined"
	// ClientRejected is a client ID or secret that Zoom doesn't know.
	ClientRejected Code = "client_rejected"

	// EmailUnverified is an address that its owner still has to verify.
	EmailUnverified Code = "email_unverified"
	// EmailUntrusted is an address on a server that verifies none, with the setting to trust them turned off.
	EmailUntrusted Code = "email_untrusted"
	// ZoomUserUnknown is an address or ID for which Zoom has no user (1001, 1010, 1120). Params: Email.
	ZoomUserUnknown Code = "zoom_user_unknown"

	// MissingScope is a Zoom app that lacks a scope (4711, 4700). Params: Scope (may be empty), App ("user", "account", "s2s").
	MissingScope Code = "missing_scope"
	// RateLimited is Zoom's rate limit per second.
	RateLimited Code = "rate_limited"
	// DailyLimit is Zoom's rate limit per day. Params: Until (may be empty).
	DailyLimit Code = "daily_limit"
	// ZoomUnavailable is a response from Zoom with status 5xx.
	ZoomUnavailable Code = "zoom_unavailable"
	// ZoomTimeout is a call to Zoom without a response in time.
	ZoomTimeout Code = "zoom_timeout"
	// ZoomUnreachable is an address that doesn't respond as Zoom does: host unknown, connection refused, not JSON. Params: URL.
	ZoomUnreachable Code = "zoom_unreachable"
	// ZoomRefused is any other error from Zoom. Params: Code, Message (Zoom's own words, unescaped).
	ZoomRefused Code = "zoom_refused"
	// MeetingUnknown is a meeting that Zoom doesn't have (3001).
	MeetingUnknown Code = "meeting_unknown"
	// NoPersonalMeeting is a Zoom user without a personal meeting ID.
	NoPersonalMeeting Code = "no_personal_meeting"

	// ConnectForbidden is an attempt to connect or change a channel in which only its channel admins may.
	ConnectForbidden Code = "connect_forbidden"
	// ConnectAdminOnly is an attempt to connect or change a channel on a server on which only system admins may.
	ConnectAdminOnly Code = "connect_admin_only"
	// GuestForbidden is a guest's attempt to connect or change a channel.
	GuestForbidden Code = "guest_forbidden"
	// SharedElsewhere is a change to a connection that is also used by channels that the user may not change. Params: Name, Command; Own
	// if the channel can have a connection of its own.
	SharedElsewhere Code = "shared_elsewhere"
	// NotFollowed is a channel without a connection to the provider, or without the named one. Params: Provider, Command.
	NotFollowed Code = "not_followed"
	// TooMany is a limit on connections or subscriptions. Params: Limit.
	TooMany Code = "too_many"
	// TooManyWaiting is a connection whose queue of deliveries is full.
	TooManyWaiting Code = "too_many_waiting"
	// AddressUnknown is text that isn't the URL of anything at the provider. Params: Provider, Example.
	AddressUnknown Code = "address_unknown"
	// HostUnknown is the address of a server that no admin has allowed. Params: Provider, Host, Command.
	HostUnknown Code = "host_unknown"
	// SetupNeeded is a provider at which no admin has registered this server yet. Params: Provider, Command; Token if it accepts one.
	SetupNeeded Code = "setup_needed"
	// WrongRegion is a sign-in at a site in another region than the account. Params: Provider, Command, Site, Home.
	WrongRegion Code = "wrong_region"
	// ResourceUnknown is a resource that doesn't exist at the provider, or that this account may not see (404). Params: Provider.
	ResourceUnknown Code = "resource_unknown"
	// NotResourceAdmin is a resource that the acting account may see but not administer. Params: Provider, Resource.
	NotResourceAdmin Code = "not_resource_admin"
	// AccountNeeded is a user without a known account at the provider. Params: Provider, Command.
	AccountNeeded Code = "account_needed"
	// AccountRejected is an authorization or token that the provider no longer accepts (401). Params: Provider.
	AccountRejected Code = "account_rejected"
	// ProviderForbidden is an operation that the acting account may not do at the provider (403). Params: Provider.
	ProviderForbidden Code = "provider_forbidden"
	// ProviderLimited is the provider's rate limit (429). Params: Provider.
	ProviderLimited Code = "provider_limited"
	// ProviderUnavailable is a provider that doesn't respond, or responds with 5xx or something unexpected. Params: Provider.
	ProviderUnavailable Code = "provider_unavailable"
	// ProviderRefused is any other error from the provider. Params: Provider, Message (the provider's own words; may be empty).
	ProviderRefused Code = "provider_refused"
	// CardUnknown is a card that is too old, or that this plugin didn't post.
	CardUnknown Code = "card_unknown"
	// ConnectionGone is a card, button or form whose connection was removed from the channel or the server. Params: Provider, Command.
	ConnectionGone Code = "connection_gone"
	// MessageGone is a message that was deleted before it was added as a note.
	MessageGone Code = "message_gone"
	// RepliesOff is a reply to a card whose channel doesn't add replies as notes.
	RepliesOff Code = "replies_off"
	// HookUnknown is a delivery to an unknown address, or from a provider that is turned off.
	HookUnknown Code = "hook_unknown"
	// Unsigned is a delivery without a signature or token.
	Unsigned Code = "unsigned"
	// Forged is a delivery with a wrong signature or token.
	Forged Code = "forged"
	// TooLarge is a delivery that is larger than the provider ever sends.
	TooLarge Code = "too_large"
	// TooLate is an action that the card's subject no longer allows, such as approving a merged pull request. Params: Provider.
	TooLate Code = "too_late"
)

// Error is a failure with a code. Its Error text is for logs; users read the catalogue's sentence for the code.
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

// CodeOf returns the code of the first fault in err's chain, Internal if there is none, and "" for a nil error.
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

// Is reports whether the first fault in err's chain has one of the codes.
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

// Level returns the level at which to log a failure that a user has seen: Error for a defect, Warn for what an admin should look at, and
// Info for what users cause and fix themselves.
func Level(err error) slog.Level {
	switch CodeOf(err) {
	case Internal:
		return slog.LevelError
	case DatabaseUnavailable, NotConfigured, AccountNotConnected, AccountRevoked, Unreadable, ClientRejected, EmailUntrusted, NotPosted,
		MissingScope, RateLimited, ZoomUnavailable, ZoomTimeout, ZoomUnreachable, ZoomRefused,
		ProviderLimited, ProviderUnavailable, ProviderRefused, TooManyWaiting:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}
