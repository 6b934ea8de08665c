package stack

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// BitbucketSecret is the secret of the OAuth client that the stories register at
// Bitbucket. They search for it where it must not be.
const BitbucketSecret = "e2e-bitbucket-client-secret-0123456789"

// Bitbucket is the stand-in for one of Bitbucket's products, driven through its
// control API.
type Bitbucket struct {
	// URL is where people and programs find it, without a slash at the end.
	URL string

	sandbox *Sandbox
	control string // the path of its control API below that of the sandbox
}

// Bitbucket returns the simulated Bitbucket Cloud.
func (z *Sandbox) Bitbucket() *Bitbucket {
	return &Bitbucket{URL: z.URL + "/bitbucket", sandbox: z, control: "/bitbucket"}
}

// DataCenter returns the simulated Bitbucket Data Center.
func (z *Sandbox) DataCenter() *Bitbucket {
	return &Bitbucket{URL: z.URL + "/bitbucket-dc", sandbox: z, control: "/bitbucket-dc"}
}

func (b *Bitbucket) post(ctx context.Context, path string, in, out any) error {
	return b.sandbox.do(ctx, http.MethodPost, b.control+path, in, out)
}

// NewUser creates a user there.
func (b *Bitbucket) NewUser(ctx context.Context, nickname, email string) error {
	return b.post(ctx, "/users", map[string]string{"nickname": nickname, "email": email}, nil)
}

// NewApp registers an OAuth client with this callback address and the stories'
// secret, and returns its ID.
func (b *Bitbucket) NewApp(ctx context.Context, callback string) (clientID string, err error) {
	app := map[string]string{"name": "Mattermost", "client_id": "e2e-bitbucket-client", "client_secret": BitbucketSecret, "redirect_uri": callback}
	return app["client_id"], b.post(ctx, "/apps", app, nil)
}

// Repo is a repository of the simulated Bitbucket.
type Repo struct {
	// URL is the address of its page.
	URL string

	bitbucket *Bitbucket
	control   string
}

// NewRepo creates a repository, named "workspace/slug", with these people's rights
// (admin, write or read) in it by their nicknames.
func (b *Bitbucket) NewRepo(ctx context.Context, name string, rights map[string]string) (*Repo, error) {
	workspace, slug, _ := strings.Cut(name, "/")
	in := map[string]any{"workspace": workspace, "slug": slug, "rights": rights}
	return &Repo{URL: b.URL + "/" + name, bitbucket: b, control: "/repos/" + name}, b.post(ctx, "/repos", in, nil)
}

func (r *Repo) post(ctx context.Context, path string, in, out any) error {
	return r.bitbucket.post(ctx, r.control+path, in, out)
}

// Push has a user push commits with these messages to a branch, which is created
// if there is none, and returns the last one's hash.
func (r *Repo) Push(ctx context.Context, by, branch string, messages ...string) (hash string, err error) {
	var pushed struct {
		Hash string `json:"hash"`
	}
	err = r.post(ctx, "/push", map[string]any{"by": by, "branch": branch, "commits": messages}, &pushed)
	return pushed.Hash, err
}

// Status sets a build's status on a branch's head: INPROGRESS, SUCCESSFUL,
// FAILED or STOPPED. The same build's name again changes it.
func (r *Repo) Status(ctx context.Context, branch, build, state string) error {
	key := strings.ReplaceAll(build, " ", "-")
	return r.post(ctx, "/status", map[string]string{"branch": branch, "refname": branch, "key": key, "name": build, "state": state}, nil)
}

// Webhook is a webhook of a repository, as its admins see it.
type Webhook struct {
	URL    string   `json:"url"`
	Events []string `json:"events"`
}

// Webhooks lists the repository's webhooks.
func (r *Repo) Webhooks(ctx context.Context) ([]Webhook, error) {
	var hooks []Webhook
	return hooks, r.bitbucket.sandbox.do(ctx, http.MethodGet, r.bitbucket.control+r.control+"/hooks", nil, &hooks)
}

// Pull is a pull request.
type Pull struct {
	// ID is its number in the repository.
	ID int

	repo *Repo
}

// Open has a user open a pull request from a branch to the main one.
func (r *Repo) Open(ctx context.Context, by, title, branch string, reviewers ...string) (*Pull, error) {
	var opened struct {
		ID int `json:"id"`
	}
	err := r.post(ctx, "/pullrequests", map[string]any{"by": by, "title": title, "source": branch, "reviewers": reviewers}, &opened)
	return &Pull{ID: opened.ID, repo: r}, err
}

// Does has a user act on the pull request: approve, request-changes,
// withdraw, merge or decline.
func (p *Pull) Does(ctx context.Context, by, what string) error {
	return p.post(ctx, "/"+what, map[string]string{"by": by})
}

// Comment has a user comment on it.
func (p *Pull) Comment(ctx context.Context, by, text string) error {
	return p.post(ctx, "/comments", map[string]string{"by": by, "text": text})
}

// State is its state in Bitbucket: OPEN, MERGED or DECLINED.
func (p *Pull) State(ctx context.Context) (string, error) {
	var pull struct {
		State string `json:"state"`
	}
	b := p.repo.bitbucket
	return pull.State, b.sandbox.do(ctx, http.MethodGet, b.control+p.path(), nil, &pull)
}

func (p *Pull) post(ctx context.Context, path string, in any) error {
	return p.repo.bitbucket.post(ctx, p.path()+path, in, nil)
}

func (p *Pull) path() string { return fmt.Sprintf("%s/pullrequests/%d", p.repo.control, p.ID) }

// SignInLink returns the link in a post to the page that signs a user in to
// a provider.
func SignInLink(post *model.Post, providerID string) (string, error) {
	for _, match := range markdownLink.FindAllStringSubmatch(Text(post), -1) {
		if strings.Contains(match[1], "/oauth2/"+providerID+"/connect") {
			return match[1], nil
		}
	}
	return "", errors.Errorf("no link to sign in at %s in %q", providerID, Text(post))
}
