package bitbucket

import (
	"context"
	"strings"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// Endpoints are where people authorize. What a consumer of Cloud may do is fixed where it was registered; a Data Center is asked for it.
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

// WhoAmI returns whose account the session acts with.
func (*Bitbucket) WhoAmI(ctx context.Context, s provider.Session) (provider.Account, error) {
	return newClient(s).account(ctx)
}

// CredentialForm asks for a token: of a repository, project or workspace of Cloud, of a Data Center, or of a person's own, which in Cloud
// goes with the address of their account.
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

// ParseCredential makes the credential of the answers: with a user it is shown as a password, without one alone.
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

// CheckCredential asks who the credential is. A token of a repository may not ask that, which shows that it is known.
func (*Bitbucket) CheckCredential(ctx context.Context, s provider.Session) error {
	_, err := newClient(s).account(ctx)
	if s.Site.Kind != kindDataCenter && fault.Is(err, fault.ProviderForbidden, fault.ResourceUnknown) {
		return nil
	}
	return err
}
