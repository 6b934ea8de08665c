package bitbucket

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/providertest"
)

// update is the flag that "make golden" sets.
var update = flag.Bool("update", false, "rewrite the golden files")

// fixtures maps the file names of deliveries to their events.
func fixtures() map[string]string {
	return map[string]string{
		"cloud-push": "repo:push", "cloud-push-forced": "repo:push", "cloud-push-refs": "repo:push", "cloud-push-gone": "repo:push",
		"cloud-push-nothing":     "repo:push",
		"cloud-pipeline-started": "repo:commit_status_created", "cloud-lint-started": "repo:commit_status_created",
		"cloud-lint-failed": "repo:commit_status_updated", "cloud-pipeline-failed": "repo:commit_status_updated",
		"cloud-pipeline-again": "repo:commit_status_created", "cloud-pipeline-fixed": "repo:commit_status_updated",
		"cloud-lint-fixed": "repo:commit_status_updated", "cloud-deploy-stopped": "repo:commit_status_created",
		"cloud-commit-comment": "repo:commit_comment_created",
		"cloud-pull-created":   "pullrequest:created", "cloud-pull-updated": "pullrequest:updated",
		"cloud-pull-build-failed":    "repo:commit_status_created",
		"cloud-pull-rejected-review": "pullrequest:changes_request_created", "cloud-pull-comment": "pullrequest:comment_created",
		"cloud-pull-comment-edited": "pullrequest:comment_updated", "cloud-pull-pushed": "pullrequest:updated",
		"cloud-pull-build-passed": "repo:commit_status_created", "cloud-pull-withdrawn": "pullrequest:changes_request_removed",
		"cloud-pull-approved": "pullrequest:approved", "cloud-pull-unapproved": "pullrequest:unapproved",
		"cloud-pull-approved-again": "pullrequest:approved", "cloud-pull-fulfilled": "pullrequest:fulfilled",
		"cloud-pull-declined": "pullrequest:rejected", "cloud-fork": "repo:fork",
		"dc-pull-opened": "pr:opened", "dc-pull-modified": "pr:modified", "dc-pull-reviewers": "pr:reviewer:updated",
		"dc-pull-needs-work": "pr:reviewer:needs_work", "dc-pull-comment": "pr:comment:added",
		"dc-pull-pushed": "pr:from_ref_updated", "dc-pull-approved": "pr:reviewer:approved", "dc-pull-merged": "pr:merged",
		"dc-refs-changed": "repo:refs_changed", "dc-refs-many": "repo:refs_changed", "dc-commit-comment": "repo:comment:added",
		"dc10-pull-opened": "pr:opened", "dc10-pull-declined": "pr:declined", "dc10-pull-modified": "pr:modified",
		"dc10-pull-deleted": "pr:deleted", "dc10-refs-changed": "repo:refs_changed", "dc-ping": "diagnostics:ping",
	}
}

// suite is the conformance suite of Bitbucket.
func suite() providertest.Suite {
	s := providertest.Suite{
		Update: *update,
		Proofs: []providertest.Proof{{
			Name: "signature", By: provider.BySignature, Header: headerSignature, Prefix: "sha256=", Make: provider.Sign, CoversBody: true,
		}},
		Stories: []providertest.Story{
			{Name: "cloud-commit", Fixtures: []string{
				"cloud-push", "cloud-pipeline-started", "cloud-lint-started", "cloud-lint-failed", "cloud-pipeline-failed",
				"cloud-pipeline-again", "cloud-pipeline-fixed", "cloud-lint-fixed", "cloud-deploy-stopped", "cloud-commit-comment",
			}},
			{Name: "cloud-pull", Fixtures: []string{
				"cloud-pull-created", "cloud-pull-updated", "cloud-pull-build-failed", "cloud-pull-rejected-review", "cloud-pull-comment",
				"cloud-pull-comment-edited", "cloud-pull-pushed", "cloud-pull-build-passed", "cloud-pull-withdrawn", "cloud-pull-approved",
				"cloud-pull-unapproved", "cloud-pull-approved-again", "cloud-pull-fulfilled", "cloud-pull-declined", "cloud-fork",
			}},
			{Name: "cloud-refs", Fixtures: []string{"cloud-push-refs", "cloud-push-gone", "cloud-push-forced", "cloud-push-nothing"}},
			{Name: "dc-pull", Fixtures: []string{
				"dc-pull-opened", "dc-pull-modified", "dc-pull-reviewers", "dc-pull-needs-work", "dc-pull-comment", "dc-pull-pushed",
				"dc-pull-approved", "dc-pull-merged",
			}},
			{Name: "dc-refs", Fixtures: []string{"dc-refs-changed", "dc-refs-many", "dc-commit-comment"}},
			{Name: "dc10-personal", Fixtures: []string{
				"dc10-pull-opened", "dc10-refs-changed", "dc10-pull-declined", "dc10-pull-modified", "dc10-pull-deleted",
			}},
		},
	}
	for name, event := range fixtures() {
		request := headerCloudRequest
		if !strings.HasPrefix(name, "cloud") {
			request = headerRequest
		}
		s.Fixtures = append(s.Fixtures, providertest.Fixture{
			Name: name, Body: name + ".json", Headers: map[string]string{headerEvent: event, request: "request-" + name},
			Ping: event == eventPing,
		})
	}
	s.Fixtures = append(s.Fixtures, providertest.Fixture{
		Name: "vector", Body: "vector.json", Secret: "bb-test-secret",
		Headers: map[string]string{
			headerEvent:     "repo:push",
			headerSignature: "sha256=092d558b83cc9bad4d94c0f486c3a854b3412060e1ad73f5dd2832e0b1c07ed3",
		},
	})
	return s
}

func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, New(), suite())
}

func FuzzParse(f *testing.F)  { providertest.FuzzParse(f, New(), suite()) }
func FuzzVerify(f *testing.F) { providertest.FuzzVerify(f, New(), suite()) }

// fixture returns the delivery with this name.
func fixture(t *testing.T, name string) provider.Delivery {
	t.Helper()
	body, err := os.ReadFile("testdata/" + name + ".json")
	require.NoError(t, err)
	return provider.Delivery{Header: map[string]string{headerEvent: fixtures()[name]}, Body: body}
}
