package oauth_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/oauth"
)

// ring returns the stored key ring.
func (w *world) ring() *oauth.Ring {
	w.t.Helper()
	record, _, err := w.db.Keyring.Keyring(w.t.Context())
	require.NoError(w.t, err)
	r, err := oauth.ParseRing(record)
	require.NoError(w.t, err)
	return r
}

func (w *world) wraps() int { return len(w.ring().Keys[0].Wraps) }

func TestARegeneratedKeyReachesOneServerLate(t *testing.T) {
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

		time.Sleep(oauth.Overlap)
		opens(t, early, "a", "z", seals(t, early, "a", "z"))
		require.Equal(t, 1, w.wraps(), "then only the new one does")
		opens(t, w.server(secondKey), "a", "x", blob)
	})
}

func TestARegeneratedKeyNeedsNoOneToCallRewrap(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		blob := seals(t, s, "a", "x")
		s.vault.SetKey(secondKey)
		opens(t, s, "a", "y", seals(t, s, "a", "y"))
		opens(t, w.server(secondKey), "a", "x", blob)
	})
}

func TestARegeneratedKeyReachesAllServersAtOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		servers := []*server{w.server(firstKey), w.server(firstKey), w.server(firstKey)}
		blob := seals(t, servers[0], "a", "x")
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
}

func TestARegeneratedKeyReachesAServerThatOpenedNothingYet(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		blob := seals(t, w.server(firstKey), "a", "x")
		idle := w.server(firstKey) // has opened nothing when the setting changes
		idle.vault.SetKey(secondKey)
		require.NoError(t, idle.vault.Rewrap(t.Context()))
		opens(t, w.server(secondKey), "a", "x", blob)
	})
}

func TestTheKeyIsRegeneratedSeveralTimesAndBack(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		blob := seals(t, s, "a", "x")
		for _, setting := range []string{secondKey, "a third setting 000000", firstKey, secondKey, firstKey} {
			s.vault.SetKey(setting)
			require.NoError(t, s.vault.Rewrap(t.Context()))
			opens(t, w.server(setting), "a", "x", blob)
		}
		time.Sleep(2 * oauth.Overlap)
		require.NoError(t, s.vault.Rewrap(t.Context()))
		require.Equal(t, 1, w.wraps())
		opens(t, w.server(firstKey), "a", "x", blob)
	})
}

// Two servers whose settings differ permanently must not take turns at locking each other out.
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
			time.Sleep(oauth.Overlap)
		}
	})
}

// restartedWithAnotherKey is the beginning of several stories: something was sealed, and then the setting changed while no server ran.
// The returned server knows only the new setting.
func restartedWithAnotherKey(t *testing.T, w *world) (s *server, blob []byte) {
	t.Helper()
	old := w.server(firstKey)
	blob = seals(t, old, "a", "old")
	s = w.server(secondKey)
	_, err := s.vault.Open(t.Context(), "a", blob)
	wantFault(t, fault.Internal, err)
	require.ErrorIs(t, err, oauth.ErrLocked)
	_, err = s.vault.Seal(t.Context(), "a", nil)
	require.ErrorIs(t, err, oauth.ErrLocked)
	return s, blob
}

func TestRegeneratedWhileOffAServerThatKnowsTheOldKeyArrivesInTime(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s, blob := restartedWithAnotherKey(t, w)
		time.Sleep(oauth.Grace / 2)
		late := w.server(firstKey)
		late.vault.SetKey(secondKey)
		require.NoError(t, late.vault.Rewrap(t.Context()))
		opens(t, s, "a", "old", blob)
		require.Empty(t, w.ring().Locked)
	})
}

func TestRegeneratedWhileOffPeopleHaveToReconnect(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s, blob := restartedWithAnotherKey(t, w)
		time.Sleep(oauth.Grace / 2)
		other := w.server(secondKey)
		_, err := other.vault.Open(t.Context(), "a", blob)
		require.ErrorIs(t, err, oauth.ErrLocked)
		time.Sleep(oauth.Grace / 2)
		for _, one := range []*server{other, s} {
			_, err = one.vault.Open(t.Context(), "a", blob)
			wantFault(t, fault.Unreadable, err)
			opens(t, s, "b", "new", seals(t, one, "b", "new"))
		}
		require.Len(t, w.ring().Keys, 2)

		// The old setting returns, in a process that has seen the new one.
		fresh := seals(t, s, "b", "new")
		s.vault.SetKey(firstKey)
		require.NoError(t, s.vault.Rewrap(t.Context()))
		opens(t, s, "a", "old", blob)
		opens(t, w.server(firstKey), "b", "new", fresh)
	})
}

