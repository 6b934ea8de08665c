package bitbucket

import (
	"context"
	"strings"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// Endpoints returns where users authorize. In Cloud, the scopes are fixed when the OAuth consumer is registered; a Data Center is asked
// for them.
func (*Bitbucket) Endpoints(site provider.Site) provider.Endpoints {
	if site.Kind == kindDataCenter {
		return provider.Endpoints{
			AuthURL:           site.URL + "/rest/oauth2/latest/authorize",
			TokenURL:          site.URL + "/rest/oauth2/latest/token",
			Scopes:            []string{"REPO_ADMIN"},
			CredentialsInBody: true,
		}
	}
	return provider.Endpoints{AuthURL: site.URL + "/site/oauth2/authorize", TokenURL: site.URL + "/site/oauth2/access_token"}
}

// WhoAmI returns the account of the session.
func (*Bitbucket) WhoAmI(ctx context.Context, s provider.Session) (provider.Account, error) {
	return newClient(s).account(ctx)
}

// CredentialForm asks for a token: of a repository, project or workspace of Cloud, of a Data Center, or a user's own, which in Cloud
// needs the email address of the account.
func (*Bitbucket) CredentialForm() []chat.FormField {
	return []chat.FormField{
		{
			Name: "user", Kind: chat.TextField, Optional: true, MaxLength: maxName * 3,
			Label: chat.Say("bitbucket.credential.user"), Help: chat.Say("bitbucket.credential.user_help"),
		},
		{
			Name: "token", Kind: chat.SecretField,
			Label: chat.Say("bitbucket.credential.token"), Help: chat.Say("bitbucket.credential.token_help"),
		},
	}
}

// ParseCredential returns the credential from the submitted values. A token with a user is sent as a password, otherwise as a bearer
// token.
func (*Bitbucket) ParseCredential(values map[string]string) (provider.Credential, error) {
	user, token := strings.TrimSpace(values["user"]), strings.TrimSpace(values["token"])
	slip := func(field, id string) (provider.Credential, error) {
		return provider.Credential{}, &provider.FieldError{Field: field, Message: chat.Say(id)}
	}
	switch {
	case token == "":
		return slip("token", "bitbucket.credential.no_token")
	case strings.ContainsAny(token, " \t\r\n"):
		return slip("token", "bitbucket.credential.wrong_token")
	case strings.ContainsAny(user, ":\r\n"):
		return slip("user", "bitbucket.credential.wrong_user")
	case user != "":
		return provider.Credential{Scheme: provider.Basic, User: user, Secret: token}, nil
	}
	return provider.Credential{Scheme: provider.BearerToken, Secret: token}, nil
}

// CheckCredential requests the account of the credential. A repository's token may not do that, but the refusal shows that it is valid.
func (*Bitbucket) CheckCredential(ctx context.Context, s provider.Session) error {
	_, err := newClient(s).account(ctx)
	if s.Site.Kind != kindDataCenter && fault.Is(err, fault.ProviderForbidden, fault.ResourceUnknown) {
		return nil
	}
	return err
}
