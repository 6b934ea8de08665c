package oauth

import (
	"context"
	"time"
)

// GrantKey names a stored grant.
type GrantKey struct {
	// Provider is the App's name, and Site the one of its sites that the grant is for; "" is Zoom.
	Provider, Site string
	// Name is the person whose grant it is, "account" for the one of an admin-managed app, or "server" for the token of a server-to-server app.
	// A person's token that wasn't authorized but entered has EnteredToken behind the person.
	Name string
}

// EnteredToken ends the name of a token that a person entered.
const EnteredToken = "/token"

// SealName is what is bound into the seal of the grant: under another key it doesn't open.
func (k GrantKey) SealName() string { return "oauth/grant/" + k.Provider + "/" + k.Site + "/" + k.Name }

// StoredGrant is a grant as it is stored.
type StoredGrant struct {
	Key GrantKey
	// Sealed are the tokens and their owner. "" is a grant whose first token a server is getting at the moment.
	Sealed string
	// Version is different for each content that a grant ever had, and 0 for none. The database chooses it.
	Version int64
	// Renewing reports whether a server has leased the grant to renew its token.
	Renewing bool
}

// Grants stores the grants of all providers. The clock of the database decides whether a lease has ended.
type Grants interface {
	// Grant returns the grant with this key; its Version is 0 if there is none.
	Grant(ctx context.Context, key GrantKey) (StoredGrant, error)
	// SaveGrant stores a grant that the provider's user owner gave, "" if that isn't known, in place of any earlier one, and ends its lease.
	SaveGrant(ctx context.Context, key GrantKey, owner, sealed string) error
	// AddGrant stores the grant unless there is one already.
	AddGrant(ctx context.Context, key GrantKey, owner, sealed string) error
	// GrantsOf returns the names of the grants that this user of the provider gave at the site, in the order in which they were given.
	GrantsOf(ctx context.Context, providerID, site, owner string) (names []string, err error)
	// ReplaceGrant stores the grant and ends its lease if it still has this version, and reports whether it did.
	ReplaceGrant(ctx context.Context, key GrantKey, version int64, sealed string) (replaced bool, err error)
	// LeaseGrant leases the grant to the holder if it still has this version and no lease is running. A grant with version 0 is added, empty.
	// It returns the version that the leased grant has, 0 if it wasn't leased.
	LeaseGrant(ctx context.Context, key GrantKey, version int64, holder string, period time.Duration) (leased int64, err error)
	// ReleaseGrant ends the holder's lease; it is no error if there is none.
	ReleaseGrant(ctx context.Context, key GrantKey, holder string) error
	// DeleteGrant removes the grant; it is no error if there is none.
	DeleteGrant(ctx context.Context, key GrantKey) error

	// GrantsNotSealedWith returns up to limit grants whose Sealed doesn't begin with the prefix, in order of their keys, after this key.
	GrantsNotSealedWith(ctx context.Context, prefix string, after GrantKey, limit int) ([]StoredGrant, error)
	// ResealGrant replaces what is sealed, and nothing else, if it is still the same.
	ResealGrant(ctx context.Context, key GrantKey, sealed, fresh string) (resealed bool, err error)
}

// Keyring stores the one record with the data keys of a Vault, each sealed.
type Keyring interface {
	// Keyring returns the record and its version, "" and 0 for none.
	Keyring(ctx context.Context) (record string, version int64, err error)
	// SaveKeyring stores the record if the stored one still has this version, and reports whether it did.
	SaveKeyring(ctx context.Context, record string, version int64) (saved bool, err error)
}

// SignIns stores what is known about authorizations between two requests. All of it expires by the clock of the database.
type SignIns interface {
	// UseState uses a state up, and reports whether it wasn't before. That is remembered for this long.
	UseState(ctx context.Context, id string, keep time.Duration) (first bool, err error)
	// StateUsed reports whether the state is used up.
	StateUsed(ctx context.Context, id string) (bool, error)
	// SaveHandover stores an authorization that waits for its code for this long, in place of any earlier one with this ID.
	SaveHandover(ctx context.Context, id, sealed string, keep time.Duration) error
	// TryHandover counts a try at the code, and returns the authorization and the number of tries so far; "" for none.
	TryHandover(ctx context.Context, id string) (sealed string, tries int, err error)
	// EndHandover removes the authorization if it is still this one, and reports whether it did: of concurrent callers, one.
	EndHandover(ctx context.Context, id, sealed string) (ended bool, err error)
}
