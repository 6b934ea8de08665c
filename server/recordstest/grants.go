package recordstest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/oauth"
)

// GrantsWorld are empty records of authorizations, as several servers share them.
type GrantsWorld struct {
	Grants  oauth.Grants
	Keyring oauth.Keyring
	SignIns interface {
		oauth.SignIns
		// Prune removes what has expired.
		Prune(ctx context.Context) error
	}
	// Passes lets time pass in the records.
	Passes func(d time.Duration)
}

var ann, server = oauth.GrantKey{Provider: "zoom", Name: "ann"}, oauth.GrantKey{Provider: "zoom", Name: "server"}

// Grants runs the contracts of oauth.Grants, oauth.Keyring and oauth.SignIns. Each open returns an empty world.
func Grants(t *testing.T, open func(t *testing.T) GrantsWorld) {
	t.Helper()
	for name, story := range map[string]func(t *testing.T, w GrantsWorld){
		"a grant is stored under its key":                 grantsHaveKeys,
		"a grant is added only where there is none":       grantsAreAdded,
		"a grant is replaced only in its version":         grantsAreReplaced,
		"a removed grant has no version that comes back":  versionsNeverComeBack,
		"of many servers one leases a grant":              grantsAreLeasedOnce,
		"a lease ends with its time":                      leasesEnd,
		"a lease ends when the grant changes":             leasesEndWithChanges,
		"only its holder releases a lease":                leasesAreReleased,
		"a grant that isn't there can be leased":          missingGrantsAreLeased,
		"grants are found by who gave them":               grantsHaveOwners,
		"of two who connect an account the last is last":  lastOwnerIsLast,
		"what is sealed with other keys is listed":        staleGrantsAreListed,
		"resealing changes nothing but the seal":          grantsAreResealed,
		"of many servers one changes the keyring":         keyringIsSavedOnce,
		"a state is used up once":                         statesAreUsedOnce,
		"tries at a code are counted":                     handoversAreTried,
		"of many servers one ends a handover":             handoversEndOnce,
		"sign-ins expire":                                 signInsExpire,
		"a sign-in that has expired can be stored again":  signInsReturn,
		"a later handover of a person replaces the first": handoversAreReplaced,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story(t, open(t))
		})
	}
}

// grant returns the stored grant.
func (w GrantsWorld) grant(t *testing.T, key oauth.GrantKey) oauth.StoredGrant {
	t.Helper()
	stored, err := w.Grants.Grant(t.Context(), key)
	require.NoError(t, err)
	require.Equal(t, key, stored.Key)
	return stored
}

// leases leases the grant in the version that it has now.
func (w GrantsWorld) leases(t *testing.T, key oauth.GrantKey, holder string) (version int64) {
	t.Helper()
	leased, err := w.Grants.LeaseGrant(t.Context(), key, w.grant(t, key).Version, holder, time.Minute)
	require.NoError(t, err)
	return leased
}

func (w GrantsWorld) saves(t *testing.T, key oauth.GrantKey, sealed string) {
	t.Helper()
	require.NoError(t, w.Grants.SaveGrant(t.Context(), key, "", sealed))
}

func grantsHaveKeys(t *testing.T, w GrantsWorld) {
	t.Helper()
	require.Zero(t, w.grant(t, ann).Version)
	keys := []oauth.GrantKey{ann, server, {Provider: "zoom", Site: "s", Name: "ann"}, {Provider: "hub", Name: "ann"}}
	for _, key := range keys {
		w.saves(t, key, key.SealName())
	}
	for _, key := range keys {
		stored := w.grant(t, key)
		require.Equal(t, key.SealName(), stored.Sealed)
		require.False(t, stored.Renewing)
	}
	before := w.grant(t, ann).Version
	w.saves(t, ann, "later")
	require.Equal(t, "later", w.grant(t, ann).Sealed)
	require.NotEqual(t, before, w.grant(t, ann).Version)
	for range 2 {
		require.NoError(t, w.Grants.DeleteGrant(t.Context(), ann))
		require.Zero(t, w.grant(t, ann).Version)
		require.Empty(t, w.grant(t, ann).Sealed)
	}
	require.NotZero(t, w.grant(t, server).Version)
}

// gaveTo returns the names of the grants that the provider's user gave.
func (w GrantsWorld) gaveTo(t *testing.T, site, owner string) []string {
	t.Helper()
	names, err := w.Grants.GrantsOf(t.Context(), "zoom", site, owner)
	require.NoError(t, err)
	return names
}

