package conversation

import (
	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/fault"
)

// Did records a user's action on a connection.
func (s *Trail) Did(event string, w Request, connectionID string) {
	s.Audit.Record(bridge.AuditEntry{Event: event, Actor: w.Actor, Place: w.Place, Provider: w.Provider, Connection: connectionID})
}

// Refused records the attempt if the failure is a lack of rights, and returns the failure.
func (s *Trail) Refused(err error, e bridge.AuditEntry) error {
	if err != nil && fault.Is(err, fault.NoPost, fault.Forbidden, fault.ConnectForbidden, fault.ConnectAdminOnly, fault.GuestForbidden, fault.SharedElsewhere,
		fault.NotResourceAdmin, fault.ProviderForbidden, fault.AccountRejected, fault.ButtonExpired, fault.ButtonNotYours, fault.LinkExpired, fault.CardUnknown, fault.ConnectionGone,
		fault.ProviderOff) {
		e.Refused = fault.CodeOf(err)
		s.Audit.Record(e)
	}
	return err
}

// Attempted returns the entry for what the intent is to do.
func (i Intent) Attempted() bridge.AuditEntry {
	e := bridge.AuditEntry{Event: AuditEvent(i.Kind), What: i.Kind, Actor: i.Actor, Place: i.Place, Provider: i.Provider, Connection: i.Connection}
	if !i.Message.Zero() || i.Subject != "" {
		e.Event, e.What = bridge.AuditAct, i.Action
	}
	return e
}

// AuditEvent returns the event that a command or button is for.
func AuditEvent(deed string) string {
	switch deed {
	case OpConnect, OpConnectAsk, OpConnectNew, OpConnectAnyway, OpConnectByHand:
		return bridge.AuditConnect
	case OpDisconnect, OpDisconnectNow, OpLeave:
		return bridge.AuditDisconnect
	case OpRotate, OpRotateNow:
		return bridge.AuditRotate
	case FormAccess, PressAccess:
		return bridge.AuditCredential
	case PressAccessAsk, PressAccessDrop:
		return bridge.AuditCredentialRemove
	}
	return bridge.AuditUse
}
