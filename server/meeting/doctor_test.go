package meeting

import (
	"context"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/mattermost/markdown"
)

// examine returns the doctor's verdicts by check, and the whole text as an admin reads it.
func examine(t *testing.T, setup Setup) (found map[string]Verdict, text string) {
	t.Helper()
	doctor := NewDoctor(func(context.Context) (Setup, error) { return setup, nil })
	checks, err := doctor.Examine(t.Context())
	require.NoError(t, err)
	found = map[string]Verdict{}
	for _, check := range checks {
		require.NotContains(t, found, check.ID, "each is looked at once")
		found[check.ID] = check.Verdict
		if check.ID != "grant" { // the grant's failures say themselves what to do
			require.Equal(t, check.Verdict != OK, !check.Fix.Zero(), "%s: a problem has a fix, and nothing else does", check.ID)
		}
	}
	answer, err := doctor.Run(t.Context(), command.Call{})
	require.NoError(t, err)
	catalogue, err := i18n.NewCatalogue()
	require.NoError(t, err)
	text = markdown.Render(catalogue.Text("en", answer), markdown.Reader{})
	require.NotContains(t, text, "check.", "every check has its words")
	return found, text
}

func TestEachSetUpGetsItsDiagnosis(t *testing.T) {
	t.Parallel()
	yesterday := time.Date(2026, 8, 2, 12, 30, 0, 0, time.UTC)
	works := func(context.Context) error { return nil }
	fails := func(code fault.Code) func(context.Context) error {
		return func(context.Context) error { return fault.New(code) }
	}
	for _, row := range []struct {
		name  string
		setup Setup
		want  map[string]Verdict
		says  []string
	}{
		{
			"a new one",
			Setup{Mode: "user", Problems: []Problem{{ID: "client_id", Fatal: true}, {ID: "webhook_secret"}}, WebhookURL: "https://chat.example.com/plugins/zoom/webhook"},
			map[string]Verdict{"client_id": Fail, "webhook_secret": Warn, "mode": OK, "events": Warn},
			[]string{":x:", ":warning:", "**To fix:**", "https://chat.example.com/plugins/zoom/webhook"},
		},
		{
			"one that works",
			Setup{Mode: "user", LastEvent: yesterday},
			map[string]Verdict{"settings": OK, "mode": OK, "events": OK},
			[]string{"2026-08-02 12:30 UTC", ":white_check_mark:"},
		},
		{
			"everybody's grant",
			Setup{Mode: "account", LastEvent: yesterday, VerifiesEmail: true, Grant: works},
			map[string]Verdict{"settings": OK, "mode": OK, "grant": OK, "email": OK, "events": OK},
			nil,
		},
		{
			"a grant that is dead",
			Setup{Mode: "account", LastEvent: yesterday, VerifiesEmail: true, Grant: fails(fault.AccountRevoked)},
			map[string]Verdict{"settings": OK, "mode": OK, "grant": Fail, "email": OK, "events": OK},
			[]string{"`/zoom connect` as a system admin"},
		},
		{
			"an app that is switched off",
			Setup{Mode: "s2s", LastEvent: yesterday, TrustsUnverified: true, Grant: fails(fault.ClientRejected)},
			map[string]Verdict{"settings": OK, "mode": OK, "grant": Fail, "email": Warn, "events": OK},
			[]string{"check that the app is activated"},
		},
		{
			"a Zoom that is down",
			Setup{Mode: "s2s", LastEvent: yesterday, Grant: fails(fault.ZoomUnavailable)},
			map[string]Verdict{"settings": OK, "mode": OK, "grant": Fail, "email": Warn, "events": OK},
			[]string{"https://status.zoom.us"},
		},
		{
			"records that can't be read say nothing of events",
			Setup{Mode: "user", NoRecords: true, Further: []Check{{ID: "database", Verdict: Fail, Message: chat.Say("check.database.down"), Fix: chat.Say("check.database.down.fix")}}},
			map[string]Verdict{"settings": OK, "mode": OK, "database": Fail},
			nil,
		},
		{
			"credentials that are not even filled in are not tried",
			Setup{Mode: "s2s", LastEvent: yesterday, Problems: []Problem{{ID: "client_secret", Fatal: true}}, Grant: func(context.Context) error { panic("tried") }},
			map[string]Verdict{"client_secret": Fail, "mode": OK, "email": Warn, "events": OK},
			nil,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			found, text := examine(t, row.setup)
			require.Equal(t, row.want, found)
			for _, words := range row.says {
				require.Contains(t, text, words)
			}
		})
	}
}

func TestADoctorWhoCannotLookSaysSo(t *testing.T) {
	t.Parallel()
	doctor := NewDoctor(func(context.Context) (Setup, error) { return Setup{}, errors.New("no table") })
	_, err := doctor.Examine(t.Context())
	require.Error(t, err)
	_, err = doctor.Run(t.Context(), command.Call{})
	require.Error(t, err)
}
