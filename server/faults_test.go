package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// faultInputs holds deliveries that were once shown incorrectly, beside the checkout; they are not part of it.
const faultInputs = "../../shared/faults"

// faultInput is one of them: what happened, in order.
type faultInput struct {
	Product    string `json:"product"`
	Deliveries []struct {
		// After passes before it is sent.
		After string          `json:"after"`
		Body  json.RawMessage `json:"body"`
	} `json:"deliveries"`
}

var (
	// momentInInput is a time of the test's clock, from its beginning on; in milliseconds.
	momentInInput = regexp.MustCompile(`"@([0-9hms]+)"`)
	// lengthInInput stands for so many of a letter.
	lengthInInput = regexp.MustCompile(`«([0-9]+) (.)»`)
)

// recordedInputs returns the files with a provider's inputs. Where they are not beside the checkout, the test is skipped, and says so.
func recordedInputs(t *testing.T, prefix string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(faultInputs, prefix+"-*.json"))
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("SKIPPED, NOT PASSED: there are no recorded inputs in " + faultInputs + "; the stories of the table of faults have inputs of their own")
	}
	return files
}

// TestTheInputsOfFaultsAreShownCorrectly plays the inputs of Jenkins as they were recorded. Those of others have stories of their own.
func TestTheInputsOfFaultsAreShownCorrectly(t *testing.T) {
	t.Parallel()
	files := recordedInputs(t, "jenkins")
	shown := map[string]func(*testing.T, *bridgeWorld, []*mmtest.Post){
		"jenkins-recreated-job-swallowed": func(t *testing.T, w *bridgeWorld, _ []*mmtest.Post) {
			require.Equal(t, []string{"✅ Succeeded · renovate-all #1", "❌ Failed · renovate-all #1"}, titles(w.town))
		},
		"jenkins-time-in-the-future": func(t *testing.T, _ *bridgeWorld, all []*mmtest.Post) {
			requireSays(t, all[1].Text(), "After 1 failure, 3 h 59 min")
		},
		"jenkins-notify-step-message-lost": func(t *testing.T, w *bridgeWorld, all []*mmtest.Post) {
			require.Len(t, all, 1)
			requireSays(t, strings.Join(thread(all[0], w.town), "\n"), "deployed to staging", "deployed to prod")
			require.Contains(t, title(all[0]), "Running")
		},
		"jenkins-words-in-message": func(t *testing.T, w *bridgeWorld, all []*mmtest.Post) {
			require.Equal(t, []string{"💬 Message · web #7", "✅ Succeeded · web #8"}, titles(w.town))
			require.NotContains(t, all[1].Text(), "counting")
		},
		"jenkins-log-too-large": func(t *testing.T, w *bridgeWorld, _ []*mmtest.Post) {
			require.Equal(t, []string{"❌ Failed · web #7"}, titles(w.town))
		},
		"jenkins-br-in-commit": func(t *testing.T, w *bridgeWorld, all []*mmtest.Post) {
			said := strings.Join(thread(all[0], w.town), "\n")
			requireSays(t, said, "Fix login")
			require.NotContains(t, said, "JIRA-12")
		},
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newBridgeWorld(t)
			w.plays(file, w.connects(w.alice, "/jenkins connect", w.town))
			require.Contains(t, shown, name, "what it should look like isn't written down")
			shown[name](t, w, cards(w.town))
		})
	}
}

// plays sends the file's deliveries to the hook, in order.
func (w *bridgeWorld) plays(file string, h hook) {
	w.t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(w.t, err)
	begin := w.mm.Now()
	filled := momentInInput.ReplaceAllStringFunc(string(text), func(at string) string {
		after, err := time.ParseDuration(strings.Trim(at, `"@`))
		require.NoError(w.t, err)
		return strconv.FormatInt(begin.Add(after).UnixMilli(), 10)
	})
	var in faultInput
	require.NoError(w.t, json.Unmarshal([]byte(filled), &in))
	for _, d := range in.Deliveries {
		if d.After != "" {
			after, err := time.ParseDuration(d.After)
			require.NoError(w.t, err)
			w.zoom.Advance(after)
		}
		body := lengthInInput.ReplaceAllStringFunc(string(d.Body), func(length string) string {
			parts := lengthInInput.FindStringSubmatch(length)
			count, err := strconv.Atoi(parts[1])
			require.NoError(w.t, err)
			return strings.Repeat(parts[2], count)
		})
		require.Equal(w.t, http.StatusOK, w.arrives(h.withToken(), body, nil).Status)
		w.settle()
	}
}
