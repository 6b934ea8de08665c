package main_test

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// checklistsFile lists what the tools must do, and the tests that show it.
const checklistsFile = "../docs/checklists.md"

var (
	checklistRow = regexp.MustCompile(`^\| ([JBSP]\d+) \|(.*)\|(.*)\|(.*)\|$`)
	story        = regexp.MustCompile(`^Test([JB]\d+)_?[A-Z]`)
)

// TestEachPointOfTheChecklistsIsShown holds the table: all points, no test that does not exist, and no story left out. With -update,
// which another file of these tests declares, it writes the stories' column.
func TestEachPointOfTheChecklistsIsShown(t *testing.T) {
	t.Parallel()
	known := testsInTree(t)
	stories := storiesOf(known)
	table, err := os.ReadFile(checklistsFile)
	require.NoError(t, err)
	var written strings.Builder
	var points []string
	for line := range strings.Lines(string(table)) {
		row := checklistRow.FindStringSubmatch(strings.TrimSpace(line))
		if row == nil {
			written.WriteString(line)
			continue
		}
		point := row[1]
		points = append(points, point)
		named := quoted.FindAllStringSubmatch(row[4], -1)
		require.NotEmpty(t, named, "nothing shows %s", point)
		for _, name := range named {
			require.True(t, known[name[1]], "%s: there is no test %q", point, name[1])
		}
		column := " "
		for _, name := range stories[point] {
			column += "`" + name + "` "
		}
		written.WriteString("| " + point + " |" + row[2] + "|" + column + "|" + row[4] + "|\n")
	}
	require.Equal(t, allPoints(), points)
	if update := flag.Lookup("update"); update != nil && update.Value.String() == "true" {
		require.NoError(t, os.WriteFile(checklistsFile, []byte(written.String()), 0o644))
		return
	}
	require.Equal(t, written.String(), string(table), "a story was added, renamed or removed: make golden writes the table anew")
}

// storiesOf returns the tests that are named after points, in order.
func storiesOf(known map[string]bool) map[string][]string {
	found := map[string][]string{}
	for name := range known {
		if named := story.FindStringSubmatch(name); named != nil {
			found[named[1]] = append(found[named[1]], name)
		}
	}
	for _, names := range found {
		slices.Sort(names)
	}
	return found
}

// allPoints are those of both lists.
func allPoints() []string {
	return strings.Fields("J1 J2 J3 J4 J5 J6 J7 J8 J9 J10 J11 J12 B1 B2 B3 B4 B5 B6 B7 B8 B9 B10 B11 B12 B13 B14 B15")
}
