package postgres

import (
	"context"
	"encoding/json"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/postgres/query"
	"mattermost-plugin-zoom/server/session"
)

// Sites are the sites of providers; see session.Sites.
type Sites struct{ db *DB }

var _ session.Sites = (*Sites)(nil)

// NewSites returns the sites in the database.
func NewSites(db *DB) *Sites { return &Sites{db} }

// Sites implements session.Sites.
func (s *Sites) Sites(ctx context.Context, providerID string) ([]session.StoredSite, error) {
	rows, err := s.db.queries().Sites(ctx, providerID)
	if err != nil {
		return nil, err
	}
	sites := make([]session.StoredSite, len(rows))
	for i, row := range rows {
		sites[i] = session.StoredSite{ClientID: row.ClientID, Sealed: row.Sealed, Version: row.Version}
		if err := json.Unmarshal([]byte(row.Site), &sites[i].Site); err != nil {
			return nil, errors.Wrap(err, "decode a site")
		}
	}
	return sites, nil
}

// SaveSite implements session.Sites.
func (s *Sites) SaveSite(ctx context.Context, providerID string, site session.StoredSite) (saved bool, err error) {
	encoded, err := json.Marshal(site.Site)
	if err != nil {
		return false, errors.Wrap(err, "encode a site")
	}
	var rows int64
	if site.Version == 0 {
		rows, err = s.db.queries().AddSite(ctx, query.AddSiteParams{
			Provider: providerID, Url: site.URL, Site: string(encoded), ClientID: site.ClientID, Sealed: site.Sealed,
		})
	} else {
		rows, err = s.db.queries().ReplaceSite(ctx, query.ReplaceSiteParams{
			Provider: providerID, Url: site.URL, Site: string(encoded), ClientID: site.ClientID, Sealed: site.Sealed, Version: site.Version,
		})
	}
	return rows > 0, err
}

// DeleteSite implements session.Sites.
func (s *Sites) DeleteSite(ctx context.Context, providerID, url string) error {
	return s.db.queries().DeleteSite(ctx, providerID, url)
}
