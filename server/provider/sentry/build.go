package sentry

import (
	"net/url"
	"strconv"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// What Sentry does with a mobile build.
const (
	buildSize  = "size"
	buildReady = "install"
)

// built is a mobile build with what Sentry has done about it.
type built struct {
	ID       string `json:"id"`
	Project  string `json:"project,omitempty"`
	App      string `json:"app,omitempty"`
	Version  string `json:"version,omitempty"`
	Number   string `json:"number,omitempty"`
	Platform string `json:"platform,omitempty"`
	Branch   string `json:"branch,omitempty"`
	Pull     *pull  `json:"pull,omitempty"`
	// Did is what was done, Failed that it failed, and Error why.
	Did    string `json:"did"`
	Failed bool   `json:"failed,omitempty"`
	Error  string `json:"error,omitempty"`
	// Download and Install are sizes in bytes, each with how much it is more than the build that this one is compared with.
	Download     int64 `json:"download,omitempty"`
	Install      int64 `json:"install,omitempty"`
	MoreDownload int64 `json:"more_download,omitempty"`
	MoreInstall  int64 `json:"more_install,omitempty"`
	// InstallURL is where the app can be installed from.
	InstallURL string `json:"install_url,omitempty"`
}

// builds is what is known of a mobile build: what was told last of its size, and of installing it.
type builds struct {
	Size  *toldBuild `json:"size,omitempty"`
	Ready *toldBuild `json:"ready,omitempty"`
}

// toldBuild is a build as it was told, and when.
type toldBuild struct {
	built
	Heard time.Time `json:"heard,omitzero"`
}

// build folds what became of a mobile build.
func (f *fold) build() {
	f.change.Kind = kindBuild
	var next builds
	if f.Build != nil {
		next = *f.Build
	}
	at := &next.Size
	if f.n.Build.Did == buildReady {
		at = &next.Ready
	}
	if was := *at; was != nil && (was.Heard.After(f.n.At) || was.built == *f.n.Build) {
		return
	}
	*at = &toldBuild{built: *f.n.Build, Heard: f.n.At}
	f.change.ResultChanged, f.change.Escalated = true, f.n.Build.Failed
	if f.Build != nil {
		f.change.Replies = append(f.change.Replies, chat.Reply{Text: chat.Say("sentry.reply.build").WithMessage("State", f.n.Build.look().message())})
	}
	f.Build = &next
}

// look is how a build looks.
func (b built) look() look {
	switch {
	case b.Failed && b.Did == buildReady:
		return look{"warning", chat.ToneWarning, "build_not_ready"}
	case b.Failed:
		return look{"warning", chat.ToneWarning, "build_not_measured"}
	case b.Did == buildReady:
		return look{"iphone", chat.ToneSuccess, "build_ready"}
	}
	return look{"package", chat.ToneNeutral, "build_measured"}
}

// latest returns the build as it was told last, with what only the other delivery knows of it.
func (b builds) latest() built {
	switch {
	case b.Size == nil:
		return b.Ready.built
	case b.Ready == nil:
		return b.Size.built
	}
	last, other := b.Size, b.Ready
	if b.Ready.Heard.After(b.Size.Heard) {
		last, other = other, last
	}
	all := last.built
	all.App, all.Version, all.Number = first(all.App, other.App), first(all.Version, other.Version), first(all.Number, other.Number)
	all.Platform, all.Branch, all.Project = first(all.Platform, other.Platform), first(all.Branch, other.Branch), first(all.Project, other.Project)
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
	wear(card, b.look())
	card.Title = first(b.App, name+" "+b.ID)
	if b.Version != "" {
		card.Title += " " + b.Version
	}
	if b.Number != "" {
		card.Title += " (" + b.Number + ")"
	}
	if s.Site.Base != "" && s.Site.Slug != "" {
		card.URL = webAddress(s.Site.Base + "/organizations/" + url.PathEscape(s.Site.Slug) + "/preprod/" + b.Did + "/" + url.PathEscape(b.ID) + "/")
	}
	var install, failure chat.Message
	if b.InstallURL != "" {
		install = chat.Say("sentry.build.install", "App", chat.Link(card.Title, b.InstallURL))
	}
	if b.Failed && b.Error != "" {
		failure = chat.Say("sentry.quote", "Text", chat.Escape(b.Error))
	}
	card.Text = lines(failure, install)
	field(card, "platform", escaped(b.Platform))
	field(card, "install_size", size(b.Install, b.MoreInstall))
	field(card, "download_size", size(b.Download, b.MoreDownload))
	field(card, "branch", chat.Verbatim(chat.Code(b.Branch)))
	if b.Pull != nil {
		field(card, "pull", chat.Verbatim(b.Pull.link()))
	}
	card.Footer = footer(name, b.Project)
}

// size writes a size in megabytes, with how much more or less it is than before; zero for one that isn't known.
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
