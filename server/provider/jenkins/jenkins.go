// Package jenkins is the provider for Jenkins: what its two public plugins and signed requests report about builds, the cards of builds,
// and what users can do from them.
//
// The plugin "Zoom" (https://plugins.jenkins.io/zoom/) reports little, late and with imprecise results; the plugin "Notification"
// (https://plugins.jenkins.io/notification/) reports more. Both may report the same build, in stages that arrive in any order: the state
// of a build keeps each stage, and the card shows what all of them together mean.
package jenkins

import (
	"embed"
	"strconv"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// The kinds of notifications.
const (
	kindStarted    = "started"
	kindSuccess    = "success"
	kindUnstable   = "unstable"
	kindFailure    = "failure"
	kindNotBuilt   = "not_built"
	kindAborted    = "aborted"
	kindBackNormal = "back_to_normal"
	kindRepeated   = "repeated_failure"
	kindMessage    = "message"
)

// name is the name of the product.
const name = "Jenkins"

//go:embed texts/*.json
var texts embed.FS

// Jenkins is the provider. It has no state.
type Jenkins struct{}

// The capabilities.
var (
	_ provider.Provider = Jenkins{}
	_ provider.Series   = Jenkins{}

	_ provider.SubjectResolver = Jenkins{}
	_ provider.ManualSetup     = Jenkins{}
	_ provider.TokenAuth       = Jenkins{}
	_ provider.ActionHandler   = Jenkins{}
)

// New returns the provider.
func New() Jenkins { return Jenkins{} }

// Describe implements provider.Provider.
func (Jenkins) Describe() provider.Descriptor {
	return provider.Descriptor{
		ID: "jenkins", Name: name,
		Summary:      chat.Say("jenkins.summary"),
		ResourceNoun: chat.Say("jenkins.resource"),
		ConnectHint:  chat.Say("jenkins.argument"),
		Events: []provider.EventKind{
			{ID: kindStarted, Label: chat.Say("jenkins.event.started"), Default: true},
			{ID: kindSuccess, Label: chat.Say("jenkins.event.success"), Default: true},
			{ID: kindUnstable, Label: chat.Say("jenkins.event.unstable"), Default: true},
			{ID: kindFailure, Label: chat.Say("jenkins.event.failure"), Default: true},
			{ID: kindNotBuilt, Label: chat.Say("jenkins.event.not_built"), Default: true},
			{ID: kindAborted, Label: chat.Say("jenkins.event.aborted"), Default: true},
			{ID: kindBackNormal, Label: chat.Say("jenkins.event.back_to_normal"), Default: true},
			{ID: kindRepeated, Label: chat.Say("jenkins.event.repeated_failure"), Default: true},
			{ID: kindMessage, Label: chat.Say("jenkins.event.message"), Default: true},
		},
		Filters: []provider.Filter{
			{ID: labelJob, Label: chat.Say("jenkins.filter.job"), Help: chat.Say("jenkins.filter.job_help")},
			{ID: labelBranch, Label: chat.Say("jenkins.filter.branch"), Help: chat.Say("jenkins.filter.branch_help")},
		},
		Headers: []string{headerToken, headerSignature},
		Texts:   provider.Texts(texts),
	}
}

// Sample implements provider.Provider. Each sample is a separate build, so that each creates a card.
func (Jenkins) Sample(now time.Time) provider.Event {
	id := "sample/" + strconv.FormatInt(now.UnixMilli(), 10)
	data := provider.Encode(eventData{Stage: stageEnd, Sample: true, Key: id, details: details{
		Name: "example » web", Label: "#42", Result: resultSuccess, Trust: trustFinalized, Ended: now.UnixMilli(), Duration: 83_000, Branch: "main",
		Tests: &tests{Total: 120},
	}})
	return provider.Event{ID: id, Subject: id, At: now, Data: data}
}
