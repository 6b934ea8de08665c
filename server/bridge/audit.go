package bridge

import (
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// The events of the audit record: who changes what channels are connected to.
const (
	AuditConnect          = "connect"
	AuditDisconnect       = "disconnect"
	AuditRotate           = "rotate"
	AuditCredential       = "enter_credential"  //nolint:gosec // the name of an event
	AuditCredentialRemove = "remove_credential" //nolint:gosec // likewise
	// AuditSetUp is where a provider is installed, and with which OAuth client, as admins set it.
	AuditSetUp = "set_up"
	// AuditUse is a button, form or link of the bridge; it is recorded where it is refused.
	AuditUse = "use"
	// AuditAct is an action of a card, likewise.
	AuditAct = "act"
)

// AuditEntry is what a user did or tried. It holds only IDs: no secret, and nothing that was typed.
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
	// Record adds an entry. A failure isn't returned.
	Record(e AuditEntry)
}
