package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTheInputsOfBitbucketAreShownCorrectly plays the inputs of Bitbucket as they were recorded; see TestTheInputsOfFaultsAreShownCorrectly.
func TestTheInputsOfBitbucketAreShownCorrectly(t *testing.T) {
	t.Parallel()
	files := recordedInputs(t, "bb")
	shown := map[string]func(*testing.T, *codeHost){
		"bb-known-commit-to-other-branch": func(t *testing.T, h *codeHost) {
			require.Len(t, cards(h.town), 2)
			fresh := cards(h.town)[1]
			requireTells(t, fresh.Text(), "main, production")
			require.Equal(t, []string{"Bob Example moved `production` to this commit."}, thread(fresh, h.town))
		},
		"bb-new-branch-commits": func(t *testing.T, h *codeHost) {
			requireTells(t, h.card(h.town).Text(), "Pushed · Add search", "bbbbbbb Add search", "aaaaaaa Prepare", "feature/search")
		},
		"bb-builds-before-pull-request": func(t *testing.T, h *codeHost) {
			requireTells(t, h.cardOf("#6", h.town).Text(), "Pipeline for feature/search failed")
		},
		"bb-fork-not-shown": func(t *testing.T, h *codeHost) {
			requireTells(t, h.card(h.town).Text(), "bob/web-fork:main → main")
		},
		"bb-mention-is-an-id": func(t *testing.T, h *codeHost) {
			said := strings.Join(thread(h.card(h.town), h.town), "\n")
			require.NotContains(t, said, "557058")
			requireSays(t, said, "someone can you look?")
		},
		"bb-dc-no-links": func(t *testing.T, h *codeHost) {
			for _, card := range cards(h.town) {
				require.True(t, strings.HasPrefix(linkOf(card), h.site+"/projects/ACME/repos/web/"), linkOf(card))
			}
		},
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			var in struct {
				Product    string `json:"product"`
				Deliveries []struct {
					Event string          `json:"event"`
					After string          `json:"after"`
					Body  json.RawMessage `json:"body"`
				} `json:"deliveries"`
			}
			require.NoError(t, json.Unmarshal(text, &in))
			h := newCloud(t)
			if in.Product == "dc" {
				h = newDataCenter(t, "9.4.0", "ACME")
			}
			h.follows(h.town)
			for _, d := range in.Deliveries {
				if d.After != "" {
					after, err := time.ParseDuration(d.After)
					require.NoError(t, err)
					h.later(after)
				}
				h.delivers(d.Event, string(d.Body))
			}
			require.Contains(t, shown, name, "what it should look like isn't written down")
			shown[name](t, h)
		})
	}
}
