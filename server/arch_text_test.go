package main_test

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

// textHomes are the packages that make Markdown, or read the markup of catalogues.
var textHomes = []string{"i18n", "mattermost", "mattermost/markdown"}

// markdownShape is what only Markdown looks like: a link, strong text, code, an item or a heading.
var markdownShape = regexp.MustCompile("\\]\\(|\\*\\*[^*/]+\\*\\*|`[^`]+`|^\\* |^#### |\n\\* ")

func TestArchMarkdownIsMadeByTheSurfaceAlone(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t, "server") {
		if file.isTest || slices.Contains(textHomes, file.pkg) || slices.Contains(mayOnlyServeTests, file.pkg) {
			continue
		}
		ast.Inspect(file.syntax, func(n ast.Node) bool {
			switch node := n.(type) {
			case *ast.CallExpr:
				if isSelector(node.Fun, "chat", "Words") && hasDynamicText(node) {
					t.Errorf("%s: only constants are words of our own", file.set.Position(node.Pos()))
				}
			case *ast.Field:
				return node.Tag == nil
			case *ast.BasicLit:
				if node.Kind != token.STRING {
					return true
				}
				text, err := strconv.Unquote(node.Value)
				if err == nil && markdownShape.MatchString(text) {
					t.Errorf("%s: %q is Markdown; pass a chat.Text, or put it into a catalogue", file.set.Position(node.Pos()), text)
				}
			}
			return true
		})
	}
}

// hasDynamicText reports whether an argument of the call is no constant.
func hasDynamicText(call *ast.CallExpr) bool {
	return slices.ContainsFunc(call.Args, func(arg ast.Expr) bool { _, constant := arg.(*ast.BasicLit); return !constant })
}
