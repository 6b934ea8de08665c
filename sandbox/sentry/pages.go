package sentry

import (
	"strings"

	"mattermost-plugin-zoom/sandbox/kit"
)

// pages are the pages that users see.
var pages = kit.NewPages(kit.Theme{
	Product: "Sentry", Note: "No errors live here.", Accent: "#5a3eb4", Allow: "Approve", Decline: "Cancel",
}, nil)

// place shows how the issue is that a card links to, and lists the organizations
// on the first page.
func (w *world) place(page *kit.Place) {
	if page.Path == "/" {
		page.Heading = "Organizations"
		for _, o := range w.orgs {
			page.Items = append(page.Items, kit.Item{Text: o.Name, Code: o.Slug})
		}
		return
	}
	parts := strings.Split(strings.Trim(page.Path, "/"), "/")
	if len(parts) < 2 || parts[0] != "organizations" || w.org(parts[1]) == nil {
		page.Problem = "Page not found"
		return
	}
	if len(parts) < 4 || parts[2] != "issues" {
		return
	}
	i := w.org(parts[1]).issue(parts[3])
	if i == nil {
		page.Problem = "Issue not found"
		return
	}
	page.Heading, page.Text = i.short+" "+i.title, "This issue is "+i.status+"."
}
