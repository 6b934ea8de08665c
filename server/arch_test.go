package main_test

import (
	"go/ast"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mayImport says, for each package of the plugin, which others of ours it may import. A package that is missing here
// fails the test: adding one means deciding where it belongs.
//
// From top to bottom: what everyone may use, the core in plain Go, the vendor's side, the use cases, the adapters, and
// the one place that knows them all.
var mayImport = map[string][]string{
	"fault":   {},
	"logging": {},
	"pause":   {},
	"digest":  {},
	"hints":   {},
	"chat":    {"fault"},
	"i18n":    {"chat"},

	"command": {"chat"},
	"config":  {},

	"zoom":  {"fault"},
	"oauth": {"chat", "digest", "fault", "pause"},
	"queue": {"fault"},

	"provider":           {"chat", "fault"},
	"provider/untrusted": {"chat"},
	"provider/bitbucket": {"chat", "fault", "provider", "provider/untrusted"},
	"provider/jenkins":   {"chat", "fault", "provider", "provider/untrusted"},
	"provider/pagerduty": {"chat", "fault", "pause", "provider", "provider/untrusted"},
	"provider/sentry":    {"chat", "fault", "provider", "provider/untrusted"},

	"account": {"chat", "fault", "oauth", "takeover", "zoom"},
	"meeting": {"chat", "command", "fault", "zoom"},

	"bridge":              {"chat", "digest", "fault", "provider", "queue"},
	"bridge/action":       {"bridge", "bridge/access", "bridge/connection", "bridge/conversation", "bridge/delivery", "bridge/notice", "chat", "digest", "fault", "provider"},
	"bridge/console":      {"bridge", "bridge/access", "bridge/connection", "bridge/conversation", "bridge/notice", "bridge/signin", "bridge/subscription", "chat", "command", "fault", "provider"},
	"bridge/access":       {"bridge", "chat", "digest", "fault", "provider"},
	"bridge/assembly":     {"bridge", "bridge/access", "bridge/action", "bridge/cache", "bridge/connection", "bridge/console", "bridge/conversation", "bridge/delivery", "bridge/lookup", "bridge/notice", "bridge/oncall", "bridge/signin", "bridge/subject", "bridge/subscription", "bridge/surfaces", "chat", "command", "provider"},
	"bridge/cache":        {"bridge", "bridge/connection"},
	"bridge/connection":   {"bridge", "bridge/access", "bridge/conversation", "bridge/notice", "chat", "digest", "fault", "pause", "provider", "queue"},
	"bridge/delivery":     {"bridge", "bridge/notice", "bridge/subject", "chat", "digest", "fault", "provider", "queue"},
	"bridge/lookup":       {"bridge", "bridge/access", "bridge/connection", "bridge/conversation", "bridge/delivery", "bridge/notice", "chat", "fault", "provider"},
	"bridge/oncall":       {"bridge", "bridge/access", "bridge/connection", "bridge/conversation", "bridge/notice", "chat", "digest", "fault", "provider", "queue"},
	"bridge/notice":       {"bridge", "chat"},
	"bridge/conversation": {"bridge", "chat", "fault", "provider"},
	"bridge/signin":       {"bridge", "bridge/conversation", "bridge/notice", "chat", "command", "fault", "provider"},
	"bridge/subject":      {"bridge", "chat", "pause", "provider", "queue"},
	"bridge/surfaces":     {"bridge", "chat"},
	"bridge/subscription": {"bridge", "bridge/access", "bridge/connection", "bridge/conversation", "bridge/notice", "chat", "command", "fault", "provider"},

	"session":             {"chat", "digest", "fault", "oauth", "provider"},
	"takeover":            {"chat", "meeting"},
	"mattermost":          {"bridge", "chat", "command", "fault", "i18n", "logging", "mattermost/markdown", "meeting", "queue"}, // never memory or postgres: it knows no records
	"mattermost/markdown": {"chat"},
	"zoomchat":            {"bridge", "bridge/conversation", "chat", "command", "fault", "meeting", "pause", "queue", "zoom", "zoomchat/content", "zoomchat/event"},
	"zoomchat/content":    {"chat"},
	"zoomchat/event":      {"zoom"},
	"httpapi":             {"account", "bridge", "bridge/console", "bridge/conversation", "chat", "fault", "meeting", "oauth", "provider", "zoom", "zoomchat", "zoomchat/event"},

	"postgres":       {"account", "bridge", "chat", "digest", "fault", "meeting", "oauth", "postgres/query", "provider", "queue", "session", "takeover", "zoomchat"},
	"postgres/query": {},

	"": {everything},

	// Stand-ins for tests; mayOnlyServeTests keeps them out of the plugin.
	"memory":                         {"bridge", "chat", "meeting", "oauth", "provider", "queue", "session", "takeover", "zoomchat"},
	"postgres/pgtest":                {"postgres"},
	"recordstest":                    {"account", "bridge", "bridge/assembly", "bridge/subject", "chat", "meeting", "oauth", "provider", "queue", "session", "zoomchat"},
	"mattermost/mmtest":              {"mattermost/mmtest/kvtable"},
	"provider/providertest":          {"chat", "i18n", "mattermost/markdown", "provider", "provider/providertest/plain", "zoomchat/content"},
	"provider/providertest/doorbell": {"chat", "provider"},
	"provider/providertest/plain":    {"bridge", "chat"},
	"mattermost/mmtest/kvtable":      {},
}

// everything is the right of package server itself, which wires the rest.
const everything = "*"

// mayOnlyServeTests are packages that no file but a test, or another of them, may import.
var mayOnlyServeTests = []string{"memory", "postgres/pgtest", "recordstest", "mattermost/mmtest", "provider/providertest", "provider/providertest/doorbell", "provider/providertest/plain", "mattermost/mmtest/kvtable"}

// vendorHomes lists the packages that can import a package of the Mattermost server, or one below it.
var vendorHomes = map[string][]string{
	"github.com/mattermost/mattermost/server/public/model":     {"", "mattermost", "mattermost/markdown", "mattermost/mmtest", "httpapi"},
	"github.com/mattermost/mattermost/server/public/plugin":    {"", "mattermost", "mattermost/mmtest"},
	"github.com/mattermost/mattermost/server/public/pluginapi": {"", "mattermost"},
}

func TestArchPackagesImportOnlyWhatTheTableAllows(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t, "server") {
		if file.isTest {
			continue // a test can set up everything that its story needs
		}
		allowed, known := mayImport[file.pkg]
		require.True(t, known, "server/%s has no line in mayImport: decide what it may import", file.pkg)
		for _, path := range file.imports() {
			target, ours := strings.CutPrefix(path, module+"/server/")
			if !ours || slices.Contains(allowed, everything) || slices.Contains(allowed, target) {
				continue
			}
			t.Errorf("%s imports %s; server/%s may import %v of ours", file.path, target, file.pkg, allowed)
		}
	}
}

