package i18n

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each catalogue of the plugin is understood, wherever it lies.
func TestEveryCatalogueIsUnderstood(t *testing.T) {
	t.Parallel()
	folders := []string{"../bridge/texts", "../provider/bitbucket/texts", "../provider/jenkins/texts", "../provider/pagerduty/texts", "../provider/sentry/texts"}
	for _, folder := range folders {
		_, err := NewCatalogue(os.DirFS(folder))
		require.NoError(t, err)
	}
}
