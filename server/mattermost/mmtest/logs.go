package mmtest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

func (a *api) LogDebug(msg string, pairs ...any) { a.mm.log("debug", msg, pairs) }
func (a *api) LogInfo(msg string, pairs ...any)  { a.mm.log("info", msg, pairs) }
func (a *api) LogWarn(msg string, pairs ...any)  { a.mm.log("warn", msg, pairs) }
func (a *api) LogError(msg string, pairs ...any) { a.mm.log("error", msg, pairs) }

// LogAuditRec keeps the record as it arrives over the connection.
func (a *api) LogAuditRec(record *model.AuditRecord) {
	a.called("LogAuditRec")
	crossed, ok := cross(a.mm, record)
	if !ok {
		return
	}
	a.mm.mu.Lock()
	defer a.mm.mu.Unlock()
	a.mm.audited = append(a.mm.audited, crossed)
}

// Audited returns what the plugin wrote to the server's audit log.
func (mm *Mattermost) Audited() []*model.AuditRecord {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	return slices.Clone(mm.audited)
}

// log keeps a line in the format `level msg name=value`.
func (mm *Mattermost) log(level, msg string, pairs []any) {
	var line strings.Builder
	line.WriteString(level + " " + msg)
	for i := 0; i+1 < len(pairs); i += 2 {
		fmt.Fprintf(&line, " %v=%v", pairs[i], pairs[i+1])
	}
	mm.mu.Lock()
	defer mm.mu.Unlock()
	mm.logs = append(mm.logs, line.String())
}

// Logs returns the plugin's lines in the server's log, such as "warn No room left slots=8".
func (mm *Mattermost) Logs() []string {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	return slices.Clone(mm.logs)
}

// Reveals returns the places in which the secret can be read: the log, posts, notes, dialogs, events, responses to requests, and the
// plugin's table. Tests expect none.
func (mm *Mattermost) Reveals(secret string) []string {
	var where []string
	look := func(place, text string) {
		if secret != "" && strings.Contains(text, secret) {
			where = append(where, place+": "+text)
		}
	}
	for key, value := range mm.KV.Dump() {
		look("table "+key, string(value))
	}
	mm.mu.Lock()
	defer mm.mu.Unlock()
	for _, line := range mm.logs {
		look("log", line)
	}
	for _, record := range mm.audited {
		look("audit log", fmt.Sprint(*record))
	}
	for id, p := range mm.posts {
		look("post "+id, fmt.Sprint(p.Message, p.GetProps()))
	}
	for _, n := range mm.notes {
		look("note for "+n.userID, fmt.Sprint(n.post.Message, n.post.GetProps()))
	}
	for userID, d := range mm.dialogs {
		look("dialog of "+userID, fmt.Sprint(d.Dialog))
	}
	for _, e := range mm.events {
		look("event "+e.Name, fmt.Sprint(e.Payload))
	}
	for _, body := range mm.answers {
		look("answer", body)
	}
	return where
}

// RequireSecret fails the test if the secret can be read anywhere at the end of the test.
func (mm *Mattermost) RequireSecret(secret string) {
	mm.t.Helper()
	mm.t.Cleanup(func() {
		for _, place := range mm.Reveals(secret) {
			mm.t.Errorf("mmtest: the secret can be read in %s", place)
		}
	})
}
