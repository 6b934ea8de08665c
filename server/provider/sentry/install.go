package sentry

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// installation is the integration that sends deliveries to us.
type installation struct {
	Slug string `json:"slug"`
	URL  string `json:"url"`
}

// sentIntegration is an internal integration of an organization, with everything that an update must contain.
type sentIntegration struct {
	Slug    string         `json:"slug"`
	Name    string         `json:"name"`
	Status  string         `json:"status"`
	Scopes  []string       `json:"scopes"`
	Events  []string       `json:"events"`
	Webhook string         `json:"webhookUrl"`
	Alerts  bool           `json:"isAlertable"`
	Schema  map[string]any `json:"schema"`
	Secret  string         `json:"clientSecret"`
}

// hookEvents returns the events that our integration subscribes to. Alerts come with isAlertable. Admins can add single errors if they
// want that many.
func hookEvents() []string { return []string{"issue", "comment"} }

// setup has Sentry deliver, by an internal integration, what organizations and projects report.
type setup struct{ directory }

// Resource returns the organization that the path names.
func (s setup) Resource(ctx context.Context, session provider.Session, path string) (provider.Resource, error) {
	f, err := s.Find(ctx, session, path)
	if err != nil {
		return provider.Resource{}, err
	}
	if f.Organization.ID == "" {
		return provider.Resource{}, session.Fault(errors.New("no organization is named"), fault.ResourceUnknown)
	}
	return f.Organization, nil
}

// Integrations lists the organization's internal integrations. Fault: NotResourceAdmin.
func (s setup) Integrations(ctx context.Context, session provider.Session, org provider.Resource) ([]provider.Resource, error) {
	all, err := integrations(ctx, session, org)
	var found []provider.Resource
	for _, one := range all {
		found = append(found, provider.Resource{ID: one.Slug, Name: untrusted.Line(cmp.Or(one.Name, one.Slug), maxTitle), Path: one.Slug})
	}
	return found, err
}

func integrations(ctx context.Context, session provider.Session, org provider.Resource) ([]sentIntegration, error) {
	var internal []sentIntegration
	address := newClient(session, org.Path).endpoint("sentry-apps") + "?per_page=" + perPage
	_, err := pages(ctx, session, address, maxPages, func(page []sentIntegration) bool {
		for _, one := range page {
			if one.Status == "internal" && slugOf(one.Slug) != "" {
				internal = append(internal, one)
			}
		}
		return true
	})
	return internal, session.NotAdmin(err, org.Name)
}

// Install makes an integration send its deliveries to us: the one that already does, otherwise the one that signs with the hook's secret,
// otherwise the only one, or the only one without a webhook. Its other events stay. Faults: NotResourceAdmin; ResourceUnknown if it is
// ambiguous.
func (s setup) Install(ctx context.Context, session provider.Session, org provider.Resource, h provider.Hook) (provider.Installation, error) {
	all, err := integrations(ctx, session, org)
	if err != nil {
		return provider.Installation{}, err
	}
	one, ok := ourIntegration(all, h)
	if !ok {
		return provider.Installation{}, ambiguousIntegration(session, len(all))
	}
	one.Webhook, one.Alerts = h.URL, true
	for _, wanted := range hookEvents() {
		if !slices.Contains(one.Events, wanted) {
			one.Events = append(one.Events, wanted)
		}
	}
	if one.Schema, err = withAlertAction(one.Schema, h); err != nil {
		return provider.Installation{}, err
	}
	if err := updateIntegration(ctx, session, one); err != nil {
		return provider.Installation{}, withProviderMessage(session.NotAdmin(err, org.Name))
	}
	encoded, err := json.Marshal(installation{Slug: one.Slug, URL: h.URL})
	return provider.Installation{Ref: encoded}, errors.Wrap(err, "encode an installation")
}

// VerifySource checks that the session may change the integration by updating it without a change. Sentry shows the client secret for one
// day after the integration was created, and only to those who may change it.
func (s setup) VerifySource(ctx context.Context, session provider.Session, org provider.Resource, h provider.Hook) (shown bool, err error) {
	all, err := integrations(ctx, session, org)
	if err != nil {
		return false, err
	}
	one, ok := ourIntegration(all, h)
	if !ok {
		return false, ambiguousIntegration(session, len(all))
	}
	if shown = strings.Trim(one.Secret, "*") != ""; shown && provider.MatchSecret(one.Secret, []string{h.Secret}) < 0 {
		return false, &provider.FieldError{Field: fieldSecret, Message: chat.Say("sentry.credential.other_secret", "Name", untrusted.Line(cmp.Or(one.Name, one.Slug), maxTitle))}
	}
	return shown, withProviderMessage(session.NotAdmin(updateIntegration(ctx, session, one), org.Name))
}

