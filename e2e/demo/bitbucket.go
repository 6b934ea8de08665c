package main

import (
	"context"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/e2e/stack"
)

// branch is where the story's pull request comes from.
const branch = "feature/discount"

// checks are the builds of each commit in the story.
var checks = []string{"build", "unit tests", "lint", "e2e", "licences", "deploy preview"}

func connectBitbucket(ctx context.Context, c *cast, p *props) (string, error) {
	if err := c.alice.Type(ctx, c.tools.Id, "/bitbucket connect "+p.repo.URL+"/src/main/"); err != nil {
		return "", err
	}
	prompt, err := c.ear.Ephemeral(ctx, p.from, "/oauth2/bitbucket/connect")
	if err != nil {
		return "", err
	}
	if err := signIn(ctx, c.alice, prompt); err != nil {
		return "", err
	}
	announcement, err := announced(ctx, c, "connected this channel to Bitbucket")
	if err != nil {
		return "", err
	}
	hooks, err := p.repo.Webhooks(ctx)
	if err == nil && len(hooks) != 1 {
		err = errors.Errorf("the repository has %d webhooks instead of one", len(hooks))
	}
	if err != nil {
		return "", err
	}
	address := hooks[0].URL[:strings.LastIndexByte(hooks[0].URL, '.')]
	return "only alice sees:\n" + ticket.ReplaceAllString(stack.Text(prompt), "$1…") + "\nafter she allows it there, everyone sees:\n" + announcement +
		"\nBitbucket now has a signed webhook to " + address + ".KEY, for:\n" + strings.Join(hooks[0].Events, " "), nil
}

// signIn opens the link in a post and grants the request in Bitbucket.
func signIn(ctx context.Context, who *stack.Person, prompt *model.Post) error {
	return signInAt(ctx, who, prompt, "bitbucket")
}

// signInAt opens the link in a post and grants the request at a provider.
func signInAt(ctx context.Context, who *stack.Person, prompt *model.Post, providerID string) error {
	link, err := stack.SignInLink(prompt, providerID)
	if err != nil {
		return err
	}
	page, err := who.Authorize(ctx, link, who.User.Email)
	if err == nil && page.Status != 200 {
		err = errors.Errorf("the browser ended at %s with status %d: %.300s", page.URL.Path, page.Status, page.Body)
	}
	return err
}

// announced waits for a post of the bot that the whole channel sees.
func announced(ctx context.Context, c *cast, word string) (text string, err error) {
	return text, stack.Eventually(ctx, patience, func() error {
		posts, err := c.bob.Posts(ctx, c.tools.Id)
		if err != nil {
			return err
		}
		for _, post := range posts {
			if strings.Contains(post.Message, word) {
				text = readable(post.Message)
				return nil
			}
		}
		return errors.Errorf("no message says that anyone %s", word)
	})
}

func pushFails(ctx context.Context, c *cast, p *props) (string, error) {
	if _, err := p.repo.Push(ctx, "alice", "main", "Move the cart to its own page", "Add a discount field"); err != nil {
		return "", err
	}
	before, err := newest(ctx, c, "Pushed · Add a discount field", "Move the cart to its own page")
	if err != nil {
		return "", err
	}
	for _, check := range checks {
		if err := p.repo.Status(ctx, "main", check, "INPROGRESS"); err != nil {
			return "", err
		}
	}
	running, err := sameCard(ctx, c, before, "Running", "6 running")
	if err != nil {
		return "", err
	}
	for _, check := range checks {
		state := "SUCCESSFUL"
		if check == "lint" {
			state = "FAILED"
		}
		if err := p.repo.Status(ctx, "main", check, state); err != nil {
			return "", err
		}
	}
	if p.card, err = sameCard(ctx, c, before, "Failed", "5 of 6 passed, lint failed"); err != nil {
		return "", err
	}
	return "before:\n" + picture(before) + "\nwhile the builds run, in the same post:\n" + picture(running) +
		"\nafter, in the same post:\n" + picture(p.card), nil
}

