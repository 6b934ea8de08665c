package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// defectsFile lists the public plugin's defects and the tests that show their absence.
const defectsFile = "../docs/peer-defects.md"

var (
	defectRow = regexp.MustCompile(`^\| (\d+) \|(.*)\|(.*)\|(.*)\|$`)
	quoted    = regexp.MustCompile("`([^`]+)`")
	goTest    = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
)

// TestEachDefectOfThePublicPluginNamesItsTests holds the table: all numbers, and no test that does not exist.
func TestEachDefectOfThePublicPluginNamesItsTests(t *testing.T) {
	t.Parallel()
	known := testsInTree(t)
	table, err := os.ReadFile(defectsFile)
	require.NoError(t, err)
	next := 1
	for line := range strings.Lines(string(table)) {
		row := defectRow.FindStringSubmatch(strings.TrimSpace(line))
		if row == nil {
			continue
		}
		require.Equal(t, strconv.Itoa(next), row[1], "the rows are in order")
		next++
		for _, name := range quoted.FindAllStringSubmatch(row[2], -1) {
			require.True(t, known[name[1]], "defect %s: there is no test %q", row[1], name[1])
		}
		shown := quoted.FindAllStringSubmatch(row[4], -1)
		if strings.TrimSpace(row[3]) == "not in this version" {
			require.Empty(t, shown, "defect %s", row[1])
			continue
		}
		require.NotEmpty(t, shown, "defect %s touches this version and no test shows its absence", row[1])
		named := false
		for _, name := range shown {
			require.True(t, known[name[1]], "defect %s: there is no test %q", row[1], name[1])
			number, _ := strconv.Atoi(row[1])
			named = named || strings.HasPrefix(name[1], fmt.Sprintf("TestDefect%02d", number))
		}
		require.True(t, named, "defect %s has no test of its name", row[1])
	}
	require.Equal(t, 40, next, "all 39")
}

// testsInTree returns the names of all tests: those of Go by their function, those of the browser side by their sentence.
func testsInTree(t *testing.T) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	for _, folder := range []string{"server", "sandbox", "e2e", "build"} {
		for _, file := range goFiles(t, folder) {
			for _, found := range goTest.FindAllSubmatch(file.source, -1) {
				known[string(found[1])] = true
			}
		}
	}
	// The sentence of a table follows the table.
	sentence := regexp.MustCompile(`(?m)^\s*(?:it|test|\]\))\('(.+?)',`)
	for _, pattern := range []string{"../webapp/src/*.test.*", "../webapp/src/*/*.test.*", "../webapp/src/*/*/*.test.*", "../e2e/browser/*.test.mjs"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, found := range sentence.FindAllSubmatch(source, -1) {
				known[string(found[1])] = true
			}
		}
	}
	return known
}
