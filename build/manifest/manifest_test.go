package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// projectRoot is where plugin.json stands, seen from this package's folder.
const projectRoot = "../.."

const smallManifest = `{
	"id": "zoom", "name": "Zoom", "icon_path": "assets/icon.svg", "min_server_version": "10.11.0",
	"server": {"executables": {"linux-amd64": "server/dist/plugin-linux-amd64", "darwin-arm64": "server/dist/plugin-darwin-arm64"}},
	"webapp": {"bundle_path": "webapp/dist/main.js"},
	"settings_schema": {"settings": [{"key": "ZoomURL", "display_name": "Zoom URL:", "type": "text", "secret": true}]}
}`

// project lays out a folder with the given plugin.json and an icon.
func project(t *testing.T, manifestText string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "plugin.json"), []byte(manifestText), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "assets"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "assets", "icon.svg"), []byte("<svg/>"), 0o600))
	return dir
}

// mustGit runs git in dir with an identity of its own, away from the machine's configuration.
func mustGit(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.com", "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.com")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "git %v: %s", args, out)
}

// commit records everything in dir and tags the commit.
func commit(t *testing.T, dir string, tags ...string) {
	t.Helper()
	mustGit(t, dir, "commit", "--quiet", "--allow-empty", "--message", "work")
	for _, tag := range tags {
		mustGit(t, dir, "tag", tag)
	}
}

func TestThisProjectsManifestLoadsAndNamesBothHalves(t *testing.T) {
	t.Parallel()
	m, err := load(projectRoot)
	require.NoError(t, err)
	require.NoError(t, m.IsValid())
	require.Equal(t, "zoom", m.Id, "admins swap this bundle in for the public plugin, so the id stays")
	require.True(t, m.HasServer())
	require.True(t, m.HasWebapp())
}

func TestVersionComesFromTheTags(t *testing.T) {
	t.Parallel()
	for name, story := range map[string]struct {
		pinned string
		tags   []string // on the one commit that HEAD is, or follows
		after  int      // commits after the tagged one
		want   string   // a regular expression
	}{
		"a release builds its own version":              {tags: []string{"v1.3.1"}, want: `^1\.3\.1$`},
		"work after a release adds the short hash":      {tags: []string{"v1.3.1"}, after: 2, want: `^1\.3\.1\+[0-9a-f]{8}$`},
		"without any tag it counts from nought":         {after: 1, want: `^0\.0\.0\+[0-9a-f]{8}$`},
		"tags that name no version do not count":        {tags: []string{"nightly", "vnext"}, want: `^0\.0\.0\+[0-9a-f]{8}$`},
		"a release outranks its candidates":             {tags: []string{"v2.0.0-rc1", "v2.0.0"}, want: `^2\.0\.0$`},
		"ten is more than nine":                         {tags: []string{"v1.9.0", "v1.10.0"}, want: `^1\.10\.0$`},
		"work after a candidate stays a pre-release":    {tags: []string{"v2.0.0-rc1"}, after: 1, want: `^2\.0\.0-rc1\+[0-9a-f]{8}$`},
		"a version in the manifest switches this off":   {pinned: "4.5.6", tags: []string{"v1.3.1"}, after: 1, want: `^4\.5\.6$`},
		"a version in the manifest needs no tag at all": {pinned: "4.5.6", want: `^4\.5\.6$`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			mustGit(t, dir, "init", "--quiet")
			commit(t, dir, story.tags...)
			for range story.after {
				commit(t, dir)
			}
			got, err := version(t.Context(), dir, story.pinned)
			require.NoError(t, err)
			require.Regexp(t, story.want, got)
			_, err = apply(&manifest{Id: "zoom", Name: "Zoom"}, got, "")
			require.NoError(t, err, "the server accepts the version")
		})
	}
}

func TestASourceArchiveBuildsWithoutGit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustGit(t, dir, "init", "--quiet") // a repository without a commit: the folder above may be one, so git must stop here
	got, err := version(t.Context(), dir, "")
	require.NoError(t, err)
	require.Equal(t, "0.0.0", got)
}

func TestQuestionsOfTheMakefile(t *testing.T) {
	t.Parallel()
	dir := project(t, smallManifest)
	for question, want := range map[string]string{"id": "zoom\n", "has_server": "true\n", "has_webapp": "true\n", "check": ""} {
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), dir, []string{question}, &out), question)
		require.Equal(t, want, out.String(), question)
	}
	require.ErrorContains(t, run(t.Context(), dir, []string{"colour"}, &bytes.Buffer{}), "unknown command")
	require.ErrorContains(t, run(t.Context(), dir, nil, &bytes.Buffer{}), "usage")
}

func TestCheckFindsWhatTheServerWouldRefuseOrIgnore(t *testing.T) {
	t.Parallel()
	for name, story := range map[string]struct{ manifest, want string }{
		"no name":                {`{"id": "zoom"}`, "name is needed"},
		"misspelt key":           {`{"id": "zoom", "name": "Zoom", "min_server_versoin": "10.11.0"}`, "unknown field"},
		"broken JSON":            {`{"id": `, "parse plugin.json"},
		"icon that is not there": {`{"id": "zoom", "name": "Zoom", "icon_path": "assets/other.svg"}`, "icon that is missing"},
		"setting declared twice": {
			`{"id": "zoom", "name": "Zoom", "settings_schema": {"settings": [{"key": "A", "type": "text"}, {"key": "A", "type": "bool"}]}}`,
			`setting "A" twice`,
		},
		"setting of no known type": {`{"id": "zoom", "name": "Zoom", "settings_schema": {"settings": [{"key": "A", "type": "colour"}]}}`, "not valid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), project(t, story.manifest), []string{"check"}, &bytes.Buffer{})
			require.ErrorContains(t, err, story.want)
		})
	}
}

func TestApplyFillsInTheVersionAndLosesNothing(t *testing.T) {
	t.Parallel()
	source, err := load(projectRoot)
	require.NoError(t, err)
	text, err := apply(source, "1.2.3", "")
	require.NoError(t, err)

	var bundled manifest
	require.NoError(t, json.Unmarshal(text, &bundled))
	require.Equal(t, "1.2.3", bundled.Version)
	bundled.Version = source.Version
	require.Equal(t, source, &bundled)
}

func TestABundleForOnePlatformPromisesOnlyItsBinary(t *testing.T) {
	t.Parallel()
	dir := project(t, smallManifest)
	file := filepath.Join(t.TempDir(), "plugin.json")
	require.NoError(t, run(t.Context(), dir, []string{"apply", "-o", file, "-platform", "linux-amd64"}, &bytes.Buffer{}))
	text, err := os.ReadFile(file)
	require.NoError(t, err)

	var bundled manifest
	require.NoError(t, json.Unmarshal(text, &bundled))
	require.Equal(t, map[string]string{"linux-amd64": "server/dist/plugin-linux-amd64"}, bundled.Server.Executables)
	require.ErrorContains(t, run(t.Context(), dir, []string{"apply", "-platform", "plan9-mips"}, &bytes.Buffer{}), "plan9-mips")
}

func TestApplyRefusesAVersionThatIsNone(t *testing.T) {
	t.Parallel()
	_, err := apply(&manifest{Id: "zoom", Name: "Zoom"}, "latest", "")
	require.ErrorContains(t, err, `version "latest"`)
}
