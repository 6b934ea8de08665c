package jenkins

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/provider"
)

func TestATokenIsConfirmedForJobsByName(t *testing.T) {
	t.Parallel()
	scope, err := parseScope(" web, team/** , api/*, /ops/deploy/, web ,")
	require.NoError(t, err)
	require.Equal(t, []string{"web", "team/**", "api/*", "ops/deploy"}, scope)
	for address, want := range map[string]bool{
		"https://ci.acme.test/job/web/1/":                                      true,
		"https://ci.acme.test/job/web/OS=linux,JDK=21/1/":                      true,
		"https://ci.acme.test/job/team/job/a/job/b/1/":                         true,
		"https://ci.acme.test/job/api/job/feature%252Flogin/1/":                true,
		"https://ci.acme.test/job/ops/job/deploy/1/":                           true,
		"https://ci.acme.test/job/ops/job/drop/1/":                             false,
		"https://ci.acme.test/job/secret/1/":                                   false,
		"https://ci.acme.test/job/WEB/1/":                                      false,
		"https://ci.acme.test/job/team%252Fx/1/":                               false, // a job at the root, despite its slash
		"https://ci.acme.test/job/ops%2Fdeploy/1/":                             false,
		"https://ci.acme.test/job/api/job/a/job/b/1/":                          false,
		"https://ci.acme.test/job/secret/job/web/1/":                           false,
		"https://ci.acme.test/job/" + strings.Repeat("we", 400) + "/job/web/1": false,
	} {
		require.Equal(t, want, inScope(scope, parseAddress(address)), address)
	}
	require.False(t, inScope(nil, parseAddress("https://ci.acme.test/job/web/1/")), "a token that nobody confirmed is for nothing")
}

func TestATokenForEverythingIsRejected(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " , ", "**", "*", "*/web", "web, **", "!web", "web, !team/x", "we?b", "{a,b}", "[a-z]", `a\b`, "a//b", strings.Repeat("x", maxScope+1)} {
		_, err := parseScope(text)
		var slip *provider.FieldError
		require.ErrorAs(t, err, &slip, text)
		require.Equal(t, fieldJobs, slip.Field)
	}
}

// Between a job and a number, Jenkins may read a word as an operation: POST /job/web/doDelete/build deletes the job.
func TestNoOperationOfJenkinsPassesForAConfiguration(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://ci.acme.test/job/web/1/":                 true,
		"https://ci.acme.test/job/web/OS=linux/1/":        true,
		"https://ci.acme.test/job/web/OS=linux,JDK=21/1/": true,
		"https://ci.acme.test/job/web/doDelete/1/":        false,
		"https://ci.acme.test/job/web/disable/1/":         false,
		"https://ci.acme.test/job/web/=/1/":               false,
		"https://ci.acme.test/job/web/OS=a%2FdoDelete/1/": false,
		"https://ci.acme.test/job/web/":                   false,
		"/job/web/1/":                                     false,
	} {
		require.Equal(t, want, parseAddress(address).actionable(), address)
	}
}
