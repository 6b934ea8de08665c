package bridge

import (
	"mattermost-plugin-zoom/server/fault"
)

// What is recorded of who changes what channels are connected to, by event.
const (
	AuditConnect          = "connect"
	AuditDisconnect       = "disconnect"
	AuditRotate           = "rotate"
	AuditCredential       = "enter_credential"  //nolint:gosec // the name of an event
	AuditCredentialRemove = "remove_credential" //nolint:gosec // likewise
	// AuditSetUp is where a tool is, and with which OAuth client, as admins set it.
	AuditSetUp = "set_up"
	// AuditUse is a button, form or link of the bridge; it is recorded where it is refused.
	AuditUse = "use"
	// AuditAct is an action of a card, likewise.
	AuditAct = "act"
)

// AuditEntry is what somebody did or tried. It holds IDs only, no secret and nothing that anybody typed.
type AuditEntry struct {
	// Event is one of those above; What is the command, button or form, as we call it.
	Event, What string
	// UserID is who did it; "" where a delivery did.
	UserID, ChannelID, Provider, Connection string
	// Refused is why it was not done; "" for what was.
	Refused fault.Code
}

// Audit keeps the record.
type Audit interface {
	// Record adds an entry. It never fails: there is nobody to tell.
	Record(e AuditEntry)
}

// did records what somebody did to a connection.
func (s *Service) did(event string, w wish, connectionID string) {
	s.Audit.Record(AuditEntry{Event: event, UserID: w.userID, ChannelID: w.place.Channel, Provider: w.provider, Connection: connectionID})
}

// refused records the attempt if the failure is a lack of rights, and returns the failure.
func (s *Service) refused(err error, e AuditEntry) error {
	if err != nil && fault.Is(err, fault.NoPost, fault.Forbidden, fault.ConnectForbidden, fault.GuestForbidden, fault.SharedElsewhere,
		fault.NotResourceAdmin, fault.ProviderForbidden, fault.AccountRejected, fault.ButtonExpired, fault.LinkExpired, fault.CardUnknown) {
		e.Refused = fault.CodeOf(err)
		s.Audit.Record(e)
	}
	return err
}

// attempted returns the entry for what the intent is to do.
func (i intent) attempted(userID string) AuditEntry {
	e := AuditEntry{Event: AuditUse, What: i.Kind, UserID: userID, ChannelID: i.Place.Channel, Provider: i.Provider, Connection: i.Connection}
	switch {
	case i.Kind == wishKind:
		e.Event, e.What = auditEvent(i.Action), i.Action
	case i.Kind == formAccess, i.Kind == pressAccess:
		e.Event = AuditCredential
	case i.Kind == pressAccessAsk, i.Kind == pressAccessDrop:
		e.Event = AuditCredentialRemove
	case i.PostID != "" || i.Subject != "":
		e.Event, e.What = AuditAct, i.Action
	}
	return e
}

// auditEvent returns the event that a command or button is for.
func auditEvent(deed string) string {
	switch deed {
	case deedConnect, deedConnectAsk, deedConnectNew, deedConnectAnyway, deedConnectByHand:
		return AuditConnect
	case deedDisconnect, deedDisconnectNow, deedLeave:
		return AuditDisconnect
	case deedRotate, deedRotateNow:
		return AuditRotate
	}
	return AuditUse
}
