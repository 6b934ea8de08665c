package oauth_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/oauth"
)

func seals(t *testing.T, s *server, name, text string) []byte {
	t.Helper()
	blob, err := s.vault.Seal(t.Context(), name, []byte(text))
	require.NoError(t, err)
	return blob
}

func opens(t *testing.T, s *server, name, text string, blob []byte) {
	t.Helper()
	plain, err := s.vault.Open(t.Context(), name, blob)
	require.NoError(t, err)
	require.Equal(t, text, string(plain))
}

func TestSealedOnOneServerOpensOnAnother(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		one, two := w.server(firstKey), w.server(firstKey)
		blob := seals(t, one, "a", "secret")
		require.NotContains(t, string(blob), "secret")
		require.NotEqual(t, blob, seals(t, one, "a", "secret"), "the same text looks different each time")
		opens(t, two, "a", "secret", blob)
		opens(t, one, "a", "", seals(t, two, "a", ""))

		calls := w.calls(func() { opens(t, two, "a", "secret", seals(t, one, "a", "secret")) })
		require.Empty(t, calls, "once opened, the keys stay in memory")
		w.keepsSecrets()
	})
}

func TestDefect08_TamperedOrForeignBlobsDoNotOpen(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		blob := seals(t, s, "oauth/grant/zoom//ann", "secret")
		for n := range blob {
			for _, flip := range []byte{1, 0x20} {
				altered := append([]byte{}, blob...)
				altered[n] ^= flip
				_, err := s.vault.Open(t.Context(), "oauth/grant/zoom//ann", altered)
				wantFault(t, fault.Unreadable, err)
			}
		}
		for n := range blob {
			_, err := s.vault.Open(t.Context(), "oauth/grant/zoom//ann", blob[:n])
			wantFault(t, fault.Unreadable, err)
		}
		_, err := s.vault.Open(t.Context(), "oauth/grant/zoom//bob", blob)
		wantFault(t, fault.Unreadable, err)

		foreign := newWorld(t)
		_, err = s.vault.Open(t.Context(), "oauth/grant/zoom//ann", seals(t, foreign.server(firstKey), "oauth/grant/zoom//ann", "secret"))
		wantFault(t, fault.Unreadable, err)
	})
}

func TestWithoutAKeyNothingIsSealed(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for _, setting := range []string{"", "   ", "too short"} {
			s := w.server(setting)
			_, err := s.vault.Seal(t.Context(), "a", nil)
			wantFault(t, fault.NotConfigured, err)
			require.Equal(t, "At-rest token encryption key", fault.ParamsOf(err)["Setting"])
			wantFault(t, fault.NotConfigured, s.vault.Rewrap(t.Context()))
			s.vault.SetKey(firstKey)
			blob := seals(t, s, "a", "x")
			s.vault.SetKey(setting)
			_, err = s.vault.Open(t.Context(), "a", blob)
			wantFault(t, fault.NotConfigured, err)
			s.vault.SetKey(" " + firstKey + "\n")
			opens(t, s, "a", "x", blob)
		}
	})
}

func TestServersThatStartTogetherAgreeOnOneKey(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		servers := make([]*server, 8)
		blobs := make([][]byte, len(servers))
		var starts sync.WaitGroup
		for n := range servers {
			servers[n] = w.server(firstKey)
			starts.Go(func() { blobs[n], _ = servers[n].vault.Seal(t.Context(), "a", []byte("x")) })
		}
		starts.Wait()
		for _, s := range servers {
			for _, blob := range blobs {
				opens(t, s, "a", "x", blob)
			}
		}
		require.Len(t, w.ring().Keys, 1)
	})
}

func TestAVaultWhoseTableFails(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		for _, broken := range []string{"Keyring.Keyring", "Keyring.SaveKeyring"} {
			w.fail(broken)
			_, err := s.vault.Seal(t.Context(), "a", nil)
			require.ErrorContains(t, err, "database gone")
		}
		w.fail()
		blob := seals(t, s, "a", "x")
		w.fail("Keyring.Keyring")
		s.vault.SetKey(secondKey)
		opens(t, s, "a", "x", blob)
		_, err := s.vault.Seal(t.Context(), "a", nil)
		require.ErrorContains(t, err, "database gone", "nothing is sealed that a restart could not open")
	})
}

func TestABrokenRingIsNotReplaced(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		_, err := w.db.Keyring.SaveKeyring(t.Context(), "{", 0)
		require.NoError(t, err)
		_, err = w.server(firstKey).vault.Seal(t.Context(), "a", nil)
		require.ErrorContains(t, err, "key ring")
		record, _, err := w.db.Keyring.Keyring(t.Context())
		require.NoError(t, err)
		require.Equal(t, "{", record)
	})
}

func FuzzOpen(f *testing.F) {
	f.Add("v1.kid.AAAA")
	f.Add("v1..")
	f.Add("v1.a.b.c")
	f.Add(strings.Repeat(".", 100))
	v := oauth.NewVault(memory.New(time.Now).Keyring, time.Now)
	v.SetKey(firstKey)
	good, err := v.Seal(f.Context(), "a", []byte("secret"))
	require.NoError(f, err)
	f.Add(string(good))
	id, _, err := oauth.ParseBlob(good)
	require.NoError(f, err)
	f.Add(oauth.Version + "." + id + ".AAAA")
	f.Fuzz(func(t *testing.T, blob string) {
		plain, err := v.Open(t.Context(), "a", []byte(blob))
		if err == nil && (blob != string(good) || string(plain) != "secret") {
			t.Fatalf("opened %q", blob)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	v := oauth.NewVault(memory.New(time.Now).Keyring, time.Now)
	v.SetKey(firstKey)
	blob, err := v.Seal(b.Context(), "a", []byte(strings.Repeat("x", 2000)))
	require.NoError(b, err)
	for b.Loop() {
		if _, err := v.Open(b.Context(), "a", blob); err != nil {
			b.Fatal(err)
		}
	}
}

// contested is a keyring that another server always changes first.
type contested struct{}

func (contested) Keyring(context.Context) (string, int64, error) { return "", 0, nil }

func (contested) SaveKeyring(context.Context, string, int64) (bool, error) { return false, nil }

func TestARingThatOthersKeepChangingIsGivenUp(t *testing.T) {
	inWorld(t, func(t *testing.T, _ *world) {
		v := oauth.NewVault(contested{}, time.Now)
		v.SetKey(firstKey)
		_, err := v.Seal(t.Context(), "a", nil)
		require.ErrorContains(t, err, "too many servers")
	})
}
