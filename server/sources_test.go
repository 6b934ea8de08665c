package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sourceRow is a fixture with its source: a document, or a public capture, that the file names above its table.
var sourceRow = regexp.MustCompile("^\\| `?([\\w.-]+\\.json)`? \\| *(\\S.*?) *\\|$")

// TestEveryFixtureNamesItsSource fails for a provider's fixture that no document or capture vouches for: invented fields are found by
// no one, since the sandbox and the tests share the mistake.
func TestEveryFixtureNamesItsSource(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob("provider/*/testdata")
	require.NoError(t, err)
	require.NotEmpty(t, folders)
	for _, folder := range folders {
		if filepath.Base(filepath.Dir(folder)) == "providertest" {
			continue // its provider is made up
		}
		named := map[string]string{}
		list, err := os.ReadFile(filepath.Join(folder, "SOURCES.md"))
		require.NoError(t, err)
		require.Regexp(t, `https://|repository \w+/`, string(list), "%s: a source can be looked up", folder)
		for line := range strings.Lines(string(list)) {
			if row := sourceRow.FindStringSubmatch(strings.TrimSpace(line)); row != nil {
				named[row[1]] = row[2]
			}
		}
		fixtures, err := filepath.Glob(filepath.Join(folder, "*.json"))
		require.NoError(t, err)
		for _, file := range fixtures {
			name := filepath.Base(file)
			if strings.HasSuffix(name, ".golden.json") {
				continue
			}
			require.Contains(t, named, name, "%s names no source for it", folder)
			require.NotEmpty(t, named[name], "%s: %s", folder, name)
			delete(named, name)
		}
		require.Empty(t, named, "%s names fixtures that aren't there", folder)
	}
}
