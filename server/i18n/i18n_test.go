package i18n

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

func catalogue(t *testing.T) *Catalogue {
	t.Helper()
	c, err := NewCatalogue()
	require.NoError(t, err)
	return c
}

func TestAMessageIsFilledWithItsParameters(t *testing.T) {
	t.Parallel()
	text := catalogue(t).Text("en", chat.Say("fault.not_configured", "Setting", "Zoom URL")).String()
	require.Contains(t, text, "“Zoom URL”")
}

func TestAMessageMayHoldAnother(t *testing.T) {
	t.Parallel()
	line := chat.Say("help.line", "Command", "/zoom help").WithMessage("Help", chat.Say("command.help"))
	require.Equal(t, "/zoom help – Show the available commands.", catalogue(t).Text("en", line).String())
}

func TestSeveralMessagesStandBelowEachOther(t *testing.T) {
	t.Parallel()
	text := catalogue(t).Text("en", chat.Lines(chat.Say("choice.ask"), chat.Say("choice.started"))).String()
	require.Equal(t, "Which meeting do you want to start?\nYour meeting has started.", text)
}

func TestAnUnknownLanguageReadsEnglishAndAnUnknownMessageItsID(t *testing.T) {
	t.Parallel()
	require.Equal(t, "Disconnected from Zoom.", catalogue(t).Text("tlh", chat.Say("disconnect.done")).String())
	require.Equal(t, "no.such.message", catalogue(t).Text("en", chat.Say("no.such.message")).String())
	require.Empty(t, catalogue(t).Text("en", chat.Message{}).String())
}

func TestParametersAreNotRead(t *testing.T) {
	t.Parallel()
	text := catalogue(t).Text("en", chat.Say("fault.zoom_refused", "Message", "{{.Code}} {{index .}}")).String()
	require.Contains(t, text, "{{.Code}} {{index .}}")
}

func TestEveryFailureHasASentence(t *testing.T) {
	t.Parallel()
	for _, code := range faultCodes(t) {
		failure := fault.New(fault.Code(code))
		for _, name := range []string{"Link", "Setting", "Provider", "Command", "Host", "Who", "Limit", "Example", "Site", "Home"} {
			failure = failure.With(name, "x")
		}
		err := errors.Wrap(failure, "somewhere deep")
		text := catalogue(t).Text("en", chat.Failure(err)).String()
		require.NotEqual(t, "fault."+code, text)
		require.NotContains(t, text, "<no value>", code)
	}
	require.Equal(t, "fault.internal", chat.Failure(errors.New("a nil pointer")).ID, "what is no fault is internal")
}

// The catalogue has every message that the code uses, and no unused one.
func TestTheCatalogueIsComplete(t *testing.T) {
	t.Parallel()
	texts := english(t)
	used := usedIDs(t, texts)
	for _, code := range faultCodes(t) {
		used["fault."+code] = true
	}
	for id := range used {
		require.True(t, known(texts, id), "the catalogue lacks %q", id)
	}
	for id := range texts {
		require.True(t, asked(used, id), "nothing shows %q", id)
	}
}

// english returns all English messages, those that other packages bring along included.
func english(t *testing.T) map[string]any {
	texts := map[string]any{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != "en.json" && !strings.HasSuffix(entry.Name(), ".en.json") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var own map[string]any
		if err := json.Unmarshal(content, &own); err != nil {
			return errors.Wrap(err, path)
		}
		for id, text := range own {
			require.NotContains(t, texts, id, "%s has a message that another file has", path)
			texts[id] = text
		}
		return nil
	})
	require.NoError(t, err)
	return texts
}

// known reports whether the catalogue has the ID; one that ends in "." or "_" stands for all with that prefix.
func known(texts map[string]any, id string) bool {
	if _, ok := texts[id]; ok || !strings.HasSuffix(id, ".") {
		return ok
	}
	for have := range texts {
		if strings.HasPrefix(have, id) {
			return true
		}
	}
	return false
}

func asked(used map[string]bool, id string) bool {
	if used[id] {
		return true
	}
	for prefix := range used {
		if strings.HasSuffix(prefix, ".") && strings.HasPrefix(id, prefix) {
			return true
		}
	}
	return false
}

// usedIDs returns the string literals of the server's code that look like ids of these messages. Ids that are put together, such as
// "check." + id, appear by their beginning.
func usedIDs(t *testing.T, texts map[string]any) map[string]bool {
	groups := groupsOf(texts)
	used := map[string]bool{}
	inspect(t, "..", func(n ast.Node) {
		literal, ok := n.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return
		}
		value, err := strconv.Unquote(literal.Value)
		if err == nil && messageID(groups, value) {
			used[value] = true
		}
	})
	return used
}

// groupsOf returns the first words of the ids. Those of faults are left out: their ids are the codes.
func groupsOf(texts map[string]any) map[string]bool {
	groups := map[string]bool{}
	for id := range texts {
		group, _, _ := strings.Cut(id, ".")
		groups[group] = true
	}
	delete(groups, "fault")
	return groups
}

func messageID(groups map[string]bool, s string) bool {
	group, _, found := strings.Cut(s, ".")
	return found && groups[group] && !strings.ContainsAny(s, " /%:") && !strings.HasSuffix(s, ".html") && !strings.HasSuffix(s, ".go")
}

func faultCodes(t *testing.T) []string {
	var codes []string
	inspect(t, "../fault", func(n ast.Node) {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return
		}
		kind, ok := spec.Type.(*ast.Ident)
		if !ok || kind.Name != "Code" {
			return
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		require.NoError(t, err)
		codes = append(codes, value)
	})
	require.NotEmpty(t, codes)
	return codes
}

func inspect(t *testing.T, dir string, visit func(ast.Node)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool { visit(n); return true })
		return nil
	})
	require.NoError(t, err)
}
