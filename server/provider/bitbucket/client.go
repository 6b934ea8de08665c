package bitbucket

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// maxPages limits how many pages of a list are read.
const maxPages = 20

// apiClient is the part of the API that both products have. Paths are "owner/repository".
type apiClient interface {
	// account returns the account of the session.
	account(ctx context.Context) (provider.Account, error)
	// repository returns the repository, and administers whether the session may administer it.
	repository(ctx context.Context, path string) (provider.Resource, error)
	administers(ctx context.Context, r provider.Resource) (bool, error)
	hooks(ctx context.Context, path string) ([]hook, error)
	// putHook updates the webhook, or creates one without an ID, and returns its ID.
	putHook(ctx context.Context, path string, h hook) (string, error)
	deleteHook(ctx context.Context, path, id string) error
	pull(ctx context.Context, path string, id int64) (pullDetails, error)
	// review adds the account's review, or withdraws the named verdict.
	review(ctx context.Context, path string, id int64, d eventType, taken string) error
	merge(ctx context.Context, path string, p pullDetails, m mergeOptions) error
	decline(ctx context.Context, path string, p pullDetails) error
	comment(ctx context.Context, path string, id, parent int64, text string) (comment, error)
}

// hook is a webhook of a repository.
type hook struct {
	ID     string
	URL    string
	Secret string
	Active bool
	Events []string
}

// pullDetails is a pull request that was looked up, with its merge strategies.
type pullDetails struct {
	pull
	Strategies      []string
	DefaultStrategy string
}

// mergeOptions is how to merge.
type mergeOptions struct {
	Strategy    string
	Message     string
	CloseSource bool
}

// newClient returns the client for the session's product.
func newClient(s provider.Session) apiClient {
	if s.Site.Kind == kindDataCenter {
		return dataCenter{s}
	}
	return cloud{s}
}

// escapePath returns the two parts of a repository's path, escaped for an address.
func escapePath(path string) (owner, slug string) {
	owner, slug, _ = strings.Cut(path, "/")
	return url.PathEscape(owner), url.PathEscape(slug)
}

// withProviderMessage adds to an error of a call what Bitbucket says about it.
func withProviderMessage(err error) error { return provider.WithMessage(err, errorText) }

// errorText returns the error message of either product; "" if it can't be read.
func errorText(body []byte) string {
	var answer struct {
		Error struct {
			Message string `json:"message"`
			Detail  any    `json:"detail"`
		} `json:"error"`
		Errors []struct {
			Message string `json:"message"`
			Vetoes  []struct {
				Summary string `json:"summaryMessage"`
			} `json:"vetoes"`
		} `json:"errors"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	texts := []string{answer.Error.Message}
	if detail, ok := answer.Error.Detail.(string); ok {
		texts = append(texts, detail)
	}
	for _, e := range answer.Errors {
		if len(e.Vetoes) == 0 {
			texts = append(texts, e.Message)
		}
		for _, veto := range e.Vetoes {
			texts = append(texts, veto.Summary)
		}
	}
	text := strings.TrimSpace(strings.Join(texts, " "))
	return strings.TrimRight(untrusted.Line(text, maxExcerpt), ".")
}
