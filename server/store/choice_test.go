package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/store/storetest"
)

func TestAUserWhoChoseNothingHasNoSetting(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	choice, err := s.Choice(t.Context(), "alice")
	require.NoError(t, err)
	require.Equal(t, meeting.Unspecified, choice)
}

func TestSettingIsKept(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	require.NoError(t, s.SetChoice(t.Context(), "alice", meeting.Personal))
	require.NoError(t, s.SetChoice(t.Context(), "alice", meeting.Ask))
	choice, err := s.Choice(t.Context(), "alice")
	require.NoError(t, err)
	require.Equal(t, meeting.Ask, choice)
}

func TestSettingOfThePublicPluginIsTakenOver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stored string
		want   meeting.Choice
	}{
		"personal meeting ID": {`"true"`, meeting.Personal},
		"unique meeting ID":   {`"false"`, meeting.Unique},
		"ask each time":       {`"ask"`, meeting.Ask},
		"something unknown":   {`"maybe"`, meeting.Unspecified},
		"not JSON":            {`true"`, meeting.Unspecified},
		"not a string":        {`true`, meeting.Unspecified},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTable(t)
			require.NoError(t, s.kv.Set("zoomUserPreference_alice", []byte(c.stored), 0))
			for range 2 {
				choice, err := s.Choice(t.Context(), "alice")
				require.NoError(t, err)
				require.Equal(t, c.want, choice)
			}
			require.Contains(t, s.kv.Dump(), "zoomUserPreference_alice", "the way back to the public plugin stays open")
		})
	}
}

func TestOwnSettingWinsOverThePublicPlugins(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	require.NoError(t, s.kv.Set("zoomUserPreference_alice", []byte(`"true"`), 0))
	require.NoError(t, s.SetChoice(t.Context(), "alice", meeting.Unique))
	choice, err := s.Choice(t.Context(), "alice")
	require.NoError(t, err)
	require.Equal(t, meeting.Unique, choice)
}

func TestSettingCostsOneReadOnceItWasLookedFor(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	_, err := s.Choice(t.Context(), "alice")
	require.NoError(t, err)
	s.kv.ResetCounts()
	_, err = s.Choice(t.Context(), "alice")
	require.NoError(t, err)
	require.Equal(t, 1, s.kv.Count(storetest.Get))
	require.Zero(t, s.kv.Count(storetest.Swap)+s.kv.Count(storetest.Set))
}
