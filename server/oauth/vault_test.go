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

// ring returns the key ring as it is stored.
func (w *world) ring() *ring {
	w.t.Helper()
	r, err := parseRing(w.kv.Dump()[ringKey])
	require.NoError(w.t, err)
	return r
}

func (w *world) wraps() int { return len(w.ring().Keys[0].Wraps) }

func TestRegeneratingTheKeyKeepsEverythingReadable(t *testing.T) {
	t.Run("on a server that learns of it late", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			early, late := w.server(firstKey), w.server(firstKey)
			blob := seals(t, early, "a", "x")

			early.vault.SetKey(secondKey)
			require.NoError(t, early.vault.Rewrap(t.Context()))
			require.Equal(t, 2, w.wraps(), "for a while both settings open the key")
			opens(t, late, "a", "x", seals(t, early, "a", "x"))

			// A server that starts with the earlier setting meanwhile works, and changes nothing.
			stale := w.server(firstKey)
			opens(t, stale, "a", "x", blob)
			opens(t, early, "a", "y", seals(t, stale, "a", "y"))

			time.Sleep(time.Minute)
			late.vault.SetKey(secondKey)
			require.NoError(t, late.vault.Rewrap(t.Context()))
			opens(t, late, "a", "x", blob)

			time.Sleep(overlap)
			opens(t, early, "a", "z", seals(t, early, "a", "z"))
			require.Equal(t, 1, w.wraps(), "then only the new one does")
			opens(t, w.server(secondKey), "a", "x", blob)
		})
	})
	t.Run("without anybody calling Rewrap", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s := w.server(firstKey)
			blob := seals(t, s, "a", "x")
			s.vault.SetKey(secondKey)
			opens(t, s, "a", "y", seals(t, s, "a", "y"))
			opens(t, w.server(secondKey), "a", "x", blob)
		})
	})
	t.Run("on all servers at once, with a replica that is behind", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			servers := []*server{w.server(firstKey), w.server(firstKey), w.server(firstKey)}
			blob := seals(t, servers[0], "a", "x")
			w.kv.Lag(50 * time.Millisecond)
			time.Sleep(time.Second)
			var changes sync.WaitGroup
			for _, s := range servers {
				s.vault.SetKey(secondKey)
				changes.Go(func() {
					if err := s.vault.Rewrap(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			changes.Wait()
			require.Equal(t, 2, w.wraps())
			opens(t, w.server(secondKey), "a", "x", blob)
		})
	})
	t.Run("on a server that used no key before", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			blob := seals(t, w.server(firstKey), "a", "x")
			idle := w.server(firstKey) // has opened nothing when the setting changes
			idle.vault.SetKey(secondKey)
			require.NoError(t, idle.vault.Rewrap(t.Context()))
			opens(t, w.server(secondKey), "a", "x", blob)
		})
	})
	t.Run("several times, and back", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s := w.server(firstKey)
			blob := seals(t, s, "a", "x")
			for _, setting := range []string{secondKey, "a third setting 000000", firstKey, secondKey, firstKey} {
				s.vault.SetKey(setting)
				require.NoError(t, s.vault.Rewrap(t.Context()))
				opens(t, w.server(setting), "a", "x", blob)
			}
			time.Sleep(2 * overlap)
			require.NoError(t, s.vault.Rewrap(t.Context()))
			require.Equal(t, 1, w.wraps())
			opens(t, w.server(firstKey), "a", "x", blob)
		})
	})
}

// Two servers whose settings differ for good must not take turns at shutting each other out.
func TestServersThatDisagreeBothKeepWorking(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		changed, unchanged := w.server(firstKey), w.server(firstKey)
		blob := seals(t, unchanged, "a", "x")
		changed.vault.SetKey(secondKey)
		for range 5 {
			require.NoError(t, changed.vault.Rewrap(t.Context()))
			require.NoError(t, unchanged.vault.Rewrap(t.Context()))
			opens(t, changed, "a", "x", blob)
			opens(t, unchanged, "a", "x", blob)
			opens(t, w.server(secondKey), "a", "x", blob)
			time.Sleep(overlap)
		}
	})
}

