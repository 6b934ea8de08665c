package sentry

import (
	"net/http"
	"slices"
	"strings"

	"mattermost-plugin-zoom/sandbox/kit"
)

// serveSite serves what Sentry does. An address of the API without the slash at
// its end is redirected when it is read, and unknown when something is to be
// changed.
func (s *Sandbox) serveSite(rw http.ResponseWriter, r *http.Request) {
	switch {
	case !strings.HasPrefix(r.URL.Path, "/api/0") || strings.HasSuffix(r.URL.Path, "/"):
		s.site.ServeHTTP(rw, r)
	case r.Method == http.MethodGet:
		to := *r.URL
		to.Path += "/"
		http.Redirect(rw, r, to.RequestURI(), http.StatusMovedPermanently)
	default:
		unknownAddress(rw)
	}
}

func unknownAddress(rw http.ResponseWriter) {
	kit.WriteJSON(rw, http.StatusNotFound, object{"detail": "The requested resource does not exist"})
}

// routeSite registers what Sentry serves.
func (s *Sandbox) routeSite() {
	kit.RouteOAuth(s.Sandbox, s.site, "/oauth/authorize/{$}", pages)
	s.site.HandleFunc("POST /oauth/token/{$}", kit.TokenEndpoint(s.Sandbox, (*world).token))
	s.site.HandleFunc("GET /sentry-apps/{slug}/external-install/{$}", s.serveInstall)
	s.site.HandleFunc("POST /api/0/sentry-app-installations/{uuid}/authorizations/{$}", s.serveAuthorization)
	for _, op := range operations() {
		s.site.HandleFunc(op.pattern+"{$}", s.serve(op))
	}
	s.site.HandleFunc("/api/0/{rest...}", func(rw http.ResponseWriter, _ *http.Request) { unknownAddress(rw) })
	s.site.HandleFunc("/", kit.Places(s.Sandbox, pages, (*world).place))
}

// operations are the rows of the API.
func operations() []operation {
	const org = "/api/0/organizations/{org}/"
	const one = org + "issues/{id}/"
	return []operation{
		{"GET /api/0/", "", apiIndex},
		{"GET /api/0/organizations/", "", listOrganizations},
		{"GET " + org, "org:read", getOrganization},
		{"GET " + org + "projects/", "org:read", listProjects},
		{"GET " + org + "members/", "member:read", listMembers},
		{"GET " + org + "teams/", "org:read", listTeams},
		{"GET " + org + "issues/", "event:read", listIssues},
		{"GET " + one, "event:read", getIssue},
		{"PUT " + one, "event:write", putIssue},
		{"POST " + one + "comments/", "event:write", postComment},
		{"GET " + org + "sentry-apps/", "org:read", listIntegrations},
		{"GET /api/0/sentry-apps/{slug}/", "", getIntegration},
		{"PUT /api/0/sentry-apps/{slug}/", "", putIntegration},
		{"PUT /api/0/sentry-app-installations/{uuid}/", "", putInstallation},
	}
}

func apiIndex(_ *world, c *call) (int, any, error) {
	user := object{"id": "", "name": "", "username": "", "email": "", "isSuperuser": false}
	scopes := c.scopes
	if c.user != nil {
		user["id"], user["name"], user["username"], user["email"] = itoa(c.user.ID), c.user.Name, c.user.Login, c.user.Email
	} else {
		user["id"], user["name"], user["username"] = itoa(c.app.proxyID), c.app.Name, c.app.Slug+"-"+c.app.appUUID[:6]
		user["isSentryApp"] = true
	}
	if scopes == nil {
		scopes = roleScopes(RoleOwner)
	}
	return http.StatusOK, object{"version": "0", "user": user, "auth": object{"scopes": scopes}}, nil
}

// listOrganizations lists those of a person. An integration's token lists none.
func listOrganizations(w *world, c *call) (int, any, error) {
	if c.user == nil {
		return 0, nil, refuse(http.StatusForbidden, "You do not have permission to perform this action.")
	}
	list := []object{}
	for _, o := range w.orgs {
		if c.belongs(o) && c.may(o, "org:read") {
			list = append(list, w.shownOrg(o))
		}
	}
	return http.StatusOK, paged(w, c, list), nil
}

