package sentry

import (
	"cmp"
	"net/url"
	"strconv"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// What Sentry does with a mobile build.
const (
	buildSize  = "size"
	buildReady = "install"
)

// buildInfo is a mobile build with what Sentry has done with it.
type buildInfo struct {
	ID       string `json:"id"`
	Project  string `json:"project,omitempty"`
	App      string `json:"app,omitempty"`
	Version  string `json:"version,omitempty"`
	Number   string `json:"number,omitempty"`
	Platform string `json:"platform,omitempty"`
	Branch   string `json:"branch,omitempty"`
	Pull     *pull  `json:"pull,omitempty"`
	// Did is what was done. Failed is set if it failed, and Error is the reason.
	Did    string `json:"did"`
	Failed bool   `json:"failed,omitempty"`
	Error  string `json:"error,omitempty"`
	// Download and Install are sizes in bytes. MoreDownload and MoreInstall are the differences from the build that it is compared with.
	Download     int64 `json:"download,omitempty"`
	Install      int64 `json:"install,omitempty"`
	MoreDownload int64 `json:"more_download,omitempty"`
	MoreInstall  int64 `json:"more_install,omitempty"`
	// InstallURL is where the app can be installed from.
	InstallURL string `json:"install_url,omitempty"`
}

// buildState is the state of a mobile build: the latest reports about its size and about installing it.
type buildState struct {
	Size  *buildReport `json:"size,omitempty"`
	Ready *buildReport `json:"ready,omitempty"`
}

// buildReport is what a delivery said about a build, and when.
type buildReport struct {
	buildInfo
	ReceivedAt time.Time `json:"received_at,omitzero"`
}

// foldBuild applies an event about a mobile build.
func (f *fold) foldBuild() {
	f.change.Kind = kindBuild
	var next buildState
	if f.Build != nil {
		next = *f.Build
	}
	at := &next.Size
	if f.data.Build.Did == buildReady {
		at = &next.Ready
	}
	if was := *at; was != nil && (was.ReceivedAt.After(f.data.At) || was.buildInfo == *f.data.Build) {
		return
	}
	*at = &buildReport{buildInfo: *f.data.Build, ReceivedAt: f.data.At}
	f.change.ResultChanged, f.change.Escalated = true, f.data.Build.Failed
	if f.Build != nil {
		f.change.Replies = append(f.change.Replies, chat.Reply{Text: chat.Say("sentry.reply.build").WithMessage("State", f.data.Build.appearance().message())})
	}
	f.Build = &next
}

// appearance returns how a build looks.
func (b buildInfo) appearance() appearance {
	switch {
	case b.Failed && b.Did == buildReady:
		return appearance{"warning", chat.ToneWarning, "build_not_ready"}
	case b.Failed:
		return appearance{"warning", chat.ToneWarning, "build_not_measured"}
	case b.Did == buildReady:
		return appearance{"iphone", chat.ToneSuccess, "build_ready"}
	}
	return appearance{"package", chat.ToneNeutral, "build_measured"}
}

// latest returns the build as in the latest report, with what only the other report knows.
func (b buildState) latest() buildInfo {
	switch {
	case b.Size == nil:
		return b.Ready.buildInfo
	case b.Ready == nil:
		return b.Size.buildInfo
	}
	last, other := b.Size, b.Ready
	if b.Ready.ReceivedAt.After(b.Size.ReceivedAt) {
		last, other = other, last
	}
	all := last.buildInfo
	all.App, all.Version, all.Number = cmp.Or(all.App, other.App), cmp.Or(all.Version, other.Version), cmp.Or(all.Number, other.Number)
	all.Platform, all.Branch, all.Project = cmp.Or(all.Platform, other.Platform), cmp.Or(all.Branch, other.Branch), cmp.Or(all.Project, other.Project)
	all.InstallURL = b.Ready.InstallURL
	all.Download, all.Install, all.MoreDownload, all.MoreInstall = b.Size.Download, b.Size.Install, b.Size.MoreDownload, b.Size.MoreInstall
	if all.Pull == nil {
		all.Pull = other.Pull
	}
	return all
}

// buildCard draws a mobile build.
func (s state) buildCard(card *chat.Card) {
	b := s.Build.latest()
	setAppearance(card, b.appearance())
	card.Title = cmp.Or(b.App, name+" "+b.ID)
	if b.Version != "" {
		card.Title += " " + b.Version
	}
	if b.Number != "" {
		card.Title += " (" + b.Number + ")"
	}
	if s.Site.Base != "" && s.Site.Slug != "" {
		card.URL = untrusted.URL(s.Site.Base + "/organizations/" + url.PathEscape(s.Site.Slug) + "/preprod/" + b.Did + "/" + url.PathEscape(b.ID) + "/")
	}
	var install, failure chat.Message
	if b.InstallURL != "" {
		install = chat.Say("sentry.build.install").WithText("App", chat.Link(card.Title, b.InstallURL))
	}
	if b.Failed && b.Error != "" {
		failure = chat.Say("sentry.quote", "Text", b.Error)
	}
	card.Text = provider.JoinLines(failure, install)
	addField(card, "platform", escaped(b.Platform))
	addField(card, "install_size", size(b.Install, b.MoreInstall))
	addField(card, "download_size", size(b.Download, b.MoreDownload))
	addField(card, "branch", chat.VerbatimText(chat.Code(b.Branch)))
	if b.Pull != nil {
		addField(card, "pull", chat.VerbatimText(b.Pull.link()))
	}
	card.Footer = joinFooter(name, b.Project)
}

// size returns a size in megabytes with its difference from before; zero for an unknown size.
func size(bytes, more int64) chat.Message {
	if bytes == 0 {
		return chat.Message{}
	}
	megabytes := func(n int64) string { return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) }
	if more == 0 {
		return chat.Say("sentry.build.size", "Size", megabytes(bytes), "More", "")
	}
	sign := "+"
	if more < 0 {
		sign, more = "−", -more
	}
	return chat.Say("sentry.build.size", "Size", megabytes(bytes), "More", sign+megabytes(more))
}
