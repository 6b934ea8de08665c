package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/pkg/errors"
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
	require.NoError(t, os.Mkdir(filepath.Join(dir, "public"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "public", "face.png"), []byte("png"), 0o600))
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
			_, _, err = apply(&manifest{Id: "zoom", Name: "Zoom"}, got, "")
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
	require.ErrorContains(t, run(t.Context(), dir, []string{"paint"}, &bytes.Buffer{}), "unknown command")
	require.ErrorContains(t, run(t.Context(), dir, nil, &bytes.Buffer{}), "usage")
}

func TestCheckFindsWhatTheServerWouldRefuseOrIgnore(t *testing.T) {
	t.Parallel()
	for name, story := range map[string]struct{ manifest, want string }{
		"no name":                {`{"id": "zoom"}`, "name is needed"},
		"key with a slip":        {`{"id": "zoom", "name": "Zoom", "min_server_versions": "10.11.0"}`, "unknown field"},
		"broken JSON":            {`{"id": `, "parse plugin.json"},
		"icon that is not there": {`{"id": "zoom", "name": "Zoom", "icon_path": "assets/other.svg"}`, "icon that is missing"},
		"setting declared twice": {
			`{"id": "zoom", "name": "Zoom", "settings_schema": {"settings": [{"key": "A", "type": "text"}, {"key": "A", "type": "bool"}]}}`,
			`setting "A" twice`,
		},
		"setting of no known type": {`{"id": "zoom", "name": "Zoom", "settings_schema": {"settings": [{"key": "A", "type": "paint"}]}}`, "not valid"},
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
	_, text, err := apply(source, "1.2.3", "")
	require.NoError(t, err)

	var bundled manifest
	require.NoError(t, json.Unmarshal(text, &bundled))
	require.Equal(t, "1.2.3", bundled.Version)
	bundled.Version = source.Version
	require.Equal(t, source, &bundled)
}

func TestC14_TheBundleNamesWhereToGetHelp(t *testing.T) {
	t.Setenv("HOMEPAGE_URL", "https://example.com/zoom")
	t.Setenv("SUPPORT_URL", "https://example.com/zoom/help")
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), project(t, smallManifest), []string{"apply"}, &out))
	require.Contains(t, out.String(), `"homepage_url": "https://example.com/zoom"`)
	require.Contains(t, out.String(), `"support_url": "https://example.com/zoom/help"`)
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
	_, _, err := apply(&manifest{Id: "zoom", Name: "Zoom"}, "latest", "")
	require.ErrorContains(t, err, `version "latest"`)
}

func TestABundleHoldsWhatAServerInstalls(t *testing.T) {
	t.Parallel()
	dir := project(t, smallManifest)
	built(t, dir)
	files := unpack(t, makeBundle(t, dir))
	require.Equal(t, map[string]string{
		"zoom/assets/icon.svg":                 "-rw-r--r-- <svg/>",
		"zoom/public/face.png":                 "-rw-r--r-- png",
		"zoom/server/dist/plugin-darwin-arm64": "-rwxr-xr-x binary",
		"zoom/server/dist/plugin-linux-amd64":  "-rwxr-xr-x binary",
		"zoom/webapp/dist/main.js":             "-rw-r--r-- script",
	}, files.others)
	require.Equal(t, "0.0.0", files.manifest.Version)
}

func TestADevelopersBundleHoldsOneBinary(t *testing.T) {
	t.Parallel()
	dir := project(t, smallManifest)
	built(t, dir)
	files := unpack(t, makeBundle(t, dir, "-platform", "linux-amd64", "-fast"))
	require.Contains(t, files.others, "zoom/server/dist/plugin-linux-amd64")
	require.NotContains(t, files.others, "zoom/server/dist/plugin-darwin-arm64")
	require.Len(t, files.manifest.Server.Executables, 1)
}

func TestTheSameFilesMakeTheSameBundle(t *testing.T) {
	t.Parallel()
	var bundles [][]byte
	for _, age := range []time.Duration{0, 24 * time.Hour} {
		dir := project(t, smallManifest)
		built(t, dir)
		old := time.Now().Add(-age)
		require.NoError(t, os.Chtimes(filepath.Join(dir, "assets", "icon.svg"), old, old))
		bundles = append(bundles, makeBundle(t, dir))
	}
	require.Equal(t, bundles[0], bundles[1])
}

func TestNoBundleWithoutItsFiles(t *testing.T) {
	t.Parallel()
	dir := project(t, smallManifest)
	file := filepath.Join(dir, "dist", "zoom.tar.gz")
	require.ErrorContains(t, run(t.Context(), dir, []string{"bundle", "-o", file}, &bytes.Buffer{}), "read a file of the bundle")
	left, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	require.Empty(t, left, "nothing half done stays behind")
	require.ErrorContains(t, run(t.Context(), dir, []string{"bundle"}, &bytes.Buffer{}), "needs -o")
}

// built puts in place what the compilers would have made. The folder is an empty git repository, so that the version does
// not come from a repository around the temporary folder.
func built(t *testing.T, dir string) {
	t.Helper()
	mustGit(t, dir, "init", "--quiet")
	for name, text := range map[string]string{
		"server/dist/plugin-linux-amd64": "binary", "server/dist/plugin-darwin-arm64": "binary", "webapp/dist/main.js": "script",
	} {
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
}

// makeBundle runs the bundle command and returns the file it wrote.
func makeBundle(t *testing.T, dir string, flags ...string) []byte {
	t.Helper()
	file := filepath.Join(dir, "dist", "zoom.tar.gz")
	require.NoError(t, run(t.Context(), dir, append([]string{"bundle", "-o", file}, flags...), &bytes.Buffer{}))
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return data
}

// unpacked is a bundle's content: its manifest, and "mode text" of every other file.
type unpacked struct {
	manifest manifest
	others   map[string]string
}

func unpack(t *testing.T, data []byte) unpacked {
	t.Helper()
	zipped, err := gzip.NewReader(bytes.NewReader(data))
	require.NoError(t, err)
	files := unpacked{others: map[string]string{}}
	for archive := tar.NewReader(zipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		require.NoError(t, err)
		text, err := io.ReadAll(archive)
		require.NoError(t, err)
		if header.Name == "zoom/plugin.json" {
			require.NoError(t, json.Unmarshal(text, &files.manifest))
			continue
		}
		files.others[header.Name] = header.FileInfo().Mode().String() + " " + string(text)
	}
}