func getOrganization(w *world, c *call) (int, any, error) {
	return http.StatusOK, w.shownOrg(c.org), nil
}

func listProjects(w *world, c *call) (int, any, error) {
	query := strings.ToLower(c.URL.Query().Get("query"))
	list := []object{}
	for _, p := range c.org.projects {
		if strings.Contains(strings.ToLower(p.Name+" "+p.Slug), query) {
			list = append(list, p.listed())
		}
	}
	return http.StatusOK, paged(w, c, list), nil
}

// listMembers lists memberships: the ID is theirs, and an invited member has
// no user.
func listMembers(w *world, c *call) (int, any, error) {
	list := []object{}
	for _, u := range w.users {
		if role := c.org.Members[u.Login]; role != "" {
			list = append(list, shownMember(90000+u.ID, u.Email, u.Name, role, u.shown()))
		}
	}
	for n, email := range c.org.Invited {
		list = append(list, shownMember(99000+n, email, email, RoleMember, nil))
	}
	return http.StatusOK, paged(w, c, list), nil
}

func listTeams(w *world, c *call) (int, any, error) {
	list := []object{}
	for _, t := range c.org.teams {
		projects := []object{}
		for _, p := range c.org.projects {
			if t.worksOn(p) {
				projects = append(projects, p.ofTeam())
			}
		}
		list = append(list, t.shown(projects))
	}
	return http.StatusOK, paged(w, c, list), nil
}

func listIntegrations(w *world, c *call) (int, any, error) {
	list := []object{}
	for _, i := range c.org.apps {
		if !i.deleted {
			list = append(list, i.shown(w.Now(), c.may(c.org, "org:write")))
		}
	}
	return http.StatusOK, paged(w, c, list), nil
}

// mine finds the integration of the path, if the caller has the scope for it.
func (c *call) mine(w *world, scope string) (*integration, error) {
	i := w.integration(c.PathValue("slug"))
	switch {
	case i == nil || !c.belongs(i.org):
		return nil, notFound()
	case !c.may(i.org, scope):
		return nil, refuse(http.StatusForbidden, "You do not have permission to perform this action.")
	}
	return i, nil
}

func getIntegration(w *world, c *call) (int, any, error) {
	i, err := c.mine(w, "org:read")
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, i.shown(w.Now(), c.may(i.org, "org:write")), nil
}

// putIntegration changes an integration. Fields that are not sent stay, except for
// the scopes, which are removed.
func putIntegration(w *world, c *call) (int, any, error) {
	i, err := c.mine(w, "org:write")
	if err != nil {
		return 0, nil, err
	}
	in := struct {
		Name    *string   `json:"name"`
		Scopes  []string  `json:"scopes"`
		Webhook *string   `json:"webhookUrl"`
		Events  *[]string `json:"events"`
		Alerts  *bool     `json:"isAlertable"`
		Schema  *object   `json:"schema"`
	}{}
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	next := *i
	next.Scopes = in.Scopes
	if in.Name != nil {
		next.Name = *in.Name
	}
	if in.Webhook != nil {
		next.WebhookURL = *in.Webhook
	}
	if in.Events != nil {
		next.Events = slices.Clone(*in.Events)
	}
	if in.Alerts != nil {
		next.Alertable = *in.Alerts
	}
	if in.Schema != nil {
		next.schema = *in.Schema
	}
	if err := next.check(); err != nil {
		return 0, nil, err
	}
	*i = next
	return http.StatusOK, i.shown(w.Now(), true), nil
}

// putInstallation finishes the installation of a published integration.
func putInstallation(w *world, c *call) (int, any, error) {
	for _, o := range w.orgs {
		for _, i := range o.apps {
			if i.uuid == c.PathValue("uuid") && c.app == i {
				return http.StatusOK, object{"uuid": i.uuid, "status": "installed", "app": object{"slug": i.Slug}, "organization": object{"slug": o.Slug}}, nil
			}
		}
	}
	return 0, nil, notFound()
}
