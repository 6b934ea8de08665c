package memory

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"mattermost-plugin-zoom/server/session"
)

// Sites are the sites of providers; see session.Sites.
type Sites struct {
	faults *Faults

	mu      sync.Mutex
	rows    map[string][]session.StoredSite
	version int64
}

var _ session.Sites = (*Sites)(nil)

func newSites(faults *Faults) *Sites {
	return &Sites{faults: faults, rows: map[string][]session.StoredSite{}}
}

// Sites implements session.Sites.
func (m *Sites) Sites(ctx context.Context, providerID string) (found []session.StoredSite, err error) {
	leave, err := m.faults.enter(ctx, &m.mu, "Sites.Sites", providerID)
	if err != nil {
		return nil, err
	}
	defer leave(&err)
	return slices.Clone(m.rows[providerID]), nil
}

// SaveSite implements session.Sites.
func (m *Sites) SaveSite(ctx context.Context, providerID string, site session.StoredSite) (saved bool, err error) {
	leave, err := m.faults.enter(ctx, &m.mu, "Sites.SaveSite", providerID+" "+site.URL)
	if err != nil {
		return false, err
	}
	defer leave(&err)
	sites := m.rows[providerID]
	at := slices.IndexFunc(sites, func(s session.StoredSite) bool { return s.URL == site.URL })
	if at < 0 && site.Version != 0 || at >= 0 && sites[at].Version != site.Version {
		return false, nil
	}
	m.version++
	site.Version = m.version
	if at < 0 {
		m.rows[providerID] = append(sites, site)
	} else {
		sites[at] = site
	}
	return true, nil
}

// DeleteSite implements session.Sites.
func (m *Sites) DeleteSite(ctx context.Context, providerID, url string) (err error) {
	leave, err := m.faults.enter(ctx, &m.mu, "Sites.DeleteSite", providerID+" "+url)
	if err != nil {
		return err
	}
	defer leave(&err)
	m.rows[providerID] = slices.DeleteFunc(m.rows[providerID], func(s session.StoredSite) bool { return s.URL == url })
	return nil
}

// Dump returns each site, by "site", its provider and its address.
func (m *Sites) Dump() map[string]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	dump := map[string]string{}
	for providerID, sites := range m.rows {
		for _, site := range sites {
			dump["site "+providerID+" "+site.URL] = fmt.Sprintf("%+v", site)
		}
	}
	return dump
}
