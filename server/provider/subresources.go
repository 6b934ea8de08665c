package provider

import "context"

// AmbiguousError is returned if several resources match what a user typed, or if the user typed nothing and there are several.
type AmbiguousError struct {
	Choices []Choice
}

// Choice is one of the matches.
type Choice struct {
	// Label is the display name, as untrusted text. Text is what Locate understands as exactly this match.
	Label, Text string
}

// Error says that the user has to choose.
func (*AmbiguousError) Error() string { return "several resources match" }

// Subresources is an Installer whose resources have parts that channels subscribe to separately, such as the projects of an organization.
type Subresources interface {
	// Subresource returns the part that the path names, as far as the session may see it. Faults: ResourceUnknown; or an *AmbiguousError.
	Subresource(ctx context.Context, s Session, path string) (Resource, error)
	// SubresourceText returns what Locate understands as exactly this part of the resource.
	SubresourceText(whole, part Resource) string
}

// SigningSecret is a TokenAuth whose provider generates the signing secret together with the token. The form asks for both; without them,
// no webhook can be set up.
type SigningSecret interface {
	// SigningSecret returns the secret from the submitted values. If it is invalid, the error is a *FieldError.
	SigningSecret(values map[string]string) (string, error)
	// VerifySource checks that the session may change the source of the hook's deliveries (or what would become the source), and that the
	// source signs with the hook's secret. It changes nothing. Shown is false if the provider doesn't show the secret, so that only a
	// delivery can prove it. Faults: NotResourceAdmin, ResourceUnknown; a *FieldError if the provider shows another secret.
	VerifySource(ctx context.Context, s Session, r Resource, h Hook) (shown bool, err error)
}

// RegionalAccounts is an Authorizer whose sites are regions. Each account is in one of them, although all users may authorize at the same
// address.
type RegionalAccounts interface {
	// SiteOfAccount returns the site of an account, from the ID token of its authorization.
	SiteOfAccount(idToken string, sites []Site) (Site, error)
}
