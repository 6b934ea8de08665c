package main_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var docLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestEachLinkInTheDocsLeadsToAFile fails when a page links a picture or page that isn't there, and when a picture is linked nowhere.
func TestEachLinkInTheDocsLeadsToAFile(t *testing.T) {
	t.Parallel()
	pages := []string{"../README.md", "../CONTRIBUTING.md", "../SECURITY.md", "../CHANGELOG.md", "../e2e/README.md"}
	pictures := map[string]bool{}
	require.NoError(t, filepath.WalkDir("../docs", func(name string, entry fs.DirEntry, err error) error {
		switch filepath.Ext(name) {
		case ".md":
			pages = append(pages, name)
		case ".png":
			pictures[name] = false
		}
		return err
	}))
	for _, page := range pages {
		content, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, link := range docLink.FindAllStringSubmatch(string(content), -1) {
			target, _, _ := strings.Cut(link[1], "#")
			if target == "" || strings.Contains(target, ":") {
				continue
			}
			file := filepath.Join(filepath.Dir(page), target)
			if _, known := pictures[file]; known {
				pictures[file] = true
			}
			_, err := os.Stat(file)
			require.NoError(t, err, "%s links %s", page, target)
		}
	}
	for picture, linked := range pictures {
		require.True(t, linked, "no page shows %s", picture)
	}
}