func grantsHaveOwners(t *testing.T, w GrantsWorld) {
	t.Helper()
	bob := oauth.GrantKey{Provider: "zoom", Name: "bob"}
	require.Empty(t, w.gaveTo(t, "", "zoom/1=="))
	require.NoError(t, w.Grants.SaveGrant(t.Context(), ann, "zoom/1==", "sealed"))
	require.NoError(t, w.Grants.AddGrant(t.Context(), bob, "zoom/1==", "sealed"))
	require.NoError(t, w.Grants.AddGrant(t.Context(), bob, "zoom/2==", "sealed"))
	require.NoError(t, w.Grants.SaveGrant(t.Context(), oauth.GrantKey{Provider: "zoom", Site: "s", Name: "cy"}, "zoom/1==", "sealed"))
	require.NoError(t, w.Grants.SaveGrant(t.Context(), oauth.GrantKey{Provider: "hub", Name: "dee"}, "zoom/1==", "sealed"))
	w.saves(t, server, "sealed")
	require.Equal(t, []string{"ann", "bob"}, w.gaveTo(t, "", "zoom/1=="))
	require.Equal(t, []string{"cy"}, w.gaveTo(t, "s", "zoom/1=="))
	require.Empty(t, w.gaveTo(t, "", "zoom/2=="))
	require.Empty(t, w.gaveTo(t, "", ""), "the server's own token is nobody's")

	replaced, err := w.Grants.ReplaceGrant(t.Context(), ann, w.grant(t, ann).Version, "renewed")
	require.NoError(t, err)
	require.True(t, replaced)
	require.Equal(t, []string{"ann", "bob"}, w.gaveTo(t, "", "zoom/1=="), "a renewal changes neither owner nor order")
	require.NoError(t, w.Grants.SaveGrant(t.Context(), ann, "zoom/1==", "authorized again"))
	require.Equal(t, []string{"bob", "ann"}, w.gaveTo(t, "", "zoom/1=="))
	require.NoError(t, w.Grants.SaveGrant(t.Context(), ann, "zoom/2==", "as another user"))
	require.NoError(t, w.Grants.DeleteGrant(t.Context(), bob))
	require.Empty(t, w.gaveTo(t, "", "zoom/1=="))
	require.Equal(t, []string{"ann"}, w.gaveTo(t, "", "zoom/2=="))
}

// Each looks who was first, after it is stored: one of two that come at the same time finds the other, and both agree on the order.
func lastOwnerIsLast(t *testing.T, w GrantsWorld) {
	t.Helper()
	for n := range 10 {
		owner, seen := fmt.Sprint("zoom", n), make([][]string, 2)
		var both sync.WaitGroup
		for i, name := range []string{"ann", "bob"} {
			both.Go(func() {
				if err := w.Grants.SaveGrant(t.Context(), oauth.GrantKey{Provider: "zoom", Name: name}, owner, "sealed"); err != nil {
					t.Error(err)
				}
				names, err := w.Grants.GrantsOf(t.Context(), "zoom", "", owner)
				if err != nil {
					t.Error(err)
				}
				seen[i] = names
			})
		}
		both.Wait()
		order := w.gaveTo(t, "", owner)
		last := map[string]int{"ann": 0, "bob": 1}[order[1]]
		require.Equal(t, order, seen[last], "the last one finds the first")
	}
}

func grantsAreAdded(t *testing.T, w GrantsWorld) {
	t.Helper()
	for _, sealed := range []string{"first", "second"} {
		require.NoError(t, w.Grants.AddGrant(t.Context(), ann, "", sealed))
		require.Equal(t, "first", w.grant(t, ann).Sealed)
	}
}

func grantsAreReplaced(t *testing.T, w GrantsWorld) {
	t.Helper()
	replaced, err := w.Grants.ReplaceGrant(t.Context(), ann, 0, "nothing")
	require.NoError(t, err)
	require.False(t, replaced)
	w.saves(t, ann, "first")
	version := w.grant(t, ann).Version
	var won atomic.Int32
	var servers sync.WaitGroup
	for range 10 {
		servers.Go(func() {
			if replaced, err := w.Grants.ReplaceGrant(t.Context(), ann, version, "second"); err == nil && replaced {
				won.Add(1)
			}
		})
	}
	servers.Wait()
	require.EqualValues(t, 1, won.Load())
	require.Equal(t, "second", w.grant(t, ann).Sealed)
	require.NotEqual(t, version, w.grant(t, ann).Version)
}

func versionsNeverComeBack(t *testing.T, w GrantsWorld) {
	t.Helper()
	w.saves(t, ann, "first")
	version := w.grant(t, ann).Version
	require.NoError(t, w.Grants.DeleteGrant(t.Context(), ann))
	replaced, err := w.Grants.ReplaceGrant(t.Context(), ann, version, "of the first")
	require.NoError(t, err)
	require.False(t, replaced)
	require.NoError(t, w.Grants.AddGrant(t.Context(), ann, "", "second"))
	replaced, err = w.Grants.ReplaceGrant(t.Context(), ann, version, "of the first")
	require.NoError(t, err)
	require.False(t, replaced)
	leased, err := w.Grants.LeaseGrant(t.Context(), ann, version, "slow", time.Minute)
	require.NoError(t, err)
	require.Zero(t, leased)
}

