// Package browser runs the specs of this folder in a real Chromium, on a stack of their own, beside the stories of e2e.
package browser

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// startWithin leaves time to build the server on a machine that has never built it.
const startWithin = 25 * time.Minute

func TestInARealBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("-short is set: the specs need a real server")
	}
	if missing := browserMissing(); missing != "" {
		if os.Getenv("CI") != "" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	ctx, cancel := context.WithTimeout(t.Context(), startWithin)
	defer cancel()
	s, err := stack.Start(ctx, stack.Options{
		Name: "browser", RequireEmailVerification: true, Progress: os.Stderr,
		Settings: stack.Settings{"EnableJenkins": true, "EnableBitbucket": true, "EnableSentry": true, "EnablePagerduty": true},
	})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	require.True(t, s.HasClient(), "build the host page first: make e2e-ready")
	var people []*stack.Person
	for _, name := range []string{"alice", "bob"} {
		p, err := s.NewPerson(ctx, name)
		require.NoError(t, err)
		_, err = s.Sandbox.NewAccount(ctx, stack.Account{Email: p.User.Email, FirstName: name, LastName: "Acme"})
		require.NoError(t, err)
		people = append(people, p)
	}
	facts := filepath.Join(t.TempDir(), "stack.json")
	require.NoError(t, s.Facts(people...).Write(facts))

	specs := exec.CommandContext(t.Context(), "npm", "test", "--silent")
	specs.Env = append(os.Environ(), "STACK_JSON="+facts)
	specs.Stdout, specs.Stderr = os.Stdout, os.Stderr
	require.NoError(t, specs.Run(), "the specs above failed; screenshots are in artifacts/screenshots")

	found, err := s.FindSecrets(ctx)
	require.NoError(t, err)
	t.Logf("no secret was left: looked through %s", found)
}

// browserMissing says what the specs lack, or "".
func browserMissing() string {
	if _, err := os.Stat("node_modules"); err != nil {
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
