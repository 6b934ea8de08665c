package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/config"
)

func TestAProviderIsOffUntilAnAdminSwitchesItOn(t *testing.T) {
	t.Parallel()
	c := config.Config{Providers: config.ReadProviders(map[string]any{"enablejenkins": true}, []string{"jenkins", "sentry"})}
	require.Equal(t, map[string]string{"jenkins": "jenkins"}, c.Triggers())
}

func TestAnAdminMayChooseAnotherWordForACommand(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"ci": "ci", " /CI ": "ci", "": "jenkins", "two words": "jenkins", "zoom": "jenkins", "bitbucket": "jenkins", "ci<": "jenkins",
	} {
		c := config.Config{Providers: config.ReadProviders(
			map[string]any{"EnableJenkins": true, "JenkinsTrigger": typed, "EnableBitbucket": true}, []string{"jenkins", "bitbucket"},
		)}
		require.Equal(t, want, c.Triggers()["jenkins"], typed)
		require.Equal(t, "bitbucket", c.Triggers()["bitbucket"], typed)
	}
}

func TestMembersMayConnectUntilAnAdminNarrowsIt(t *testing.T) {
	t.Parallel()
	require.Equal(t, config.PolicyMembers, config.Config{}.Policy())
	require.Equal(t, config.PolicyMembers, config.Config{BridgePolicy: "anything"}.Policy())
	require.Equal(t, config.PolicySystemAdmins, config.Config{BridgePolicy: "system_admins"}.Policy())
}
