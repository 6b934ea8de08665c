package main_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/build/exhaustive"
)

const (
	module = "mattermost-plugin-zoom"

	// maxFileLines and maxFunctionLines are generous limits for what a reader can take in at once.
	maxFileLines     = 400
	maxFunctionLines = 80
	// maxMethods and maxPackageLines are what has one reason to change. Tests and the doubles of other products don't count.
	maxMethods      = 25
	maxPackageLines = 2500
	// maxParameters are the most of a constructor; what needs more takes a struct.
	maxParameters = 5
)

// largeTypes are the types with more methods than maxMethods, largePackages the packages with more lines than maxPackageLines.
var (
	largeTypes    = []string{}
	largePackages = []string{"bridge/connection"}
)

// ourCode are the folders whose Go code the craft rules hold for.
var ourCode = []string{"server", "sandbox", "build", "e2e"}

// postponed finds notes about unfinished work. It is joined from two halves so that it does not find itself.
var postponed = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`)

// goFile is one parsed source file.
type goFile struct {
	path   string // from the project's root, with slashes
	pkg    string // the folder below the walked one; "" for that folder itself
	isTest bool
	source []byte
	syntax *ast.File
	set    *token.FileSet
}

// goFiles returns all Go files below a folder of the project, each parsed once for all rules. They are read without the
// race detector: the rules start nothing.
func goFiles(t *testing.T, folder string) []goFile {
	t.Helper()
	exhaustive.Test(t)
	parsed, _ := parsedFolders.LoadOrStore(folder, sync.OnceValues(func() ([]goFile, error) { return parseFolder(folder) }))
	files, err := parsed.(func() ([]goFile, error))()
	require.NoError(t, err)
	require.NotEmpty(t, files, "no Go file below %s: does the test look in the right place?", folder)
	return files
}

// parsedFolders holds for each folder what goFiles returns, as a function that parses at its first call.
var parsedFolders sync.Map

func parseFolder(folder string) (files []goFile, err error) {
	root := filepath.Join("..", folder)
	err = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if entry.Name() == "node_modules" || entry.Name() == "testdata" || entry.Name() == "artifacts" {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		file := goFile{set: token.NewFileSet(), isTest: strings.HasSuffix(name, "_test.go")}
		if file.source, err = os.ReadFile(name); err != nil {
			return err
		}
		if file.syntax, err = parser.ParseFile(file.set, name, file.source, parser.ParseComments|parser.SkipObjectResolution); err != nil {
			return err
		}
		if ast.IsGenerated(file.syntax) {
			return nil
		}
		below, err := filepath.Rel(root, name)
		file.path = path.Join(folder, filepath.ToSlash(below))
		if file.pkg = path.Dir(filepath.ToSlash(below)); file.pkg == "." {
			file.pkg = ""
		}
		files = append(files, file)
		return err
	})
	return files, err
}

// imports returns the import paths of the file.
func (f goFile) imports() []string {
	var paths []string
	for _, spec := range f.syntax.Imports {
		if value, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, value)
		}
	}
	return paths
}

// line returns the line of a position.
func (f goFile) line(at token.Pos) int { return f.set.Position(at).Line }

// everyFile calls check for each Go file of ours.
func everyFile(t *testing.T, check func(t *testing.T, file goFile)) {
	t.Helper()
	for _, folder := range ourCode {
		for _, file := range goFiles(t, folder) {
			check(t, file)
		}
	}
}

func TestArchFilesAndFunctionsStayShort(t *testing.T) {
	t.Parallel()
	everyFile(t, func(t *testing.T, file goFile) {
		if lines := bytes.Count(file.source, []byte("\n")); lines > maxFileLines {
			t.Errorf("%s has %d lines; %d are the most", file.path, lines, maxFileLines)
		}
		if file.isTest {
			return // a table of stories may be long
		}
		for _, decl := range file.syntax.Decls {
			function, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if lines := file.line(function.End()) - file.line(function.Pos()) + 1; lines > maxFunctionLines {
				t.Errorf("%s: %s has %d lines; %d are the most", file.path, function.Name.Name, lines, maxFunctionLines)
			}
		}
	})
}

func TestArchTypesAndPackagesStaySmall(t *testing.T) {
	t.Parallel()
	methods, lines := map[string]int{}, map[string]int{}
	for _, file := range goFiles(t, "server") {
		if file.isTest || slices.Contains(mayOnlyServeTests, file.pkg) {
			continue
		}
		lines[file.pkg] += bytes.Count(file.source, []byte("\n"))
		for _, decl := range file.syntax.Decls {
			if function, ok := decl.(*ast.FuncDecl); ok && function.Recv != nil {
				methods[file.pkg+"."+receiver(function).Name]++
			}
		}
	}
	for name := range lines {
		if path.Dir(name) == "provider" {
			delete(lines, name) // all about one product is in one place
		}
	}
	require.ElementsMatch(t, largeTypes, above(methods, maxMethods), "types with more than %d methods", maxMethods)
	require.ElementsMatch(t, largePackages, above(lines, maxPackageLines), "packages with more than %d lines", maxPackageLines)
}

// above returns the names that count more than the limit.
func above(counts map[string]int, limit int) []string {
	var names []string
	for name, count := range counts {
		if count > limit {
			names = append(names, name)
		}
	}
	return names
}

func TestArchConstructorsTakeFewArgumentsAndStructsKeepNoContext(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t, "server") {
		if file.isTest {
			continue
		}
		ast.Inspect(file.syntax, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.FuncDecl:
				if count := node.Type.Params.NumFields(); node.Recv == nil && strings.HasPrefix(strings.ToLower(node.Name.Name), "new") && count > maxParameters {
					t.Errorf("%s: %s takes %d arguments; take a struct", file.path, node.Name.Name, count)
				}
			case *ast.StructType:
				for _, field := range node.Fields.List {
					if isSelector(field.Type, "context", "Context") {
						t.Errorf("%s:%d: a struct keeps a context; hand it to who needs it", file.path, file.line(field.Pos()))
					}
				}
			}
			return true
		})
	}
}

// TestArchNoHiddenStartsAndNoHiddenState allows one context value, since golang.org/x/oauth2 takes its HTTP client no
// other way.
func TestArchNoHiddenStartsAndNoHiddenState(t *testing.T) {
	t.Parallel()
	everyFile(t, func(t *testing.T, file goFile) {
		ast.Inspect(file.syntax, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.FuncDecl:
				if node.Name.Name == "init" && node.Recv == nil {
					t.Errorf("%s: init runs unseen; call it by its name where the program is wired", file.path)
				}
			case *ast.CallExpr:
				if !file.isTest && isSelector(node.Fun, "context", "WithValue") && !isSelector(node.Args[1], "oauth2", "HTTPClient") {
					t.Errorf("%s:%d: a context value is a hidden argument; pass it explicitly", file.path, file.line(node.Pos()))
				}
			}
			return true
		})
	})
}

// isSelector reports whether an expression is pkg.name.
func isSelector(expr ast.Expr, pkg, name string) bool {
	selector, ok := expr.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	from, ok := selector.X.(*ast.Ident)
	return ok && from.Name == pkg && selector.Sel.Name == name
}

func TestArchNoTODOsAreLeft(t *testing.T) {
	t.Parallel()
	everyFile(t, func(t *testing.T, file goFile) {
		for _, group := range file.syntax.Comments {
			for _, comment := range group.List {
				if mark := postponed.FindString(comment.Text); mark != "" {
					t.Errorf("%s:%d: %s: do it now, or file an issue", file.path, file.line(comment.Pos()), mark)
				}
			}
		}
	})
}

func TestArchEveryPackageIsDocumented(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	everyFile(t, func(_ *testing.T, file goFile) {
		if !file.isTest {
			folder := path.Dir(file.path)
			documented[folder] = documented[folder] || file.syntax.Doc != nil
		}
	})
	for folder, ok := range documented {
		if !ok {
			t.Errorf("%s has no package comment", folder)
		}
	}
}

func TestArchEveryExportedNameIsDocumented(t *testing.T) {
	t.Parallel()
	everyFile(t, func(t *testing.T, file goFile) {
		if file.isTest {
			return
		}
		for _, decl := range file.syntax.Decls {
			for _, name := range undocumented(decl) {
				t.Errorf("%s:%d: %s is exported and has no comment", file.path, file.line(name.Pos()), name.Name)
			}
		}
	})
}

// undocumented returns the exported names that a declaration introduces without a comment: functions, methods of exported
// types, types, the methods of interfaces, constants and variables. One comment may serve a group of constants or variables.
func undocumented(decl ast.Decl) []*ast.Ident {
	var bare []*ast.Ident
	check := func(documented bool, names ...*ast.Ident) {
		for _, name := range names {
			if name.IsExported() && !documented {
				bare = append(bare, name)
			}
		}
	}
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		check(decl.Doc != nil || !exportedReceiver(decl), decl.Name)
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				check(decl.Doc != nil || spec.Doc != nil || spec.Comment != nil, spec.Name)
				if port, ok := spec.Type.(*ast.InterfaceType); ok && spec.Name.IsExported() {
					for _, method := range port.Methods.List {
						check(method.Doc != nil || method.Comment != nil, method.Names...)
					}
				}
			case *ast.ValueSpec:
				check(decl.Doc != nil || spec.Doc != nil || spec.Comment != nil, spec.Names...)
			}
		}
	}
	return bare
}

// exportedReceiver reports whether a function has no receiver, or one of an exported type.
func exportedReceiver(function *ast.FuncDecl) bool {
	return function.Recv == nil || receiver(function).IsExported()
}

// receiver returns the name of the type that a method is of.
func receiver(function *ast.FuncDecl) *ast.Ident {
	of := &ast.Ident{}
	ast.Inspect(function.Recv.List[0].Type, func(node ast.Node) bool {
		if name, ok := node.(*ast.Ident); ok && of.Name == "" {
			of = name
		}
		return of.Name == ""
	})
	return of
}