func TestTheKeyIsRegeneratedWhileThePluginIsOff(t *testing.T) {
	story := func(t *testing.T, w *world) (off *server, blob []byte) {
		t.Helper()
		old := w.server(firstKey)
		blob = seals(t, old, "a", "old")
		s := w.server(secondKey)
		_, err := s.vault.Open(t.Context(), "a", blob)
		wantFault(t, fault.Internal, err)
		require.ErrorIs(t, err, ErrLocked)
		_, err = s.vault.Seal(t.Context(), "a", nil)
		require.ErrorIs(t, err, ErrLocked)
		return s, blob
	}
	t.Run("a server that knows the old one arrives in time", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s, blob := story(t, w)
			time.Sleep(grace / 2)
			late := w.server(firstKey)
			late.vault.SetKey(secondKey)
			require.NoError(t, late.vault.Rewrap(t.Context()))
			opens(t, s, "a", "old", blob)
			require.Empty(t, w.ring().Locked)
		})
	})
	t.Run("nobody does: people have to reconnect, and all servers agree since when", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s, blob := story(t, w)
			time.Sleep(grace / 2)
			other := w.server(secondKey)
			_, err := other.vault.Open(t.Context(), "a", blob)
			require.ErrorIs(t, err, ErrLocked)
			time.Sleep(grace / 2)
			for _, one := range []*server{other, s} {
				_, err = one.vault.Open(t.Context(), "a", blob)
				wantFault(t, fault.Unreadable, err)
				opens(t, s, "b", "new", seals(t, one, "b", "new"))
			}
			require.Len(t, w.ring().Keys, 2)

			// The old setting comes back, in a process that has seen the new one.
			fresh := seals(t, s, "b", "new")
			s.vault.SetKey(firstKey)
			require.NoError(t, s.vault.Rewrap(t.Context()))
			opens(t, s, "a", "old", blob)
			opens(t, w.server(firstKey), "b", "new", fresh)
		})
	})
	t.Run("the old setting is restored while it is off again", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s, blob := story(t, w)
			time.Sleep(grace)
			fresh := seals(t, s, "b", "new")
			restored := w.server(firstKey)
			opens(t, restored, "a", "old", blob)
			_, err := restored.vault.Open(t.Context(), "b", fresh)
			wantFault(t, fault.Unreadable, err)
			opens(t, restored, "b", "newer", seals(t, restored, "b", "newer"))
		})
	})
	t.Run("and restored within the overlap of a change", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s := w.server(firstKey)
			blob := seals(t, s, "a", "x")
			s.vault.SetKey(secondKey)
			require.NoError(t, s.vault.Rewrap(t.Context()))
			restored := w.server(firstKey)
			opens(t, restored, "a", "x", blob)
			time.Sleep(2 * overlap)
			opens(t, restored, "a", "y", seals(t, restored, "a", "y"))
			opens(t, w.server(firstKey), "a", "x", blob)
		})
	})
}

// People's grants survive all of it.
func TestGrantsSurviveARegeneratedKey(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		w.connect(s, "ann", "ann@example.com", 0)
		s.vault.SetKey(secondKey)
		_, err := s.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err)
		identity, err := w.server(secondKey).tokens.Of("ann").Identity(t.Context())
		require.NoError(t, err)
		require.Equal(t, "ann@example.com", identity.Email)
		w.keepsSecrets()

		lost := w.server("a third setting 000000")
		_, err = lost.tokens.Of("ann").Token(t.Context())
		require.ErrorIs(t, err, ErrLocked)
		time.Sleep(grace)
		_, err = lost.tokens.Of("ann").Token(t.Context())
		wantFault(t, fault.Unreadable, err)
		w.connect(lost, "ann", "ann@example.com", time.Hour)
		_, err = lost.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err, "connecting again mends it")
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
