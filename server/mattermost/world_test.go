package mattermost_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/mattermost"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/zoom"
)

var (
	_ meeting.Chat      = (*mattermost.Client)(nil)
	_ meeting.Board     = (*mattermost.Client)(nil)
	_ account.Directory = (*mattermost.Client)(nil)
	_ bridge.Persons    = (*mattermost.Surface)(nil)
	_ bridge.Product    = (*mattermost.Surface)(nil)
)

var update = flag.Bool("update", false, "rewrite the golden files")

// world is a server with two users who share a channel, and a client that acts as the bot.
type world struct {
	*mattermost.Client
	mm         *mmtest.Mattermost
	alice, bob *mmtest.User
	townSquare *mmtest.Channel
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{mm: mmtest.New(t)}
	w.alice, w.bob = w.mm.AddUser("alice"), w.mm.AddUser("bob")
	w.townSquare = w.mm.AddChannel("town-square", mmtest.Public, w.alice, w.bob)
	botID, err := mattermost.EnsureBot(w.mm.API())
	require.NoError(t, err)
	catalogue, err := i18n.NewCatalogue(bridge.Texts())
	require.NoError(t, err)
	w.Client = mattermost.New(w.mm.API(), botID, catalogue, w.mm.Now)
	return w
}

// standUp returns a meeting with all fields that Zoom may return.
func standUp() zoom.Meeting {
	return zoom.Meeting{
		ID: "85746065432", UUID: "4444AAAiAAAAAiAiAiiAii==", Topic: "Stand-up of *team* @all [red]",
		JoinURL: "https://zoom.us/j/85746065432?pwd=abc.1", Passcode: "a@b_1",
		DialIn: []zoom.DialIn{
			{Country: "US", City: "New York", Number: "+1 6465588656", Type: "toll"},
			{Country: "DE", Number: "+49 69 7104 9922", Type: "toll"},
			{Country: "XX", Number: "call **me**"},
		},
	}
}

// announced posts alice's meeting in town square.
func (w *world) announced(t *testing.T, m zoom.Meeting) *mmtest.Post {
	t.Helper()
	alice, err := w.Person(t.Context(), chat.PersonID(w.alice.ID))
	require.NoError(t, err)
	made, err := w.Announce(t.Context(), meeting.Announcement{
		Place: place(w.townSquare.ID), Creator: alice, Meeting: m,
	})
	require.NoError(t, err)
	post := w.townSquare.LastPost()
	require.Equal(t, in(w.townSquare.ID, post.Id), made)
	return post
}

// golden compares what clients get of a post with the file, except for generated IDs.
func golden(t *testing.T, name string, post *mmtest.Post) {
	t.Helper()
	attachments := post.Attachments()
	for _, a := range attachments {
		for _, action := range a.Actions {
			action.Id = ""
		}
	}
	post.AddProp("attachments", attachments)
	got, err := json.MarshalIndent(map[string]any{
		"type": post.Type, "message": post.Message, "props": post.GetProps(), "edited": post.Edited(),
	}, "", "  ")
	require.NoError(t, err)
	file := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.WriteFile(file, append(got, '\n'), 0o600))
	}
	want, err := os.ReadFile(filepath.Clean(file))
	require.NoError(t, err)
	require.Equal(t, string(want), string(got)+"\n")
}

// nine is the time at which the tests' meetings start.
func nine() time.Time { return time.Date(2026, 8, 3, 9, 0, 0, 0, time.UTC) }

func ended(start, end time.Time) meeting.Progress {
	return meeting.Progress{Status: meeting.Ended, UUID: "4444AAAiAAAAAiAiAiiAii==", StartedAt: start, EndedAt: end}
}
