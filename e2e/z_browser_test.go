package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// The specs in browser/ look at the same servers through a real Chromium.
func TestInARealBrowser(t *testing.T) {
	if missing := browserMissing(); missing != "" {
		if os.Getenv("CI") != "" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	w := begin(t, stack.UserApp)
	require.True(t, w.HasClient(), "build the host page first: make e2e-ready")
	var people []*stack.Person
	for _, name := range []string{"alice", "bob"} {
		p, err := w.NewPerson(w.ctx, name)
		require.NoError(t, err)
		_, err = w.Sandbox.NewAccount(w.ctx, stack.Account{Email: p.User.Email, FirstName: name, LastName: "Acme"})
		require.NoError(t, err)
		people = append(people, p)
	}
	facts := filepath.Join(t.TempDir(), "stack.json")
	require.NoError(t, w.Facts(people...).Write(facts))

	specs := exec.CommandContext(t.Context(), "npm", "test", "--silent")
	specs.Dir = "browser"
	specs.Env = append(os.Environ(), "STACK_JSON="+facts)
	specs.Stdout, specs.Stderr = os.Stdout, os.Stderr
	require.NoError(t, specs.Run(), "the specs above failed; screenshots are in artifacts/screenshots")
}

// browserMissing says what the specs lack, or "".
func browserMissing() string {
	if _, err := os.Stat(filepath.Join("browser", "node_modules")); err != nil {
		return "no npm packages in e2e/browser: run make e2e"
	}
	name := os.Getenv("CHROMIUM")
	if name == "" {
		name = "chromium"
	}
	if _, err := exec.LookPath(name); err != nil {
		return "no Chromium: install it, or name one in CHROMIUM"
	}
	return ""
}