// ambiguousIntegration returns the fault for not knowing which integration to use.
func ambiguousIntegration(s provider.Session, found int) error {
	return s.Fault(errors.Errorf("%d integrations, none of which is known to be ours", found), fault.ResourceUnknown)
}

// ourIntegration returns the integration to use.
func ourIntegration(all []sentIntegration, h provider.Hook) (sentIntegration, bool) {
	idle := 0
	for _, one := range all {
		if one.Webhook == "" {
			idle++
		}
	}
	for _, is := range []func(sentIntegration) bool{
		func(i sentIntegration) bool { return h.URL != "" && i.Webhook == h.URL },
		func(i sentIntegration) bool {
			return h.Secret != "" && provider.MatchSecret(i.Secret, []string{h.Secret}) == 0
		},
		func(sentIntegration) bool { return len(all) == 1 },
		func(i sentIntegration) bool { return i.Webhook == "" && idle == 1 },
	} {
		if at := slices.IndexFunc(all, is); at >= 0 {
			return all[at], true
		}
	}
	return sentIntegration{}, false
}

// updateIntegration updates an integration. Integrations belong to no region. Without the list of scopes, all scopes would be removed.
func updateIntegration(ctx context.Context, s provider.Session, one sentIntegration) error {
	if one.Schema == nil {
		one.Schema = map[string]any{}
	}
	in := map[string]any{
		"name": one.Name, "scopes": one.Scopes, "webhookUrl": one.Webhook, "events": one.Events, "isAlertable": one.Alerts,
		"isInternal": true, "verifyInstall": false, "schema": one.Schema,
	}
	return s.Call(ctx, http.MethodPut, "/api/0/sentry-apps/"+url.PathEscape(one.Slug)+"/", in, nil)
}

// Installed reports whether the integration sends us everything we read. If deliveries fail too often, Sentry removes the integration's
// events instead of disabling it.
func (setup) Installed(ctx context.Context, s provider.Session, org provider.Resource, h provider.Hook, installed json.RawMessage) (bool, error) {
	known, err := readInstallation(installed)
	if err != nil || known.Slug == "" {
		return false, err
	}
	var one sentIntegration
	err = s.Call(ctx, http.MethodGet, "/api/0/sentry-apps/"+url.PathEscape(known.Slug)+"/", nil, &one)
	if fault.Is(err, fault.ResourceUnknown) {
		return false, nil
	}
	if err != nil {
		return false, s.NotAdmin(err, org.Name)
	}
	for _, wanted := range hookEvents() {
		if !slices.Contains(one.Events, wanted) {
			return false, nil
		}
	}
	return one.Webhook == h.URL && one.Alerts && hasAlertAction(one.Schema, h), nil
}

// Uninstall stops the integration from sending to us. The integration itself stays: it and its token belong to the admins.
func (setup) Uninstall(ctx context.Context, s provider.Session, org provider.Resource, installed json.RawMessage) error {
	known, err := readInstallation(installed)
	if err != nil || known.Slug == "" {
		return err
	}
	var one sentIntegration
	err = s.Call(ctx, http.MethodGet, "/api/0/sentry-apps/"+url.PathEscape(known.Slug)+"/", nil, &one)
	if fault.Is(err, fault.ResourceUnknown) || err == nil && one.Webhook != known.URL {
		return nil // gone, or sends to someone else now
	}
	if err != nil {
		return s.NotAdmin(err, org.Name)
	}
	one.Webhook, one.Events, one.Alerts = "", []string{}, false
	one.Schema = withoutAlertAction(one.Schema)
	return withProviderMessage(s.NotAdmin(updateIntegration(ctx, s, one), org.Name))
}

func readInstallation(raw json.RawMessage) (installation, error) {
	var i installation
	if len(raw) == 0 {
		return i, nil
	}
	return i, errors.Wrap(json.Unmarshal(raw, &i), "read an installation")
}
