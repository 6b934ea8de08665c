package bitbucket

import (
	"strings"

	"mattermost-plugin-zoom/sandbox/kit"
)

// pages are the pages that users see.
var pages = kit.NewPages(kit.Theme{Product: "Bitbucket", Note: "No code lives here.", Accent: "#0052cc"}, nil)

// place shows whether a page that cards link to exists, and lists the
// repositories on the first page.
func (w *world) place(page *kit.Place) {
	if page.Path == "/" {
		page.Heading = "Repositories"
		for _, r := range w.repos {
			item := kit.Item{Code: r.Workspace + "/" + r.Slug}
			if r.Private {
				item.Note = "private"
			}
			page.Items = append(page.Items, item)
		}
		return
	}
	if w.repoOfPage(page.Path) == nil {
		page.Problem = "Repository not found"
	}
}

// repoOfPage finds the repository that an address of the site is about.
func (w *world) repoOfPage(path string) *repo {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if w.kind == DataCenter && len(parts) >= 4 && parts[2] == "repos" {
		if parts[0] == "users" {
			return w.repo("~"+parts[1], parts[3])
		}
		return w.repo(parts[1], parts[3])
	}
	if w.kind == Cloud && len(parts) >= 2 {
		return w.repo(parts[0], parts[1])
	}
	return nil
}
