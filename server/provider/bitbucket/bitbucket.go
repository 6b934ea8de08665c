// Package bitbucket is the provider for Bitbucket, both Cloud and Data Center: its webhooks and their signatures, the cards of commits,
// branches and pull requests, and what users can do from them.
//
// A connection is a repository. Its subjects are commits ("commit/<hash>", with their pushes and builds), pull requests
// ("pull/<number>"), branches and tags. Only names, titles, numbers and states are kept, and no contents.
package bitbucket

import (
	"embed"
	"encoding/json"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// The headers we read, in canonical form.
const (
	headerEvent     = "X-Event-Key"
	headerSignature = "X-Hub-Signature"
	// headerCloudRequest is the same in all attempts of a delivery; headerRequest is Data Center's, which makes only one attempt.
	headerCloudRequest = "X-Request-Uuid"
	headerRequest      = "X-Request-Id"
)

// eventPing is sent by "Test connection" of a Data Center, with or without a signature.
const eventPing = "diagnostics:ping"

// The kinds of notifications.
const (
	kindRunning = "build_running"
	kindPassed  = "build_passed"
	kindFailed  = "build_failed"
	kindFixed   = "build_fixed"
	kindPush    = "push"
	kindBranch  = "branch"
	kindTag     = "tag"
	kindPull    = "pull_request"
	kindReview  = "review"
	kindComment = "comment"
	kindMerged  = "merged"
)

// The labels of events.
const (
	labelBranch = "branch"
	labelBuild  = "build"
)

//go:embed texts/*.json
var texts embed.FS

// Bitbucket is the provider. It has no state.
type Bitbucket struct{}

// The capabilities.
var (
	_ provider.Provider      = (*Bitbucket)(nil)
	_ provider.Series        = (*Bitbucket)(nil)
	_ provider.CloudSites    = (*Bitbucket)(nil)
	_ provider.SelfHosted    = (*Bitbucket)(nil)
	_ provider.Installer     = (*Bitbucket)(nil)
	_ provider.Authorizer    = (*Bitbucket)(nil)
	_ provider.TokenAuth     = (*Bitbucket)(nil)
	_ provider.ActionHandler = (*Bitbucket)(nil)
	_ provider.TaskRunner    = (*Bitbucket)(nil)
)

// New returns the provider.
func New() *Bitbucket { return &Bitbucket{} }

// Describe implements provider.Provider.
func (*Bitbucket) Describe() provider.Descriptor {
	kind := func(id string, wanted bool) provider.EventKind {
		return provider.EventKind{ID: id, Label: chat.Say("bitbucket.kind." + id), Default: wanted}
	}
	filter := func(id string) provider.Filter {
		return provider.Filter{ID: id, Label: chat.Say("bitbucket.filter." + id), Help: chat.Say("bitbucket.filter_help." + id), MultiValue: true}
	}
	return provider.Descriptor{
		ID: "bitbucket", Name: "Bitbucket",
		Summary:      chat.Say("bitbucket.summary"),
		ResourceNoun: chat.Say("bitbucket.resource"),
		ConnectHint:  chat.Say("bitbucket.argument"),
		Events: []provider.EventKind{
			kind(kindFailed, true), kind(kindFixed, true), kind(kindPassed, true), kind(kindRunning, true),
			kind(kindPush, true), kind(kindPull, true), kind(kindReview, true), kind(kindComment, true), kind(kindMerged, true),
			kind(kindBranch, false), kind(kindTag, true),
		},
		Filters: []provider.Filter{filter(labelBranch), filter(labelBuild)},
		Headers: []string{headerEvent, headerSignature, headerCloudRequest, headerRequest},
		Texts:   provider.Texts(texts),
	}
}

// Verify implements provider.Provider. The test delivery of a Data Center may be unsigned, because nothing is done with it.
func (*Bitbucket) Verify(d provider.Delivery, secrets []string) (provider.Proof, error) {
	shown := d.Header[headerSignature]
	if shown == "" {
		if d.Header[headerEvent] == eventPing {
			return provider.Proof{}, provider.ErrPing
		}
		return provider.Proof{}, provider.ErrUnsigned
	}
	algorithm, signature, _ := strings.Cut(shown, "=")
	if !strings.EqualFold(algorithm, "sha256") {
		return provider.Proof{}, provider.ErrForged
	}
	return provider.ProofOf(provider.MatchSignature(d.Body, signature, secrets), provider.BySignature)
}

// Parse implements provider.Provider. The names of events tell the two products apart.
func (*Bitbucket) Parse(d provider.Delivery) ([]provider.Event, error) {
	key := d.Header[headerEvent]
	if key == "" {
		var body struct {
			EventKey string `json:"eventKey"`
		}
		if err := json.Unmarshal(d.Body, &body); err != nil || body.EventKey == "" {
			return nil, errors.New("a delivery that names no event")
		}
		key = body.EventKey
	}
	switch {
	case key == eventPing:
		return nil, nil
	case strings.HasPrefix(key, "pr:"), key == dcRefsChanged, key == dcCommitComment:
		return parseDataCenter(key, d)
	case strings.HasPrefix(key, "pullrequest:"), strings.HasPrefix(key, "repo:commit_"), key == cloudPush:
		return parseCloud(key, d)
	}
	return nil, nil
}

// Sample implements provider.Provider. It returns a passed build of a commit that doesn't exist.
func (*Bitbucket) Sample(now time.Time) provider.Event {
	return statusEvent(eventData{
		Repo: repo{Name: "example/web", URL: "https://bitbucket.org"},
		At:   now,
		Commit: &commit{
			Hash: "5a3d1e5a3d1e5a3d1e5a3d1e5a3d1e5a3d1e5a3d", Title: "Say hello", Author: "Bitbucket",
		},
		Status: &status{Key: "trial", Name: "Pipeline #1 for main", State: buildPassed, Branch: "main", At: now},
	})
}