func grantsAreLeasedOnce(t *testing.T, w GrantsWorld) {
	t.Helper()
	for _, key := range []oauth.GrantKey{ann, server} {
		if key == ann {
			w.saves(t, key, "sealed")
		}
		version := w.grant(t, key).Version
		var won atomic.Int32
		var servers sync.WaitGroup
		for _, holder := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
			servers.Go(func() {
				if leased, err := w.Grants.LeaseGrant(t.Context(), key, version, holder, time.Minute); err == nil && leased != 0 {
					won.Add(1)
				}
			})
		}
		servers.Wait()
		require.EqualValues(t, 1, won.Load())
		require.True(t, w.grant(t, key).Renewing)
	}
}

func leasesEnd(t *testing.T, w GrantsWorld) {
	t.Helper()
	w.saves(t, ann, "sealed")
	version := w.leases(t, ann, "a")
	require.NotZero(t, version)
	w.Passes(59 * time.Second)
	require.Zero(t, w.leases(t, ann, "b"))
	w.Passes(time.Second)
	require.False(t, w.grant(t, ann).Renewing)
	require.Equal(t, version, w.leases(t, ann, "b"), "a lease doesn't change what is leased")
	replaced, err := w.Grants.ReplaceGrant(t.Context(), ann, version, "of the slow one")
	require.NoError(t, err)
	require.True(t, replaced, "a new token is stored even by a server whose lease has ended")
}

func leasesEndWithChanges(t *testing.T, w GrantsWorld) {
	t.Helper()
	w.saves(t, ann, "sealed")
	version := w.leases(t, ann, "a")
	replaced, err := w.Grants.ReplaceGrant(t.Context(), ann, version, "renewed")
	require.NoError(t, err)
	require.True(t, replaced)
	require.False(t, w.grant(t, ann).Renewing)
	require.NotZero(t, w.leases(t, ann, "b"))
	w.saves(t, ann, "authorized again")
	require.False(t, w.grant(t, ann).Renewing)
}

func leasesAreReleased(t *testing.T, w GrantsWorld) {
	t.Helper()
	w.saves(t, ann, "sealed")
	require.NotZero(t, w.leases(t, ann, "a"))
	require.NoError(t, w.Grants.ReleaseGrant(t.Context(), ann, "b"))
	require.True(t, w.grant(t, ann).Renewing)
	for range 2 {
		require.NoError(t, w.Grants.ReleaseGrant(t.Context(), ann, "a"))
		require.False(t, w.grant(t, ann).Renewing)
	}
	require.NoError(t, w.Grants.ReleaseGrant(t.Context(), server, "a"))
	require.Equal(t, "sealed", w.grant(t, ann).Sealed)
}

func missingGrantsAreLeased(t *testing.T, w GrantsWorld) {
	t.Helper()
	version := w.leases(t, server, "a")
	require.NotZero(t, version)
	stored := w.grant(t, server)
	require.Equal(t, oauth.StoredGrant{Key: server, Version: version, Renewing: true}, stored)
	replaced, err := w.Grants.ReplaceGrant(t.Context(), server, version, "sealed")
	require.NoError(t, err)
	require.True(t, replaced)
}

func staleGrantsAreListed(t *testing.T, w GrantsWorld) {
	t.Helper()
	want := map[oauth.GrantKey]bool{}
	for _, name := range []string{"ann", "bob", "cy", "dee", "Eve", "über"} {
		for _, site := range []string{"", "a", "b"} {
			key := oauth.GrantKey{Provider: "hub", Site: site, Name: name}
			w.saves(t, key, "v1.old_key.xyz")
			want[key] = true
		}
	}
	w.saves(t, ann, "v1.new_key.xyz")
	require.NotZero(t, w.leases(t, server, "a"), "what is empty has no seal")
	w.saves(t, oauth.GrantKey{Provider: "hub", Name: "odd"}, "v1.newXkey.xyz")
	want[oauth.GrantKey{Provider: "hub", Name: "odd"}] = true
	var after oauth.GrantKey
	for {
		chunk, err := w.Grants.GrantsNotSealedWith(t.Context(), "v1.new_key.", after, 5)
		require.NoError(t, err)
		for _, g := range chunk {
			require.True(t, want[g.Key], "%v once", g.Key)
			require.NotEmpty(t, g.Sealed)
			require.NotZero(t, g.Version)
			delete(want, g.Key)
			after = g.Key
		}
		if len(chunk) < 5 {
			break
		}
	}
	require.Empty(t, want)
}

func grantsAreResealed(t *testing.T, w GrantsWorld) {
	t.Helper()
	w.saves(t, ann, "old")
	version := w.leases(t, ann, "a")
	for _, first := range []bool{true, false} {
		resealed, err := w.Grants.ResealGrant(t.Context(), ann, "old", "new")
		require.NoError(t, err)
		require.Equal(t, first, resealed)
		require.Equal(t, oauth.StoredGrant{Key: ann, Sealed: "new", Version: version, Renewing: true}, w.grant(t, ann))
	}
	resealed, err := w.Grants.ResealGrant(t.Context(), server, "old", "new")
	require.NoError(t, err)
	require.False(t, resealed)
}
