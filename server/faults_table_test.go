package main_test

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// faultsFile lists the faults that were found with real inputs, and the tests that fail without their fixes.
const faultsFile = "../docs/faults.md"

var faultRow = regexp.MustCompile(`^\| ([A-F]\d+) \|(.*)\|(.*)\|(.*)\|$`)

// faultRows is how many kinds of faults each part has.
var faultRows = map[string]int{"A": 14, "B": 9, "C": 14, "D": 8, "E": 7, "F": 8}

// TestEachFaultNamesItsTests fails when a fault has no row, or a row names a test that doesn't exist, or no test and no reason.
func TestEachFaultNamesItsTests(t *testing.T) {
	t.Parallel()
	known := testsInTree(t)
	table, err := os.ReadFile(faultsFile)
	require.NoError(t, err)
	seen := map[string]bool{}
	for line := range strings.Lines(string(table)) {
		row := faultRow.FindStringSubmatch(strings.TrimSpace(line))
		if row == nil {
			continue
		}
		require.False(t, seen[row[1]], "fault %s has two rows", row[1])
		seen[row[1]] = true
		tests := quoted.FindAllStringSubmatch(row[4], -1)
		if strings.HasPrefix(strings.TrimSpace(row[3]), "Decided against") {
			require.Empty(t, tests, "fault %s", row[1])
			continue
		}
		require.NotEmpty(t, tests, "fault %s has no test", row[1])
		for _, name := range tests {
			require.True(t, known[name[1]], "fault %s: there is no test %q", row[1], name[1])
		}
	}
	for part, count := range faultRows {
		for n := 1; n <= count; n++ {
			require.True(t, seen[part+strconv.Itoa(n)], "fault %s%d has no row", part, n)
		}
	}
}
