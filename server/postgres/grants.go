package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/postgres/query"
)

// Grants are the users' grants; see oauth.Grants.
type Grants struct{ db *DB }

var _ oauth.Grants = (*Grants)(nil)

// NewGrants returns the grants in the database.
func NewGrants(db *DB) *Grants { return &Grants{db} }

// Grant implements oauth.Grants.
func (g *Grants) Grant(ctx context.Context, key oauth.GrantKey) (oauth.StoredGrant, error) {
	row, err := g.db.queries().Grant(ctx, key.Provider, key.Site, key.Name)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return oauth.StoredGrant{Key: key, Sealed: row.Sealed, Version: row.Version, Renewing: row.Renewing}, err
}

// SaveGrant implements oauth.Grants.
func (g *Grants) SaveGrant(ctx context.Context, key oauth.GrantKey, owner, sealed string) error {
	return g.db.queries().SaveGrant(ctx, query.SaveGrantParams{Provider: key.Provider, Site: key.Site, Name: key.Name, Owner: owner, Sealed: sealed})
}

// AddGrant implements oauth.Grants.
func (g *Grants) AddGrant(ctx context.Context, key oauth.GrantKey, owner, sealed string) error {
	return g.db.queries().AddGrant(ctx, query.AddGrantParams{Provider: key.Provider, Site: key.Site, Name: key.Name, Owner: owner, Sealed: sealed})
}

// GrantsOf implements oauth.Grants.
func (g *Grants) GrantsOf(ctx context.Context, providerID, site, owner string) ([]string, error) {
	return g.db.queries().GrantsOf(ctx, providerID, site, owner)
}

// ReplaceGrant implements oauth.Grants.
func (g *Grants) ReplaceGrant(ctx context.Context, key oauth.GrantKey, version int64, sealed string) (bool, error) {
	rows, err := g.db.queries().ReplaceGrant(ctx, query.ReplaceGrantParams{
		Provider: key.Provider, Site: key.Site, Name: key.Name, Version: version, Sealed: sealed,
	})
	return rows > 0, err
}

// LeaseGrant implements oauth.Grants.
func (g *Grants) LeaseGrant(ctx context.Context, key oauth.GrantKey, version int64, holder string, period time.Duration) (int64, error) {
	if version == 0 {
		added, err := g.db.queries().AddLeasedGrant(ctx, query.AddLeasedGrantParams{
			Provider: key.Provider, Site: key.Site, Name: key.Name, Holder: holder, Milliseconds: period.Milliseconds(),
		})
		if err != nil || len(added) == 0 {
			return 0, err
		}
		return added[0], nil
	}
	rows, err := g.db.queries().LeaseGrant(ctx, query.LeaseGrantParams{
		Provider: key.Provider, Site: key.Site, Name: key.Name, Version: version, Holder: holder, Milliseconds: period.Milliseconds(),
	})
	if rows == 0 {
		version = 0
	}
	return version, err
}

// ReleaseGrant implements oauth.Grants.
func (g *Grants) ReleaseGrant(ctx context.Context, key oauth.GrantKey, holder string) error {
	return g.db.queries().ReleaseGrant(ctx, query.ReleaseGrantParams{Provider: key.Provider, Site: key.Site, Name: key.Name, Holder: holder})
}

// DeleteGrant implements oauth.Grants.
func (g *Grants) DeleteGrant(ctx context.Context, key oauth.GrantKey) error {
	return g.db.queries().DeleteGrant(ctx, key.Provider, key.Site, key.Name)
}

// GrantsNotSealedWith implements oauth.Grants.
func (g *Grants) GrantsNotSealedWith(ctx context.Context, prefix string, after oauth.GrantKey, limit int) ([]oauth.StoredGrant, error) {
	rows, err := g.db.queries().GrantsNotSealedWith(ctx, query.GrantsNotSealedWithParams{
		Provider: after.Provider, Site: after.Site, Name: after.Name, Prefix: prefix, Most: int32(limit), //nolint:gosec // far below 2^31
	})
	found := make([]oauth.StoredGrant, len(rows))
	for i, row := range rows {
		key := oauth.GrantKey{Provider: row.Provider, Site: row.Site, Name: row.Name}
		found[i] = oauth.StoredGrant{Key: key, Sealed: row.Sealed, Version: row.Version}
	}
	return found, err
}

// ResealGrant implements oauth.Grants.
func (g *Grants) ResealGrant(ctx context.Context, key oauth.GrantKey, sealed, fresh string) (bool, error) {
	rows, err := g.db.queries().ResealGrant(ctx, query.ResealGrantParams{
		Provider: key.Provider, Site: key.Site, Name: key.Name, Sealed: sealed, Fresh: fresh,
	})
	return rows > 0, err
}
