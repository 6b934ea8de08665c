package console

import (
	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/fault"
)

// did records what somebody did to a connection.
func (s *Service) did(event string, w wish, connectionID string) {
	s.Audit.Record(bridge.AuditEntry{Event: event, Actor: w.actor, Place: w.place, Provider: w.provider, Connection: connectionID})
}

// refused records the attempt if the failure is a lack of rights, and returns the failure.
func (s *Service) refused(err error, e bridge.AuditEntry) error {
	if err != nil && fault.Is(err, fault.NoPost, fault.Forbidden, fault.ConnectForbidden, fault.ConnectAdminOnly, fault.GuestForbidden, fault.SharedElsewhere,
		fault.NotResourceAdmin, fault.ProviderForbidden, fault.AccountRejected, fault.ButtonExpired, fault.ButtonNotYours, fault.LinkExpired, fault.CardUnknown, fault.ConnectionGone,
		fault.ProviderOff) {
		e.Refused = fault.CodeOf(err)
		s.Audit.Record(e)
	}
	return err
}

// attempted returns the entry for what the intent is to do.
func (i intent) attempted() bridge.AuditEntry {
	e := bridge.AuditEntry{Event: bridge.AuditUse, What: i.Kind, Actor: i.Actor, Place: i.Place, Provider: i.Provider, Connection: i.Connection}
	switch {
	case i.Kind == wishKind:
		e.Event, e.What = auditEvent(i.Action), i.Action
	case i.Kind == formAccess, i.Kind == pressAccess:
		e.Event = bridge.AuditCredential
	case i.Kind == pressAccessAsk, i.Kind == pressAccessDrop:
		e.Event = bridge.AuditCredentialRemove
	case !i.Message.Zero() || i.Subject != "":
		e.Event, e.What = bridge.AuditAct, i.Action
	}
	return e
}

// auditEvent returns the event that a command or button is for.
func auditEvent(deed string) string {
	switch deed {
	case deedConnect, deedConnectAsk, deedConnectNew, deedConnectAnyway, deedConnectByHand:
		return bridge.AuditConnect
	case deedDisconnect, deedDisconnectNow, deedLeave:
		return bridge.AuditDisconnect
	case deedRotate, deedRotateNow:
		return bridge.AuditRotate
	}
	return bridge.AuditUse
}
