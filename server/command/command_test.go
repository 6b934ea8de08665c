package command_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
)

// tree returns a small /zoom that records what ran.
func tree(ran *string) *command.Command {
	run := func(name string) func(context.Context, command.Call) (chat.Message, error) {
		return func(_ context.Context, call command.Call) (chat.Message, error) {
			*ran = name + "|" + call.Text
			return chat.Message{}, nil
		}
	}
	return &command.Command{Name: "zoom", Sub: []*command.Command{
		{Name: "start", Run: run("start")},
		{Name: "doctor", Admin: true, Run: run("doctor")},
		{Name: "channel", Sub: []*command.Command{{Name: "list", Run: run("channel list")}}},
		{Name: "help", Run: run("help")},
	}}
}

func TestALineRunsTheCommandItNames(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"/zoom start":                       "start|",
		"/zoom start Weekly   sync":         "start|Weekly   sync",
		"  /zoom   START  help me  ":        "start|help me",
		"/zoom start \"quoted\" topic":      "start|\"quoted\" topic",
		"/zoom channel list":                "channel list|",
		"/zoom":                             "help|",
		"/zoom\tstart\ttabs":                "start|tabs",
		"/zoom start Ünïcode 🎉 @channel":    "start|Ünïcode 🎉 @channel",
		"/zoom start\nseveral\nlines of it": "start|several\nlines of it",
	} {
		var ran string
		_, err := tree(&ran).Execute(context.Background(), line, command.Call{})
		require.NoError(t, err)
		require.Equal(t, want, ran, line)
	}
}

func TestAnUnknownWordIsAnsweredWithWhatCanBeTyped(t *testing.T) {
	t.Parallel()
	var ran string
	answer, err := tree(&ran).Execute(context.Background(), "/zoom strat", command.Call{})
	require.NoError(t, err)
	require.Empty(t, ran)
	require.Equal(t, "command.unknown", answer.ID)
	require.Contains(t, answer.Params["Commands"].String(), "/zoom start")
	require.NotContains(t, answer.Params["Commands"].String(), "doctor", "admins' commands are not for everybody")
}

func TestAnAdminsCommandDoesNotExistForOthers(t *testing.T) {
	t.Parallel()
	var ran string
	answer, err := tree(&ran).Execute(context.Background(), "/zoom doctor", command.Call{})
	require.NoError(t, err)
	require.Equal(t, "command.unknown", answer.ID)
	_, err = tree(&ran).Execute(context.Background(), "/zoom doctor", command.Call{Admin: func() bool { return true }})
	require.NoError(t, err)
	require.Equal(t, "doctor|", ran)
}

func FuzzCommandLine(f *testing.F) {
	for _, line := range []string{"/zoom start x", "", "/zoom", "/zoom channel list \"", "zoom start\x00", "/zoom \u2028start"} {
		f.Add(line, true)
	}
	f.Fuzz(func(t *testing.T, line string, admin bool) {
		var ran string
		_, err := tree(&ran).Execute(context.Background(), line, command.Call{Admin: func() bool { return admin }})
		require.NoError(t, err)
	})
}
