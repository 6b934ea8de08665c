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
var update = flag.Bool("update", false, "rewrite the golden files")

// noon is when the deliveries of the tests arrive.
func noon() time.Time { return time.Date(2026, 8, 3, 12, 0, 0, 0, time.UTC) }

// resources maps the file names of deliveries to the header that says what they are about.
func resources() map[string]string {
	return map[string]string{
		"issue-created": "issue", "assigned": "issue", "assigned-team": "issue", "resolved": "issue", "resolved-sparse": "issue",
		"resolved-next": "issue", "resolved-commit": "issue", "regressed": "issue", "ignored": "issue", "archived": "issue",
		"escalating": "issue", "unresolved": "issue", "outage": "issue", "feedback": "issue", "regression": "issue",
		"alert": "event_alert", "alert-again": "event_alert", "alert-channel": "event_alert", "alert-channel-other": "event_alert",
		"error": "error", "comment": "comment", "comment-updated": "comment", "comment-deleted": "comment",
		"metric-warning": "metric_alert", "metric-critical": "metric_alert", "metric-resolved": "metric_alert", "metric-open": "metric_alert",
		"installation-created": "installation", "installation-deleted": "installation",
		"seer-cause-started": "seer", "seer-cause": "seer", "seer-solution": "seer", "seer-coding": "seer", "seer-pull": "seer",
		"seer-cause-2025": "seer", "seer-coding-2025": "seer",
		"activity-cause": "activity_alert", "activity-pull": "activity_alert", "activity-resolved": "activity_alert",
		"activity-named": "activity_alert",
		"build-size":     "preprod_artifact", "build-ready": "preprod_artifact", "build-failed": "preprod_artifact",
	}
}

// signed is the conformance suite of integrations.
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
			{Name: "alert-first", Fixtures: []string{"error", "alert-again", "assigned-team", "resolved-next"}},
			{Name: "resolved-first", Fixtures: []string{"resolved-commit", "alert-channel", "alert-channel-other"}},
			{Name: "comment-first", Fixtures: []string{"comment", "issue-created"}},
			{Name: "metric", Fixtures: []string{"metric-warning", "metric-critical", "metric-resolved", "metric-open"}},
			{Name: "others", Fixtures: []string{"outage", "feedback", "regression", "installation-created", "installation-deleted"}},
			{Name: "seer", Fixtures: []string{
				"seer-cause-started", "issue-created", "seer-cause", "activity-cause", "seer-solution", "seer-coding", "seer-pull", "activity-pull",
				"activity-named", "activity-resolved",
			}},
			{Name: "seer-2025", Fixtures: []string{"issue-created", "seer-cause-2025", "seer-coding-2025"}},
			{Name: "sparse", Fixtures: []string{"assigned", "resolved-sparse"}},
			{Name: "builds", Fixtures: []string{"build-size", "build-ready", "build-failed"}},
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

// legacy is the conformance suite of the legacy webhook.
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
