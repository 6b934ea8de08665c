package pagerduty

import (
	"flag"
	"testing"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/providertest"
)

// update is the flag that "make golden" sets.
var update = flag.Bool("update", false, "rewrite the golden files")

func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, New(), suite())
}

func FuzzParse(f *testing.F)  { providertest.FuzzParse(f, New(), suite()) }
func FuzzVerify(f *testing.F) { providertest.FuzzVerify(f, New(), suite()) }

func suite() providertest.Suite {
	s := providertest.Suite{
		Update: *update,
		Fixtures: []providertest.Fixture{
			{
				Name: "ping signed", Body: "ping.json", Secret: "pd-test-secret",
				Headers: map[string]string{headerSignature: "v1=70242ef4aefb25297fca801d4ce6baabb3b116362f503586048c4bc0d8092d7e"},
			},
			{Name: "unknown_type", Body: "unknown_type.json"},
			{Name: "service_event", Body: "service_event.json"},
		},
		Stories: []providertest.Story{
			{Name: "life", Fixtures: []string{"triggered", "escalated", "acknowledged", "annotated", "priority_updated", "resolved"}},
			{Name: "together", Fixtures: []string{
				"triggered", "escalated", "acknowledged", "responder_added", "responder_replied", "conference", "status_update", "fields",
				"role", "task", "workflow", "action", "unacknowledged", "reassigned", "delegated", "acknowledged_again", "resolved",
			}},
			{Name: "reopened", Fixtures: []string{"triggered", "resolved", "reopened", "service_updated", "type_changed", "resolved_again"}},
			{Name: "merge", Fixtures: []string{"low_triggered", "merged"}},
			{Name: "heard_of_late", Fixtures: []string{"annotated", "conference", "priority_updated", "resolved"}},
		},
		Proofs: []providertest.Proof{
			{Name: "signature", By: provider.BySignature, Header: headerSignature, Prefix: signatureVersion, Make: provider.Sign, CoversBody: true},
		},
	}
	known := map[string]bool{}
	for _, story := range s.Stories {
		for _, name := range story.Fixtures {
			if !known[name] {
				known[name] = true
				s.Fixtures = append(s.Fixtures, providertest.Fixture{Name: name, Body: name + ".json"})
			}
		}
	}
	return s
}
