package mattermost

import (
	"github.com/mattermost/mattermost/server/public/plugin"

	"mattermost-plugin-zoom/server/bridge"
)

// auditPrefix is the prefix of the plugin's events in the server's audit log.
const auditPrefix = "zoomPlugin/"

// AuditLog writes to the server's audit log.
type AuditLog struct {
	*Server
}

// Record writes an action on a connection, or its refusal, to the server's audit log, and a line with the same IDs to its log.
func (c *AuditLog) Record(e bridge.AuditEntry) {
	record := plugin.MakeAuditRecord(auditPrefix+e.Event, "")
	record.Success()
	msg := "A connection was changed"
	if e.Refused != "" {
		record.Fail()
		record.AddErrorDesc(string(e.Refused))
		msg = "An attempt was refused"
	}
	record.Actor.UserId = e.Actor.ID
	record.AddEventObjectType("connection")
	pairs := []any{"event", e.Event, "what", e.What, "user_id", e.Actor.ID, "channel_id", e.Place.Channel, "provider", e.Provider, "connection", e.Connection, "refused", string(e.Refused)}
	for i := 2; i < len(pairs)-2; i += 2 {
		if name, ok := pairs[i].(string); ok && pairs[i+1] != "" {
			record.EventData.Parameters[name] = pairs[i+1]
		}
	}
	c.api.LogAuditRec(record)
	c.Info(msg, pairs...)
}