func TestRegeneratedWhileOffAndRestoredWhileOff(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s, blob := restartedWithAnotherKey(t, w)
		time.Sleep(oauth.Grace)
		fresh := seals(t, s, "b", "new")
		restored := w.server(firstKey)
		opens(t, restored, "a", "old", blob)
		_, err := restored.vault.Open(t.Context(), "b", fresh)
		wantFault(t, fault.Unreadable, err)
		opens(t, restored, "b", "newer", seals(t, restored, "b", "newer"))
	})
}

func TestRegeneratedAndRestoredWithinTheOverlap(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		blob := seals(t, s, "a", "x")
		s.vault.SetKey(secondKey)
		require.NoError(t, s.vault.Rewrap(t.Context()))
		restored := w.server(firstKey)
		opens(t, restored, "a", "x", blob)
		time.Sleep(2 * oauth.Overlap)
		opens(t, restored, "a", "y", seals(t, restored, "a", "y"))
		opens(t, w.server(firstKey), "a", "x", blob)
	})
}

// Users' grants survive all of it.
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
		require.ErrorIs(t, err, oauth.ErrLocked)
		time.Sleep(oauth.Grace)
		_, err = lost.tokens.Of("ann").Token(t.Context())
		wantFault(t, fault.Unreadable, err)
		w.connect(lost, "ann", "ann@example.com", time.Hour)
		_, err = lost.tokens.Of("ann").Token(t.Context())
		require.NoError(t, err, "connecting again fixes it")
	})
}

// An attacker has an earlier copy of the database and the key of that time. What is sealed, or sealed again, after the change must not
// open with these.
func TestAnOldCopyWithTheOldKeyOpensNothingThatIsSealedLater(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		servers := []*server{w.server(firstKey), w.server(firstKey), w.server(firstKey)}
		before := seals(t, servers[0], "a", "x")
		stolen := memory.New(time.Now).Keyring
		record, _, err := w.db.Keyring.Keyring(t.Context())
		require.NoError(t, err)
		_, err = stolen.SaveKeyring(t.Context(), record, 0)
		require.NoError(t, err)
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
		require.Len(t, w.ring().Keys, 2, "one new data key, however many servers learn of the change")

		thief := oauth.NewVault(stolen, time.Now)
		thief.SetKey(firstKey)
		plain, err := thief.Open(t.Context(), "a", before)
		require.NoError(t, err)
		require.Equal(t, "x", string(plain), "what was in the copy is lost")
		for _, s := range servers {
			_, err = thief.Open(t.Context(), "b", seals(t, s, "b", "newer"))
			wantFault(t, fault.Unreadable, err)
			fresh, changed, err := s.vault.Reseal(t.Context(), "a", before)
			require.NoError(t, err)
			require.True(t, changed)
			_, err = thief.Open(t.Context(), "a", fresh)
			wantFault(t, fault.Unreadable, err)
			opens(t, servers[0], "a", "x", fresh)
			again, changed, err := s.vault.Reseal(t.Context(), "a", fresh)
			require.NoError(t, err)
			require.False(t, changed, "once is enough")
			require.Equal(t, fresh, again)
		}
		time.Sleep(2 * oauth.Overlap)
		opens(t, servers[1], "a", "x", seals(t, servers[1], "a", "x"))
		for _, k := range w.ring().Keys {
			require.Len(t, k.Wraps, 1, "the earlier setting opens nothing any more")
		}
	})
}

func TestWhatIsNoBlobOrOfALostKeyIsNotResealed(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		good := seals(t, s, "a", "x")
		for _, blob := range []string{"", "plain text", "v1.unknown.AAAA", string(good[:len(good)-2])} {
			fresh, changed, err := s.vault.Reseal(t.Context(), "a", []byte(blob))
			require.NoError(t, err)
			require.False(t, changed)
			require.Equal(t, blob, string(fresh))
		}
	})
}
