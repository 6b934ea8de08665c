package sentry

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/providertest"
)

// update is the flag that "make golden" sets.
var update = flag.Bool("update", false, "write the golden files anew")

// noon is when the deliveries of the tests arrive.
func noon() time.Time { return time.Date(2026, 8, 3, 12, 0, 0, 0, time.UTC) }

// resources are the deliveries by the names of their files, with the header that says what they are about.
func resources() map[string]string {
	return map[string]string{
		"issue-created": "issue", "assigned": "issue", "assigned-team": "issue", "unassigned": "issue", "resolved": "issue",
		"resolved-next": "issue", "resolved-commit": "issue", "regressed": "issue", "ignored": "issue", "archived": "issue",
		"escalating": "issue", "unresolved": "issue", "outage": "issue", "feedback": "issue",
		"alert": "event_alert", "alert-again": "event_alert", "alert-channel": "event_alert", "alert-channel-other": "event_alert",
		"error": "error", "comment": "comment", "comment-updated": "comment", "comment-deleted": "comment",
		"metric-warning": "metric_alert", "metric-critical": "metric_alert", "metric-resolved": "metric_alert", "metric-open": "metric_alert",
		"installation-created": "installation", "installation-deleted": "installation", "seer": "seer", "activity": "activity_alert",
	}
}

// signed is what Sentry's integrations are tried with.
func signed() providertest.Suite {
	s := providertest.Suite{
		Update: *update,
		Proofs: []providertest.Proof{{
			Name: "signature", By: provider.BySignature, Header: headerSignature, Make: provider.Sign, CoversBody: true,
		}},
		Stories: []providertest.Story{
			{Name: "life", Fixtures: []string{
				"issue-created", "alert", "alert-again", "assigned", "comment", "comment-updated", "comment-deleted", "resolved",
				"regressed", "ignored", "archived", "escalating", "unresolved",
			}},
			{Name: "alert-first", Fixtures: []string{"error", "alert-again", "assigned-team", "unassigned", "resolved-next"}},
			{Name: "resolved-first", Fixtures: []string{"resolved-commit", "alert-channel", "alert-channel-other"}},
			{Name: "comment-first", Fixtures: []string{"comment", "issue-created"}},
			{Name: "metric", Fixtures: []string{"metric-warning", "metric-critical", "metric-resolved", "metric-open"}},
			{Name: "others", Fixtures: []string{
				"outage", "feedback", "installation-created", "installation-deleted", "seer", "activity",
			}},
		},
	}
	for name, resource := range resources() {
		s.Fixtures = append(s.Fixtures, providertest.Fixture{
			Name: name, Body: name + ".json", Headers: map[string]string{headerResource: resource, headerRequest: "request-" + name},
		})
	}
	s.Fixtures = append(s.Fixtures, providertest.Fixture{
		Name: "vector", Body: "vector.json", Secret: "sentry-test-client-secret",
		Headers: map[string]string{
			headerResource:  "issue",
			headerSignature: "a8fb64eb344ff0668ef522a808fb4e6d44e77c7bdefe85e3b96b4676f78cf662",
		},
	})
	return s
}

// legacy is what the legacy webhook is tried with.
func legacy() providertest.Suite {
	s := providertest.Suite{
		Update:  *update,
		Proofs:  []providertest.Proof{{Name: "the address", By: provider.ByPath}},
		Stories: []providertest.Story{{Name: "legacy", Fixtures: []string{"legacy-error", "legacy-message", "legacy-old"}}},
	}
	for _, name := range s.Stories[0].Fixtures {
		s.Fixtures = append(s.Fixtures, providertest.Fixture{Name: name, Body: name + ".json"})
	}
	return s
}

func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, New(Options{}), signed())
}

func TestConformanceOfTheLegacyWebhook(t *testing.T) {
	t.Parallel()
	providertest.Run(t, New(Options{}), legacy())
}

func FuzzParse(f *testing.F)        { providertest.FuzzParse(f, New(Options{}), signed()) }
func FuzzVerify(f *testing.F)       { providertest.FuzzVerify(f, New(Options{}), signed()) }
func FuzzParseLegacy(f *testing.F)  { providertest.FuzzParse(f, New(Options{}), legacy()) }
func FuzzVerifyLegacy(f *testing.F) { providertest.FuzzVerify(f, New(Options{}), legacy()) }

// fixture returns the delivery with this name.
func fixture(t *testing.T, name string) provider.Delivery {
	t.Helper()
	body, err := os.ReadFile("testdata/" + name + ".json")
	require.NoError(t, err)
	d := provider.Delivery{Header: map[string]string{}, Body: body, ReceivedAt: noon()}
	if !strings.HasPrefix(name, "legacy") {
		d.Header[headerResource] = resources()[strings.TrimSuffix(name, "-private")]
	}
	return d
}
