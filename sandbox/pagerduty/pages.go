package pagerduty

import (
	"strconv"
	"strings"

	"mattermost-plugin-zoom/sandbox/kit"
)

// pages are the pages that users see.
var pages = kit.NewPages(kit.Theme{Product: "PagerDuty", Note: "No one is paged.", Accent: "#0052cc"}, nil)

// place shows how the incident is that a card links to.
func (w *world) place(page *kit.Place) {
	id, about := strings.CutPrefix(page.Path, "/web/incidents/")
	if !about {
		return
	}
	i := w.incident(id)
	if i == nil {
		page.Problem = "Incident not found"
		return
	}
	shown := w.shown(i)
	page.Heading = "#" + strconv.Itoa(shown.Number) + " " + shown.Title
	page.Text = shown.Status + ", " + shown.Service
	for _, note := range shown.Notes {
		page.Items = append(page.Items, kit.Item{Text: note.By + ": " + note.Text})
	}
}
