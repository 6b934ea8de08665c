package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/config"
)

func TestAProviderIsOffUntilAnAdminSwitchesItOn(t *testing.T) {
	t.Parallel()
	c := config.Config{Providers: config.ReadProviders(map[string]any{"enablejenkins": true}, map[string]string{"jenkins": "jenkins", "sentry": "sentry"})}
	require.Equal(t, map[string]string{"jenkins": "jenkins"}, c.Triggers())
}

func TestAnAdminMayChooseAnotherWordForACommand(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"ci": "ci", " /CI ": "ci", "": "jenkins", "two words": "jenkins", "zoom": "jenkins", "bitbucket": "jenkins", "ci<": "jenkins",
	} {
		c := config.Config{Providers: config.ReadProviders(
			map[string]any{"EnableJenkins": true, "JenkinsTrigger": typed, "EnableBitbucket": true}, map[string]string{"jenkins": "jenkins", "bitbucket": "bitbucket"},
		)}
		require.Equal(t, want, c.Triggers()["jenkins"], typed)
		require.Equal(t, "bitbucket", c.Triggers()["bitbucket"], typed)
	}
}

func TestACommandHasTheWordThatItsProviderProposes(t *testing.T) {
	t.Parallel()
	words := map[string]string{"pagerduty": "pduty", "jenkins": "jenkins"}
	settings := map[string]any{"EnablePagerduty": true, "EnableJenkins": true, "JenkinsTrigger": "pduty"}
	c := config.Config{Providers: config.ReadProviders(settings, words)}
	require.Equal(t, words, c.Triggers(), "a word that another has is not taken from it")
}

func TestMembersMayConnectUntilAnAdminNarrowsIt(t *testing.T) {
	t.Parallel()
	require.Equal(t, config.PolicyMembers, config.Config{}.Policy())
	require.Equal(t, config.PolicyMembers, config.Config{BridgePolicy: "anything"}.Policy())
	require.Equal(t, config.PolicySystemAdmins, config.Config{BridgePolicy: "system_admins"}.Policy())
}
