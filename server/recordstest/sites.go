package recordstest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/session"
)

// Sites runs the contract of session.Sites. Each open returns empty records.
func Sites(t *testing.T, open func(t *testing.T) session.Sites) {
	t.Helper()
	for name, story := range map[string]func(t *testing.T, sites session.Sites){
		"sites have an order and a provider":             sitesHaveOrder,
		"of many admins one changes a site in a version": sitesAreChangedOnce,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story(t, open(t))
		})
	}
}

func sitesHaveOrder(t *testing.T, sites session.Sites) {
	t.Helper()
	var want []session.StoredSite
	for n := range 5 {
		site := session.StoredSite{Site: provider.Site{ID: fmt.Sprint(n), URL: fmt.Sprintf("https://dc%d.test", 9-n), Hosts: []string{"https://api.test"}}}
		if n == 2 {
			site.ClientID, site.Sealed = "client", "sealed"
		}
		saved, err := sites.SaveSite(t.Context(), "hub", site)
		require.NoError(t, err)
		require.True(t, saved)
		want = append(want, site)
	}
	found, err := sites.Sites(t.Context(), "hub")
	require.NoError(t, err)
	require.Len(t, found, 5)
	changed := found[1]
	changed.Kind = "datacenter"
	saved, err := sites.SaveSite(t.Context(), "hub", changed)
	require.NoError(t, err)
	require.True(t, saved)
	want[1].Kind = "datacenter"
	found, err = sites.Sites(t.Context(), "hub")
	require.NoError(t, err)
	for i := range found {
		require.NotZero(t, found[i].Version)
		found[i].Version = 0
	}
	require.Equal(t, want, found, "a change keeps a site's place")
	for range 2 {
		require.NoError(t, sites.DeleteSite(t.Context(), "hub", want[0].URL))
	}
	found, err = sites.Sites(t.Context(), "hub")
	require.NoError(t, err)
	require.Len(t, found, 4)
	found, err = sites.Sites(t.Context(), "mirror")
	require.NoError(t, err)
	require.Empty(t, found)
}

func sitesAreChangedOnce(t *testing.T, sites session.Sites) {
	t.Helper()
	site := session.StoredSite{Site: provider.Site{URL: "https://dc.test"}}
	for range 2 {
		var won atomic.Int32
		var admins sync.WaitGroup
		for range 8 {
			admins.Go(func() {
				if saved, err := sites.SaveSite(t.Context(), "hub", site); err == nil && saved {
					won.Add(1)
				}
			})
		}
		admins.Wait()
		require.EqualValues(t, 1, won.Load())
		found, err := sites.Sites(t.Context(), "hub")
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.NotEqual(t, site.Version, found[0].Version)
		site = found[0]
	}
	require.NoError(t, sites.DeleteSite(t.Context(), "hub", site.URL))
	saved, err := sites.SaveSite(t.Context(), "hub", site)
	require.NoError(t, err)
	require.False(t, saved, "a site that was removed isn't brought back by a change of it")
}
