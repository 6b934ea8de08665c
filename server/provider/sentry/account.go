package sentry

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// The fields of the form for an internal integration.
const (
	fieldToken  = "token"
	fieldSecret = "secret"
	// secretLeast is the minimum length of a client secret.
	secretLeast = 16
)

// accounts are those of users, and the sites at which they are.
type accounts struct{}

// Endpoints returns where users authorize. All regions of sentry.io share it. Sentry expects the client's credentials in the body.
func (accounts) Endpoints(site provider.Site) provider.Endpoints {
	return provider.Endpoints{
		AuthURL: site.URL + "/oauth/authorize/", TokenURL: site.URL + "/oauth/token/",
		Scopes:            []string{"org:read", "project:read", "team:read", "member:read", "event:read", "event:write"},
		CredentialsInBody: true,
	}
}

// whoAmI is what Sentry says about a token.
type whoAmI struct {
	User lenient[struct {
		ID    text `json:"id"`
		Name  text `json:"name"`
		Login text `json:"username"`
		Email text `json:"email"`
	}] `json:"user"`
	Auth lenient[struct {
		Scopes list[string] `json:"scopes"`
	}] `json:"auth"`
}

// WhoAmI returns the account of the session.
func (accounts) WhoAmI(ctx context.Context, s provider.Session) (provider.Account, error) {
	var answer whoAmI
	if err := s.Call(ctx, http.MethodGet, "/api/0/", nil, &answer); err != nil {
		return provider.Account{}, err
	}
	u := answer.User.get()
	if u.ID.id() == "" {
		return provider.Account{}, s.Fault(errors.New("the token has no user"), fault.AccountRejected)
	}
	shown := cmp.Or(u.Name.line(maxName), u.Login.line(maxName), u.Email.line(maxName))
	return provider.Account{ID: u.ID.id(), Name: shown}, nil
}

// CredentialForm asks for the token and the client secret of an internal integration.
func (accounts) CredentialForm() []chat.FormField {
	return []chat.FormField{
		{
			Name: fieldToken, Kind: chat.SecretField,
			Label: chat.Say("sentry.credential.token"), Help: chat.Say("sentry.credential.token_help"),
		},
		{
			Name: fieldSecret, Kind: chat.SecretField,
			Label: chat.Say("sentry.credential.secret"), Help: chat.Say("sentry.credential.secret_help"),
		},
	}
}

// ParseCredential returns the credential from the submitted values. It also checks the client secret, which SigningSecret returns.
func (s accounts) ParseCredential(values map[string]string) (provider.Credential, error) {
	token := strings.TrimSpace(values[fieldToken])
	switch {
	case token == "":
		return provider.Credential{}, &provider.FieldError{Field: fieldToken, Message: chat.Say("sentry.credential.no_token")}
	case strings.ContainsAny(token, " \t\r\n"):
		return provider.Credential{}, &provider.FieldError{Field: fieldToken, Message: chat.Say("sentry.credential.wrong_token")}
	}
	if _, given := values[fieldSecret]; given {
		if _, err := s.SigningSecret(values); err != nil {
			return provider.Credential{}, err
		}
	}
	return provider.Credential{Scheme: provider.BearerToken, Secret: token}, nil
}

// SigningSecret returns the client secret of the integration, with which Sentry signs deliveries. It replaces the secret that the
// connection would generate. If it is invalid, the error is a *provider.FieldError.
func (accounts) SigningSecret(values map[string]string) (string, error) {
	secret := strings.TrimSpace(values[fieldSecret])
	if len(secret) < secretLeast || strings.ContainsAny(secret, " \t\r\n") {
		return "", &provider.FieldError{Field: fieldSecret, Message: chat.Say("sentry.credential.wrong_secret")}
	}
	if secret == strings.TrimSpace(values[fieldToken]) {
		return "", &provider.FieldError{Field: fieldSecret, Message: chat.Say("sentry.credential.same_secret")}
	}
	return secret, nil
}

// CheckCredential checks that Sentry accepts the token and that the token may change issues.
func (accounts) CheckCredential(ctx context.Context, s provider.Session) error {
	var answer whoAmI
	if err := s.Call(ctx, http.MethodGet, "/api/0/", nil, &answer); err != nil {
		return err
	}
	if answer.Auth.v == nil && answer.User.v == nil {
		return s.Fault(errors.New("the token has no user"), fault.AccountRejected)
	}
	if answer.Auth.v == nil {
		return nil
	}
	for _, scope := range answer.Auth.v.Scopes {
		if scope == "event:write" || scope == "event:admin" {
			return nil
		}
	}
	return &provider.FieldError{Field: fieldToken, Message: chat.Say("sentry.credential.weak_token")}
}
