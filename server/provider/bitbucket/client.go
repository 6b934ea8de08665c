package bitbucket

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// maxPages bounds how many pages of a list are read.
const maxPages = 20

// apiClient is what is asked of either product. Paths are "owner/repository".
type apiClient interface {
	// account returns whose session it is.
	account(ctx context.Context) (provider.Account, error)
	// repository returns the repository, and administers whether the session may administer it.
	repository(ctx context.Context, path string) (provider.Resource, error)
	administers(ctx context.Context, r provider.Resource) (bool, error)
	hooks(ctx context.Context, path string) ([]hook, error)
	// putHook changes the webhook, or makes one that has no ID, and returns its ID.
	putHook(ctx context.Context, path string, h hook) (string, error)
	deleteHook(ctx context.Context, path, id string) error
	pull(ctx context.Context, path string, id int64) (pullDetails, error)
	// review gives the account's verdict, or takes back the one that is named.
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

// pullDetails is a pull request as it was just looked up, with the ways to merge it.
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

// newClient returns the session's side.
func newClient(s provider.Session) apiClient {
	if s.Site.Kind == kindDataCenter {
		return dataCenter{s}
	}
	return cloud{s}
}

// escapePath returns the two parts of a repository's path, each fit for an address.
func escapePath(path string) (owner, slug string) {
	owner, slug, _ = strings.Cut(path, "/")
	return url.PathEscape(owner), url.PathEscape(slug)
}

// withProviderMessage adds to an error of a call what Bitbucket says about it.
func withProviderMessage(err error) error { return provider.WithMessage(err, errorText) }

// errorText returns what either product says about a refusal; "" for nothing that can be read.
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
	said := strings.TrimSpace(strings.Join(texts, " "))
	return strings.TrimRight(untrusted.Line(said, maxExcerpt), ".")
}
