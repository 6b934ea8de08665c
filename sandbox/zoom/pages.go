package zoom

import (
	"embed"

	"mattermost-plugin-zoom/sandbox/kit"
)

// pageFiles are the pages that only Zoom has.
//
//go:embed pages/*.html
var pageFiles embed.FS

// pages are the pages that users see.
var pages = kit.NewPages(kit.Theme{Product: "Zoom", Note: "No one can hear you here.", Accent: "#0b5cff"}, pageFiles)
