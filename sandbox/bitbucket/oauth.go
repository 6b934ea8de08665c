package bitbucket

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// grantRules are those of the product. Cloud needs no redirect_uri to exchange a
// code, but one that is sent has to be the same; its refresh tokens stay, those of
// a Data Center are spent by use. Clients should go by expires_in.
func (w *world) grantRules() kit.GrantRules {
	return kit.GrantRules{
		HasApp:       func(clientID string) bool { return w.apps[clientID] != nil },
		CodeLifetime: 10 * time.Minute, AccessLifetime: 2 * time.Hour,
		KeepRefresh: w.kind == Cloud, OptionalRedirectURI: w.kind == Cloud,
	}
}

// Consent implements kit.Authorizer.
func (w *world) Consent(q url.Values) (kit.Consent, string) {
	app := w.apps[q.Get("client_id")]
	if app == nil {
		return kit.Consent{}, "Invalid client_id"
	}
	c := kit.Consent{
		App: app.Name, ClientID: app.ClientID, Scopes: app.Scopes, RedirectURI: q.Get("redirect_uri"), State: q.Get("state"),
		Challenge: q.Get("code_challenge"), Method: q.Get("code_challenge_method"),
		Approver: w.policy.AutoApprove, Declined: "The user denied access to your application",
	}
	if c.RedirectURI == "" {
		c.RedirectURI = app.RedirectURI
	}
	if c.RedirectURI != app.RedirectURI && !strings.HasPrefix(c.RedirectURI, strings.TrimSuffix(app.RedirectURI, "/")+"/") {
		return kit.Consent{}, "Invalid redirect_uri"
	}
	if q.Get("response_type") != "code" {
		return kit.Consent{}, "Invalid response_type"
	}
	if asked := strings.Fields(q.Get("scope")); w.kind == DataCenter {
		if len(asked) == 0 {
			return kit.Consent{}, "Invalid scope"
		}
		for _, scope := range asked {
			if !includes(app.Scopes, scope) || !slices.Contains(w.allScopes(), scope) {
				return kit.Consent{}, "Invalid scope"
			}
		}
		c.Scopes = asked
	}
	return c, ""
}

// Logins implements kit.Authorizer.
func (w *world) Logins() []kit.Login {
	var all []kit.Login
	for _, u := range w.users {
		if !u.bot {
			all = append(all, kit.Login{Value: u.Email, Label: u.DisplayName + " (" + u.Email + ")"})
		}
	}
	return all
}

// Allow implements kit.Authorizer.
func (w *world) Allow(c kit.Consent, login string) (string, bool) {
	u := w.user(login)
	if u == nil {
		return "", false
	}
	return w.grants.Allow(c, u), true
}

// routeOAuth adds the consent page and the token endpoint.
func (s *Sandbox) routeOAuth(authorize, token string) {
	kit.RouteOAuth(s.Sandbox, s.site, authorize, pages)
	s.site.HandleFunc("POST "+token, kit.TokenEndpoint(s.Sandbox, (*world).token))
}

// token exchanges a code or a refresh token.
func (w *world) token(r *http.Request) (any, *kit.Refusal) {
	id, secret := kit.ClientCredentials(r, r.PostForm)
	app := w.apps[id]
	if app == nil || !kit.SameFormSecret(app.ClientSecret, secret) {
		return nil, kit.Refuse(http.StatusUnauthorized, "unauthorized_client", "Invalid OAuth client credentials")
	}
	g, err := w.grants.Exchange(app.ClientID, r.PostForm)
	if err != nil {
		return nil, kit.RefuseGrant(err, r.PostForm, map[error]string{
			kit.ErrCode: "The specified code is not valid.", kit.ErrRedirectURI: "The redirect_uri does not match.",
			kit.ErrVerifier: "The code_verifier does not match.", kit.ErrRefreshToken: "Invalid refresh_token",
		})
	}
	answer := object{
		"access_token": w.grants.Issue(g, 0), "refresh_token": g.Refresh, "token_type": "bearer",
		"expires_in": int(w.grantRules().AccessLifetime.Seconds()),
	}
	scopes := strings.Join(g.Scopes, " ")
	if w.kind == Cloud {
		answer["scopes"], answer["state"] = scopes, r.PostForm.Get("grant_type")
	} else {
		answer["scope"], answer["created_at"] = scopes, w.Now().UnixMilli()
	}
	return answer, nil
}

// RevokeGrant ends what a user allowed an app, without telling the app.
func (s *Sandbox) RevokeGrant(nickname, clientID string) error {
	return s.Control(func(w *world) error { return w.grants.Withdraw(clientID, w.user(nickname)) })
}

// ExpireTokens has all access tokens of an app expire now.
func (s *Sandbox) ExpireTokens(clientID string) error {
	return s.Control(func(w *world) error { return w.grants.Expire(clientID) })
}

// scopeIncludes says what else a scope brings.
func scopeIncludes(scope string) []string {
	switch scope {
	case "repository:write":
		return []string{"repository"}
	case "pullrequest":
		return []string{"repository"}
	case "pullrequest:write":
		return []string{"pullrequest", "repository", "repository:write"}
	case "pipeline:write":
		return []string{"pipeline"}
	case "REPO_ADMIN":
		return []string{"REPO_WRITE", "REPO_READ", "PUBLIC_REPOS"}
	case "REPO_WRITE":
		return []string{"REPO_READ", "PUBLIC_REPOS"}
	case "REPO_READ":
		return []string{"PUBLIC_REPOS"}
	}
	return nil
}

// includes reports whether scopes have one of them, or one that includes it.
func includes(scopes []string, scope string) bool {
	return scope == "" || slices.ContainsFunc(scopes, func(have string) bool {
		return have == scope || slices.Contains(scopeIncludes(have), scope)
	})
}
