package stack

import (
	"context"
	"net/http"

	"github.com/pkg/errors"
)

// The secrets that the stories enter for Sentry. They look for them where they must not be.
const (
	SentrySecret            = "e2e-sentry-client-secret-0123456789"
	SentryIntegrationToken  = "e2e-sentry-integration-token-0123456789"
	SentryIntegrationSecret = "e2e-sentry-integration-secret-0123456789"
)

// Sentry is the pretended Sentry, driven through its control API.
type Sentry struct {
	// URL is where people and programs find it, without a slash at the end.
	URL string

	sandbox *Sandbox
}

// Sentry is the pretended Sentry.
func (z *Sandbox) Sentry() *Sentry { return &Sentry{URL: z.URL + "/sentry", sandbox: z} }

func (s *Sentry) post(ctx context.Context, path string, in, out any) error {
	return s.sandbox.do(ctx, http.MethodPost, "/sentry"+path, in, out)
}

// NewApp registers an OAuth client with this callback address and the stories'
// secret, and returns its ID.
func (s *Sentry) NewApp(ctx context.Context, callback string) (clientID string, err error) {
	app := map[string]string{"name": "Mattermost", "client_id": "e2e-sentry-client", "client_secret": SentrySecret, "redirect_uri": callback}
	return app["client_id"], s.post(ctx, "/apps", app, nil)
}

// NewUser creates a user there.
func (s *Sentry) NewUser(ctx context.Context, login, email string) error {
	return s.post(ctx, "/users", map[string]string{"login": login, "email": email}, nil)
}

// NewOrganization makes an organization with these projects, by slug, that
// someone owns, and with an internal integration.
func (s *Sentry) NewOrganization(ctx context.Context, slug, name, owner string, projects ...string) error {
	var all []map[string]string
	for _, project := range projects {
		all = append(all, map[string]string{"slug": project, "name": project})
	}
	return errors.Wrapf(s.post(ctx, "/organizations", map[string]any{
		"slug": slug, "name": name, "members": map[string]string{owner: "owner"}, "projects": all,
		"integrations": []map[string]string{{
			"slug": "chat-" + slug, "name": "Chat", "token": SentryIntegrationToken + slug, "client_secret": SentryIntegrationSecret + slug,
		}},
	}, nil), "create the organization %s", slug)
}

// Error lets an error happen in a project, so often, and returns its issue's ID.
func (s *Sentry) Error(ctx context.Context, organization, project, kind, value string) (issue string, err error) {
	var made struct {
		ID string `json:"id"`
	}
	err = s.post(ctx, "/organizations/"+organization+"/projects/"+project+"/errors", map[string]any{
		"type": kind, "value": value, "level": "error", "culprit": "shop.cart in total", "release": "shop@1.2", "environment": "production",
	}, &made)
	return made.ID, err
}

// Does lets something happen to an issue: resolve, regress, archive, ….
func (s *Sentry) Does(ctx context.Context, organization, issue, what string) error {
	return s.post(ctx, "/organizations/"+organization+"/issues/"+issue+"/"+what, map[string]string{}, nil)
}

// Status is how an issue is at Sentry: unresolved, resolved or ignored.
func (s *Sentry) Status(ctx context.Context, organization, issue string) (string, error) {
	var state struct {
		Status string `json:"status"`
	}
	return state.Status, s.sandbox.do(ctx, http.MethodGet, "/sentry/organizations/"+organization+"/issues/"+issue, nil, &state)
}

// Hook is where the integration of an organization sends its deliveries.
func (s *Sentry) Hook(ctx context.Context, organization string) (string, error) {
	var state struct {
		WebhookURL string `json:"webhook_url"`
	}
	return state.WebhookURL, s.sandbox.do(ctx, http.MethodGet, "/sentry/integrations/chat-"+organization, nil, &state)
}

// Sent is something that Sentry told an integration.
type Sent struct {
	Integration string `json:"recipient"`
	Event       string `json:"event"`
	Attempts    []struct {
		Status int   `json:"status"`
		TookMS int64 `json:"took_ms"`
	} `json:"attempts"`
}

// Deliveries lists what an integration was told, in order.
func (s *Sentry) Deliveries(ctx context.Context, integration string) ([]Sent, error) {
	var all, its []Sent
	err := s.sandbox.do(ctx, http.MethodGet, "/sentry/deliveries", nil, &all)
	for _, sent := range all {
		if sent.Integration == integration {
			its = append(its, sent)
		}
	}
	return its, err
}