func TestArchTheTableNamesOnlyPackagesThatExist(t *testing.T) {
	t.Parallel()
	exists := map[string]bool{}
	for _, file := range goFiles(t, "server") {
		exists[file.pkg] = true
	}
	for pkg, allowed := range mayImport {
		require.True(t, exists[pkg], "mayImport has a line for server/%s, which does not exist", pkg)
		for _, target := range allowed {
			require.True(t, target == everything || exists[target], "server/%s may import server/%s, which does not exist", pkg, target)
		}
	}
}

// TestArchTheTableHasNoUnusedEdge keeps the table exact: an unused right is a change of the design that no one decided.
func TestArchTheTableHasNoUnusedEdge(t *testing.T) {
	t.Parallel()
	used := map[string]map[string]bool{}
	for _, file := range goFiles(t, "server") {
		for _, path := range file.imports() {
			if target, ours := strings.CutPrefix(path, module+"/server/"); ours && !file.isTest {
				if used[file.pkg] == nil {
					used[file.pkg] = map[string]bool{}
				}
				used[file.pkg][target] = true
			}
		}
	}
	for pkg, allowed := range mayImport {
		for _, target := range allowed {
			if target != everything && !used[pkg][target] {
				t.Errorf("server/%s may import server/%s and does not: take it out of mayImport", pkg, target)
			}
		}
	}
}

func TestArchMattermostsTypesStayInTheirHomes(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t, "server") {
		for _, path := range file.imports() {
			for vendor, homes := range vendorHomes {
				within := path == vendor || strings.HasPrefix(path, vendor+"/")
				if within && !file.isTest && !slices.Contains(homes, file.pkg) {
					t.Errorf("%s imports %s, which may appear only in %q", file.path, path, homes)
				}
			}
		}
	}
}

func TestArchThePluginHoldsNothingMadeForTests(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t, "server") {
		if file.isTest || slices.Contains(mayOnlyServeTests, file.pkg) {
			continue
		}
		for _, path := range file.imports() {
			local, ours := strings.CutPrefix(path, module+"/")
			if !ours {
				continue
			}
			top, inServer, _ := strings.Cut(local, "/")
			if top != "server" || slices.Contains(mayOnlyServeTests, inServer) {
				t.Errorf("%s imports %s, which must not be in the plugin's binary", file.path, local)
			}
		}
	}
}

// TestArchTheSandboxKnowsNothingOfThePlugin keeps the simulated Zoom independent: code that both sides share could
// hide a misunderstanding.
func TestArchTheSandboxKnowsNothingOfThePlugin(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t, "sandbox") {
		for _, path := range file.imports() {
			if strings.HasPrefix(path, module+"/server") && !file.isTest {
				t.Errorf("%s imports %s", file.path, path)
			}
		}
	}
}

// TestArchOnlyTheSurfaceKnowsMattermostsIDs keeps places, people and messages neutral: outside of Mattermost's own packages and the wiring,
// no field, parameter or variable is the bare ID of something that belongs to a surface.
func TestArchOnlyTheSurfaceKnowsMattermostsIDs(t *testing.T) {
	t.Parallel()
	homes := []string{"", "mattermost", "mattermost/mmtest", "httpapi"}
	bare := []string{"channelid", "rootid", "postid", "userid", "triggerid"}
	for _, file := range goFiles(t, "server") {
		if file.isTest || slices.Contains(homes, file.pkg) || slices.Contains(vendorIDs, file.pkg) {
			continue
		}
		ast.Inspect(file.syntax, func(n ast.Node) bool {
			names := []*ast.Ident{}
			switch d := n.(type) {
			case *ast.Field:
				names = d.Names
			case *ast.ValueSpec:
				names = d.Names
			}
			for _, name := range names {
				if slices.Contains(bare, strings.ToLower(name.Name)) {
					t.Errorf("%s declares %s; take a chat.Place, chat.Actor, chat.PersonID or chat.MessageRef", file.path, name.Name)
				}
			}
			return true
		})
	}
}

// vendorIDs are packages in which a user's ID is the vendor's.
var vendorIDs = []string{"zoom", "zoomchat", "zoomchat/event", "account", "oauth"}