func pushFixed(ctx context.Context, c *cast, p *props) (string, error) {
	if err := p.repo.Status(ctx, "main", "lint", "INPROGRESS"); err != nil {
		return "", err
	}
	if err := p.repo.Status(ctx, "main", "lint", "SUCCESSFUL"); err != nil {
		return "", err
	}
	after, err := sameCard(ctx, c, p.card, "Passed", "All 6 builds passed", "Fixed after 1 failure")
	if err != nil {
		return "", err
	}
	said, err := thread(ctx, c, after, "lint failed", "fixed after 1 failure")
	return "after, in the same post:\n" + picture(after) + "\n" + said, err
}

func pullOpens(ctx context.Context, c *cast, p *props) (string, error) {
	if _, err := p.repo.Push(ctx, "alice", branch, "Count the discount once"); err != nil {
		return "", err
	}
	var err error
	if p.pull, err = p.repo.Open(ctx, "alice", "Count the discount once", branch, "bob"); err != nil {
		return "", err
	}
	if p.card, err = newest(ctx, c, "Open · #1 Count the discount once", "Bob (pending)", "[Approve]", "[Merge]"); err != nil {
		return "", err
	}
	if err := p.pull.Comment(ctx, "bob", "Does this also hold for *vouchers*?"); err != nil {
		return "", err
	}
	for _, state := range []string{"INPROGRESS", "SUCCESSFUL"} {
		for _, check := range checks[:2] {
			if err := p.repo.Status(ctx, branch, check, state); err != nil {
				return "", err
			}
		}
	}
	after, err := sameCard(ctx, c, p.card, "Open", "All 2 builds passed")
	if err != nil {
		return "", err
	}
	said, err := thread(ctx, c, after, "Bob commented", "vouchers")
	return "when it is opened:\n" + picture(p.card) + "\nafter bob's comment in Bitbucket and two builds, in the same post:\n" + picture(after) +
		"\n" + said, err
}

func bobApproves(ctx context.Context, c *cast, p *props) (string, error) {
	ear, err := c.bob.Listen()
	if err != nil {
		return "", err
	}
	defer ear.Close()
	if err := c.bob.Click(ctx, p.card.Post, "Approve"); err != nil {
		return "", err
	}
	prompt, err := ear.Ephemeral(ctx, 0, "/oauth2/bitbucket/connect")
	if err != nil {
		return "", err
	}
	if err := signIn(ctx, c.bob, prompt); err != nil {
		return "", err
	}
	after, err := sameCard(ctx, c, p.card, "Approved", "Bob approved")
	if err != nil {
		return "", err
	}
	said, err := thread(ctx, c, after, "Bob approved")
	return "only bob sees:\n" + ticket.ReplaceAllString(stack.Text(prompt), "$1…") + "\nafter he allows it there, the approval is in his name, in the same post:\n" +
		picture(after) + "\n" + said, err
}

func aliceMerges(ctx context.Context, c *cast, p *props) (string, error) {
	if err := c.alice.Click(ctx, p.card.Post, "Merge"); err != nil {
		return "", err
	}
	opened, err := c.ear.Dialog(ctx, p.from)
	if err != nil {
		return "", err
	}
	complaints, err := c.alice.Submit(ctx, c.tools.Id, opened, map[string]any{"strategy": "squash"})
	if err != nil || len(complaints) > 0 {
		return "", errors.Wrapf(err, "the dialog reports %v", complaints)
	}
	after, err := sameCard(ctx, c, p.card, "Merged", "Merged by Alice")
	if err != nil {
		return "", err
	}
	state, err := p.pull.State(ctx)
	if err == nil && state != "MERGED" {
		err = errors.Errorf("Bitbucket's state is %s", state)
	}
	if err != nil {
		return "", err
	}
	said, err := thread(ctx, c, after, "Alice merged it")
	return "the dialog “" + opened.Dialog.Title + "” asks for the strategy; after “Squash”, in the same post:\n" + picture(after) + "\n" + said, err
}
