package main_test

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// checklistsFile lists the providers' requirements, and the tests for them.
const checklistsFile = "../docs/checklists.md"

var (
	checklistRow = regexp.MustCompile(`^\| ([JBSP]\d+) \|(.*)\|(.*)\|(.*)\|$`)
	// A story may be about several points: TestP1P8P9OnTheRealServer…
	story = regexp.MustCompile(`^Test((?:[JBSP]\d+)+)_?[A-Z]`)
	point = regexp.MustCompile(`[JBSP]\d+`)
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
		about := row[1]
		points = append(points, about)
		named := quoted.FindAllStringSubmatch(row[4], -1)
		require.NotEmpty(t, named, "nothing shows %s", about)
		for _, name := range named {
			require.True(t, known[name[1]], "%s: there is no test %q", about, name[1])
		}
		column := " "
		for _, name := range stories[about] {
			column += "`" + name + "` "
		}
		written.WriteString("| " + about + " |" + row[2] + "|" + column + "|" + row[4] + "|\n")
	}
	require.Equal(t, allPoints(), points)
	if update := flag.Lookup("update"); update != nil && update.Value.String() == "true" {
		require.NoError(t, os.WriteFile(checklistsFile, []byte(written.String()), 0o644))
		return
	}
	require.Equal(t, written.String(), string(table), "a story was added, renamed or removed: run make golden to update the table")
}

// storiesOf returns the tests that are named after points, in order.
func storiesOf(known map[string]bool) map[string][]string {
	found := map[string][]string{}
	for name := range known {
		if named := story.FindStringSubmatch(name); named != nil {
			for _, about := range point.FindAllString(named[1], -1) {
				found[about] = append(found[about], name)
			}
		}
	}
	for _, names := range found {
		slices.Sort(names)
	}
	return found
}

// allPoints are those of all lists.
func allPoints() []string {
	var all []string
	for _, list := range []struct {
		letter string
		most   int
	}{{"J", 12}, {"B", 15}, {"S", 15}, {"P", 17}} {
		for n := range list.most {
			all = append(all, list.letter+strconv.Itoa(n+1))
		}
	}
	return all
}
