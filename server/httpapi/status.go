package httpapi

import (
	"net/http"

	"mattermost-plugin-zoom/server/fault"
)

// statusOf returns the HTTP status for a fault's code.
func statusOf(code fault.Code) int {
	switch code {
	case fault.InvalidInput, fault.ButtonExpired, fault.ButtonNotYours, fault.ThreadElsewhere, fault.NobodyAuthorizes, fault.LinkExpired, fault.CodeWrong,
		fault.AddressUnknown, fault.HostUnknown, fault.WrongRegion:
		return http.StatusBadRequest
	case fault.Unsigned, fault.Forged:
		return http.StatusUnauthorized
	case fault.Forbidden, fault.NoPost, fault.AdminOnly, fault.Restricted, fault.EmailUnverified, fault.EmailUntrusted,
		fault.NotConnected, fault.AccountNotConnected, fault.Revoked, fault.AccountRevoked, fault.Unreadable, fault.Declined,
		fault.ConnectForbidden, fault.ConnectAdminOnly, fault.GuestForbidden, fault.SharedElsewhere, fault.NotResourceAdmin, fault.AccountNeeded, fault.AccountRejected, fault.ProviderForbidden:
		return http.StatusForbidden
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.HookUnknown, fault.NotFollowed, fault.ResourceUnknown, fault.CardUnknown, fault.ConnectionGone, fault.MessageGone:
		return http.StatusNotFound
	case fault.Busy, fault.TooMany, fault.TooLate, fault.ProviderOff, fault.RepliesOff:
		return http.StatusConflict
	case fault.RateLimited, fault.DailyLimit, fault.ProviderLimited:
		return http.StatusTooManyRequests
	case fault.NotConfigured, fault.SetupNeeded:
		return http.StatusNotImplemented
	case fault.TooManyWaiting:
		return http.StatusServiceUnavailable
	case fault.ZoomTimeout:
		return http.StatusGatewayTimeout
	case fault.ZoomUnavailable, fault.ZoomUnreachable, fault.ZoomRefused, fault.ZoomUserUnknown, fault.MissingScope,
		fault.MeetingUnknown, fault.NoPersonalMeeting, fault.ClientRejected, fault.ProviderUnavailable, fault.ProviderRefused:
		return http.StatusBadGateway
	}
	return http.StatusInternalServerError
}
