package oauth

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/store/storetest"
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

		w.kv.ResetCounts()
		opens(t, two, "a", "secret", seals(t, one, "a", "secret"))
		require.Zero(t, w.kv.Count(storetest.Get), "once opened, the keys stay in memory")
		w.keepsSecrets()
	})
}

func TestDefect08_TamperedOrForeignBlobsDoNotOpen(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		blob := seals(t, s, "sec.zoom.ann", "secret")
		for n := range blob {
			for _, flip := range []byte{1, 0x20} {
				altered := append([]byte{}, blob...)
				altered[n] ^= flip
				_, err := s.vault.Open(t.Context(), "sec.zoom.ann", altered)
				wantFault(t, fault.Unreadable, err)
			}
		}
		for n := range blob {
			_, err := s.vault.Open(t.Context(), "sec.zoom.ann", blob[:n])
			wantFault(t, fault.Unreadable, err)
		}
		_, err := s.vault.Open(t.Context(), "sec.zoom.bob", blob)
		wantFault(t, fault.Unreadable, err)

		foreign := &world{t: t, kv: storetest.NewMemoryKV(time.Now), zoom: w.zoom}
		_, err = s.vault.Open(t.Context(), "sec.zoom.ann", seals(t, foreign.server(firstKey), "sec.zoom.ann", "secret"))
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
		w.kv.Lag(30 * time.Millisecond)
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
		for _, broken := range []storetest.Op{storetest.Get, storetest.Swap} {
			w.kv.OnCall(func(op storetest.Op, _ string) error {
				if op == broken {
					return errors.New("database gone")
				}
				return nil
			})
			_, err := s.vault.Seal(t.Context(), "a", nil)
			require.ErrorContains(t, err, "database gone")
		}
		w.kv.OnCall(nil)
		blob := seals(t, s, "a", "x")
		w.kv.OnCall(func(storetest.Op, string) error { return errors.New("database gone") })
		s.vault.SetKey(secondKey)
		opens(t, s, "a", "x", blob)
		_, err := s.vault.Seal(t.Context(), "a", nil)
		require.ErrorContains(t, err, "database gone", "nothing is sealed that a restart could not open")
	})
}

func TestABrokenRingIsNotReplaced(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		require.NoError(t, w.kv.Set(ringKey, []byte("{"), 0))
		_, err := w.server(firstKey).vault.Seal(t.Context(), "a", nil)
		require.ErrorContains(t, err, "key ring")
		require.Equal(t, "{", string(w.kv.Dump()[ringKey]))
	})
}

func FuzzOpen(f *testing.F) {
	f.Add("v1.kid.AAAA")
	f.Add("v1..")
	f.Add("v1.a.b.c")
	f.Add(strings.Repeat(".", 100))
	v := NewVault(storetest.NewMemoryKV(time.Now), time.Now)
	v.SetKey(firstKey)
	good, err := v.Seal(f.Context(), "a", []byte("secret"))
	require.NoError(f, err)
	f.Add(string(good))
	id, _, err := parseBlob(good)
	require.NoError(f, err)
	f.Add(version + "." + id + ".AAAA")
	f.Fuzz(func(t *testing.T, blob string) {
		_, _, parseErr := parseBlob([]byte(blob))
		if parseErr == nil && !strings.HasPrefix(blob, version+"."+id+".") {
			return // an unknown key makes the vault wait for its replica
		}
		plain, err := v.Open(t.Context(), "a", []byte(blob))
		if err == nil && (blob != string(good) || string(plain) != "secret") {
			t.Fatalf("opened %q", blob)
		}
	})
}

func FuzzRing(f *testing.F) {
	good := &ring{}
	current, err := deriveKEK(firstKey)
	require.NoError(f, err)
	good.add(current)
	raw, err := json.Marshal(good)
	require.NoError(f, err)
	f.Add(string(raw))
	f.Add(`{"keys":[null,{"kid":"a","wraps":[null,{"kek":"` + current.id + `","sealed":"AAAA"}]}]}`)
	f.Add(`null`)
	f.Add(`{"locked":{"` + current.id + `":"2000-01-01T00:00:00Z"},"keys":[{}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseRing([]byte(text))
		if err != nil {
			return
		}
		now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		opened, _, err := r.reconcile(knowledge{keks: []kek{current}}, now)
		if err != nil {
			require.Empty(t, opened)
			require.ErrorIs(t, err, ErrLocked)
			return
		}
		require.NotEmpty(t, opened)
		require.NotNil(t, opened[r.sealWith(opened)])
		again, changed, err := r.reconcile(knowledge{keks: []kek{current}, keys: opened}, now)
		require.NoError(t, err)
		require.False(t, changed, "a second look changes nothing")
		require.Equal(t, opened, again)
	})
}

func BenchmarkOpen(b *testing.B) {
	v := NewVault(storetest.NewMemoryKV(time.Now), time.Now)
	v.SetKey(firstKey)
	blob, err := v.Seal(b.Context(), "a", []byte(strings.Repeat("x", 2000)))
	require.NoError(b, err)
	for b.Loop() {
		if _, err := v.Open(b.Context(), "a", blob); err != nil {
			b.Fatal(err)
		}
	}
}

func TestPausesEndWithTheirContext(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		seals(t, s, "a", "x")
		w.kv.Lag(time.Hour) // every read finds nothing, so no swap ever fits
		other := w.server(firstKey)
		started := time.Now()
		_, err := other.vault.Seal(t.Context(), "a", nil)
		require.ErrorContains(t, err, "too many servers")
		require.Less(t, time.Since(started), ringTries*pauseMax)
		synctest.Wait()
	})
}
