package bridge

import (
	"mattermost-plugin-zoom/server/chat"
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
	// Actor is who did it; zero where a delivery did.
	Actor                chat.Actor
	Place                chat.Place
	Provider, Connection string
	// Refused is why it was not done; "" for what was.
	Refused fault.Code
}

// Audit keeps the record.
type Audit interface {
	// Record adds an entry. It never fails: there is nobody to tell.
	Record(e AuditEntry)
}
