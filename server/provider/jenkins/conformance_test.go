package jenkins_test

import (
	"encoding/base64"
	"flag"
	"testing"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/jenkins"
	"mattermost-plugin-zoom/server/provider/providertest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, jenkins.New(), suite())
}

func FuzzParse(f *testing.F)  { providertest.FuzzParse(f, jenkins.New(), suite()) }
func FuzzVerify(f *testing.F) { providertest.FuzzVerify(f, jenkins.New(), suite()) }

func suite() providertest.Suite {
	s := providertest.Suite{
		Update: *update,
		Fixtures: []providertest.Fixture{
			{Name: "test connection"},
			{
				Name: "signed by openssl", Body: "signed.json", Secret: "jenkins-test-secret",
				Headers: map[string]string{"X-Mattermost-Jenkins-Signature": "sha256=9657d45c0f6f02424a43b258c4133ee611eaf399e9bd3c59f740976c74d67132"},
			},
		},
		Stories: []providertest.Story{
			{Name: "broken_and_mended", Fixtures: []string{
				"zoom_start_41", "zoom_failure_41", "zoom_start_42", "zoom_failure_42", "zoom_start_43", "zoom_success_43",
			}},
			{Name: "blurred", Fixtures: []string{"zoom_unstable", "zoom_aborted", "zoom_not_built", "zoom_blurred"}},
			{Name: "both_plugins", Fixtures: []string{
				"notification_started_47", "zoom_blurred", "notification_aborted_47", "zoom_aborted", "notification_aborted_45",
			}},
			{Name: "pipeline", Fixtures: []string{
				"notification_queued", "notification_started", "zoom_workflow_free", "notification_step", "zoom_workflow_words",
				"notification_completed", "notification_finalized",
			}},
			{Name: "zoom_send_alone", Fixtures: []string{"zoom_workflow_free", "zoom_workflow_words"}},
		},
		Proofs: []providertest.Proof{
			{Name: "the raw token", By: provider.ByHeader, Header: "Authorization"},
			{Name: "a bearer token", By: provider.ByHeader, Header: "Authorization", Prefix: "Bearer "},
			{Name: "a password", By: provider.ByHeader, Header: "Authorization", Prefix: "Basic ", Make: login("jenkins:", "")},
			{Name: "a user's name", By: provider.ByHeader, Header: "Authorization", Prefix: "Basic ", Make: login("", ":")},
			{Name: "the address", By: provider.ByPath},
			{
				Name: "a signature", By: provider.BySignature, Header: "X-Mattermost-Jenkins-Signature", Prefix: "sha256=",
				Make: provider.Sign, CoversBody: true,
			},
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

func login(before, after string) func([]byte, string) string {
	return func(_ []byte, secret string) string {
		return base64.StdEncoding.EncodeToString([]byte(before + secret + after))
	}
}
