package mattermost_test

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/mattermost"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// decode reads JSON; the zero value if it is invalid.
func decode[T any](r io.Reader) T {
	var value T
	_ = json.NewDecoder(r).Decode(&value)
	return value
}

func TestTheTableIsReadAndCleared(t *testing.T) {
	t.Parallel()
	mm := mmtest.New(t)
	kv := mattermost.NewKV(mm.API())
	value, err := kv.Get("key")
	require.NoError(t, err)
	require.Nil(t, value)
	for _, key := range []string{"b", "key", "a"} {
		require.NoError(t, mm.KV.Set(key, []byte("of "+key), 0))
	}
	value, err = kv.Get("key")
	require.NoError(t, err)
	require.Equal(t, "of key", string(value))
	keys, err := kv.Keys(0, 2)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, keys)
	for range 2 {
		require.NoError(t, kv.Delete("key"), "what is not there can be deleted")
	}
	keys, err = kv.Keys(1, 2)
	require.NoError(t, err)
	require.Empty(t, keys)
}

func TestBotIsMadeOnceAndFoundAgain(t *testing.T) {
	t.Parallel()
	mm := mmtest.New(t)
	mm.Bundle = t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(mm.Bundle, "profile.png"), []byte("picture"), 0o600))
	first, err := mattermost.EnsureBot(mm.API())
	require.NoError(t, err)
	second, err := mattermost.EnsureBot(mm.API())
	require.NoError(t, err)
	require.Equal(t, first, second)

	require.NoError(t, mattermost.SetBotPicture(mm.API(), first, "profile.png"))
	require.Equal(t, []byte("picture"), mm.Picture(first))
	require.Error(t, mattermost.SetBotPicture(mm.API(), first, "missing.png"))
}

// The server returns the account with the username, even a person's; notes would then come from a person, with the bot's picture.
func TestPersonWithTheBotsNameIsNotTakenForTheBot(t *testing.T) {
	t.Parallel()
	mm := mmtest.New(t)
	mm.AddUser("zoom")
	_, err := mattermost.EnsureBot(mm.API())
	require.ErrorIs(t, err, mattermost.ErrNameTaken)
}

func TestBrokenConnectionIsNoticed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.True(t, w.Alive())

	var ends atomic.Int32
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.WatchAlive(t.Context(), time.Millisecond, func() { ends.Add(1) })
	}()
	time.Sleep(5 * time.Millisecond)
	require.Zero(t, ends.Load())
	w.mm.BreakConnection()
	<-done
	require.EqualValues(t, 1, ends.Load())
	require.False(t, w.Alive())

	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	w.WatchAlive(cancelled, time.Hour, func() { t.Error("no call after the end") })
}

func tree() *command.Command {
	return &command.Command{Name: "zoom", Help: chat.Say("command.zoom"), Sub: []*command.Command{
		{Name: "start", Help: chat.Say("command.start"), Hint: chat.Say("command.start.hint")},
		{Name: "help", Help: chat.Say("command.help")},
		{Name: "doctor", Help: chat.Say("command.doctor"), Admin: true},
	}}
}

func TestCommandLineIsCompletedFromTheTree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.RegisterCommand(tree(), "Zoom", "missing.svg"), "a missing picture is no reason to have no command")
	registered := w.mm.Command("zoom")
	require.NotNil(t, registered)
	require.Equal(t, "[start|help]", registered.AutoCompleteHint)

	data := registered.AutocompleteData
	require.NoError(t, data.IsValid())
	require.Equal(t, "start", data.SubCommands[0].Trigger)
	require.Equal(t, "[topic]", data.SubCommands[0].Hint)
	require.Empty(t, data.SubCommands[0].Arguments, "the server would insist on an argument without a name")
	require.Equal(t, model.SystemUserRoleId, data.SubCommands[1].RoleID)
	require.Equal(t, model.SystemAdminRoleId, data.SubCommands[2].RoleID, "to others it does not exist")
}

func TestCommandHasItsPicture(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mm.Bundle = t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(w.mm.Bundle, "icon.svg"), []byte("<svg/>"), 0o600))
	require.NoError(t, w.RegisterCommand(tree(), "Zoom", "icon.svg"))
	require.True(t, strings.HasPrefix(w.mm.Command("zoom").AutocompleteIconData, "data:image/svg+xml;base64,"))
}

func TestLogGoesToTheServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Info("one", "n", 1)
	w.Warn("two", "error", "bad")
	w.Error("three")
	require.Equal(t, []string{"info one n=1", "warn two error=bad", "error three"}, w.mm.Logs())
}
