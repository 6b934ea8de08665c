package provider

import "context"

// AmbiguousError is an error: several things fit what somebody typed, or nothing was typed and there are several to choose from.
type AmbiguousError struct {
	Choices []Choice
}

// Choice is one of them.
type Choice struct {
	// Label is what people call it, as it came from outside; Text is what names it and nothing else, to be given to Locate.
	Label, Text string
}

// Error says that there is a choice to be made.
func (*AmbiguousError) Error() string { return "several things fit what was typed" }

// Subresources is an Installer whose resources have parts, each of which a channel follows by itself: the projects of an organization.
type Subresources interface {
	// Subresource returns the part that the path names, seen by who asks. Faults: ResourceUnknown; or an *Ambiguous.
	Subresource(ctx context.Context, s Session, path string) (Resource, error)
	// SubresourceText returns what names the part of the resource and nothing else, to be given to Locate.
	SubresourceText(whole, part Resource) string
}

// SigningSecret is a Bearer whose tool signs deliveries with a secret that comes with the credential: its form asks for both, and
// without them no webhook can be set up.
type SigningSecret interface {
	// SigningSecret returns the secret of the form's answers; where it is not good, the error is a *FieldError.
	SigningSecret(values map[string]string) (string, error)
	// VerifySource checks that the session may change what the hook's deliveries come from, or, where nothing sends to it yet, what would send to
	// it; and that this signs with the hook's secret. It changes nothing. Shown is false where the tool keeps the secret to itself, so
	// that only a delivery can prove it. Faults: NotResourceAdmin, ResourceUnknown; a *FieldError where the tool shows another secret.
	VerifySource(ctx context.Context, s Session, r Resource, h Hook) (shown bool, err error)
}

// RegionalAccounts is an Authorizer whose accounts are each in one of its regions, which are sites of different kinds, though people of all of
// them may authorize at one address.
type RegionalAccounts interface {
	// SiteOfAccount returns which of the sites an account is in, by the ID token that came with its authorization.
	SiteOfAccount(idToken string, sites []Site) (Site, error)
}
