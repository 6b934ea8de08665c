// Package sentry is the provider for Sentry, both sentry.io with its regions and self-hosted: its webhooks and their signatures, the
// cards of issues and metric alerts, and what users can do from them.
//
// A connection is an organization; channels subscribe to its projects by slug. The subjects are issues ("issue/<id>"), metric alerts
// ("metric/<id>/<project>"), mobile builds ("build/<id>") and the integration itself. Only what explains an error is kept: its message
// and the lines of code around it. Affected users are personal data and left out unless an admin allows them.
package sentry

import (
	"embed"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// name is the name of the product.
const name = "Sentry"

// The headers we read, in canonical form.
const (
	// headerResource says what a delivery is about; the body doesn't. The legacy webhook doesn't send it.
	headerResource = "Sentry-Hook-Resource"
	// headerSignature signs deliveries, headerAppSignature the queries of forms in Sentry.
	headerSignature    = "Sentry-Hook-Signature"
	headerAppSignature = "Sentry-App-Signature"
	// headerRequest differs between attempts. It identifies attempts and says nothing about the event.
	headerRequest = "Request-Id"
)

// The kinds of notifications.
const (
	kindNew         = "new"
	kindAlert       = "alert"
	kindRegressed   = "regressed"
	kindEscalating  = "escalating"
	kindAssigned    = "assigned"
	kindResolved    = "resolved"
	kindArchived    = "archived"
	kindReopened    = "reopened"
	kindPriority    = "priority"
	kindComment     = "comment"
	kindMetric      = "metric"
	kindSeer        = "seer"
	kindBuild       = "build"
	kindIntegration = "integration"
	kindError       = "error"
	kindChanged     = "changed"
	kindOther       = "other"
)

// The labels of events.
const (
	labelLevel       = "level"
	labelEnvironment = "environment"
	labelRelease     = "release"
	labelRule        = "rule"
	labelAssignee    = "assignee"
	labelCategory    = "category"
)

// maxBody is the largest delivery that is read: an event contains all frames with their variables.
const maxBody = 4 << 20

//go:embed texts/*.json
var texts embed.FS

// Options are set by admins.
type Options struct {
	// PersonalData reports whether cards may show affected users; nil means never.
	PersonalData func() bool
	// Now is the clock that dates lookups; nil means the real one.
	Now func() time.Time
}

// Sentry is the provider. It has no state.
type Sentry struct {
	accounts
	directory
	setup
	deliveries
	now func() time.Time
}

// The capabilities.
var (
	_ provider.Provider      = (*Sentry)(nil)
	_ provider.ManualSetup   = (*Sentry)(nil)
	_ provider.SelfHosted    = (*Sentry)(nil)
	_ provider.CloudSites    = (*Sentry)(nil)
	_ provider.Installer     = (*Sentry)(nil)
	_ provider.Authorizer    = (*Sentry)(nil)
	_ provider.TokenAuth     = (*Sentry)(nil)
	_ provider.Subresources  = (*Sentry)(nil)
	_ provider.QueryHandler  = (*Sentry)(nil)
	_ provider.SigningSecret = (*Sentry)(nil)
	_ provider.ReplySync     = (*Sentry)(nil)
	_ provider.TaskRunner    = (*Sentry)(nil)
	_ provider.Reconciler    = (*Sentry)(nil)
)

// New returns the provider.
func New(o Options) *Sentry {
	if o.PersonalData == nil {
		o.PersonalData = func() bool { return false }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Sentry{deliveries: deliveries{personalData: o.PersonalData}, now: o.Now}
}

// Describe implements provider.Provider.
func (*Sentry) Describe() provider.Descriptor {
	kind := func(id string, wanted bool) provider.EventKind {
		return provider.EventKind{ID: id, Label: chat.Say("sentry.kind." + id), Default: wanted}
	}
	filter := func(id string, levels ...string) provider.Filter {
		return provider.Filter{ID: id, Label: chat.Say("sentry.filter." + id), Help: chat.Say("sentry.filter_help." + id), Levels: levels}
	}
	several := func(id string) provider.Filter {
		f := filter(id)
		f.MultiValue = true
		return f
	}
	level := filter(labelLevel, levels()...)
	level.AlwaysPresent = true // subjects without a level say so, so a comment alone proves nothing
	return provider.Descriptor{
		ID: "sentry", Name: name,
		Summary:      chat.Say("sentry.summary"),
		ResourceNoun: chat.Say("sentry.resource"),
		ConnectHint:  chat.Say("sentry.argument"),
		Events: []provider.EventKind{
			kind(kindNew, true), kind(kindAlert, true), kind(kindRegressed, true), kind(kindEscalating, true),
			kind(kindAssigned, true), kind(kindResolved, true), kind(kindArchived, true), kind(kindReopened, true),
			kind(kindPriority, true), kind(kindComment, true), kind(kindMetric, true), kind(kindSeer, true),
			kind(kindBuild, true), kind(kindIntegration, true),
			kind(kindError, false), kind(kindChanged, false), kind(kindOther, false),
		},
		Filters: []provider.Filter{
			level, several(labelEnvironment), several(labelRelease), several(labelRule),
			filter(labelAssignee),
			filter(labelCategory),
		},
		Headers: []string{headerResource, headerSignature, headerAppSignature, headerRequest},
		MaxBody: maxBody, SignInByDirectMessage: true,
		Texts: provider.Texts(texts),
	}
}

// levels returns the levels of errors in ascending order.
func levels() []string { return []string{"debug", "info", "warning", "error", "fatal"} }

// Verify checks the signature over the body as it was received, because encoding it again changes it. What Sentry signs must be signed.
// Only the legacy webhook, which can't sign, proves itself by the secret in its address. The timestamp header isn't signed and proves
// nothing.
func (deliveries) Verify(d provider.Delivery, secrets []string) (provider.Proof, error) {
	shown := d.Header[headerSignature]
	if d.Header[headerResource] == "" && shown == "" {
		shown = d.Header[headerAppSignature]
	}
	switch {
	case shown != "":
		return provider.ProofOf(provider.MatchSignature(d.Body, shown, secrets), provider.BySignature)
	case d.PathSecret != "" && d.Header[headerResource] == "":
		return provider.ProofOf(provider.MatchSecret(d.PathSecret, secrets), provider.ByPath)
	}
	return provider.Proof{}, provider.ErrUnsigned
}

// Sample implements provider.Provider. It returns an alert about an issue that doesn't exist.
func (*Sentry) Sample(now time.Time) provider.Event {
	return issueEvent(eventData{
		Site: location{Base: cloudURL}, At: now, Type: typeAlert, Sample: true, Rule: "Send a notification for new issues",
		Issue: &issue{ID: "0", Project: project{Slug: "example", Name: "example"}},
		Event: &occurrence{
			ID: "trial", At: now, Title: "ZeroDivisionError: division by zero", Level: "error", Culprit: "shop.cart in average",
			Message: "division by zero", Release: "shop@1.4.2", Environment: "production",
			Frame: &frame{File: "shop/cart.py", Function: "average", Line: 13, First: 12, Code: []string{
				"def average(prices):", "    return sum(prices) / len(prices)",
			}},
		},
	})
}
