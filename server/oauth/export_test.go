package oauth

import "context"

// What tests in package oauth_test need to know of the inside.
const (
	CallTimeout = callTimeout
	LeaseTime   = leaseTime
	Overlap     = overlap
	Grace       = grace
	TicketLife  = ticketLife
	StateLife   = stateLife
	MaxNext     = maxNext
	MaxSealed   = maxSealed
	StateName   = stateName
	Version     = version
)

// ParseBlob is parseBlob.
var ParseBlob = parseBlob

// Ring is ring.
type Ring = ring

// ParseRing is parseRing.
var ParseRing = parseRing

// Stored returns the token as it is stored.
func (g *Grant) Stored(ctx context.Context) (Token, error) {
	s, err := g.read(ctx)
	return s.Token, err
}

// Key names the grant.
func (g *Grant) Key() GrantKey { return g.key() }
