package main

import (
	"context"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/e2e/stack"
)

// repository is the name of the story's repository in Bitbucket.
const repository = "acme/web"

// switchOn has the admin enable the providers, and register this server in
// Bitbucket: the command's answer names a dialog, which is opened and answered.
func switchOn(ctx context.Context, c *cast, p *props) (string, error) {
	if err := c.stack.Set(ctx, stack.Settings{"EnableJenkins": true, "EnableBitbucket": true}); err != nil {
		return "", err
	}
	if err := setUpBitbucket(ctx, c, p); err != nil {
		return "", err
	}
	ear, err := c.stack.Admin.Listen()
	if err != nil {
		return "", err
	}
	defer ear.Close()
	// The server notifies the plugin of new settings asynchronously; the command exists only after that.
	err = stack.Eventually(ctx, patience, func() error { return c.stack.Admin.Type(ctx, c.tools.Id, "/bitbucket setup") })
	if err != nil {
		return "", err
	}
	opened, err := ear.Dialog(ctx, 0)
	if err != nil {
		return "", err
	}
	intro := opened.Dialog.IntroductionText
	callback := c.stack.SiteURL + "/plugins/zoom/oauth2/bitbucket/complete"
	if err := says(intro, callback, "REPO_ADMIN"); err != nil {
		return "", errors.Wrap(err, "the dialog")
	}
	site := p.bitbucket
	clientID, err := site.NewApp(ctx, callback)
	if err != nil {
		return "", err
	}
	complaints, err := c.stack.Admin.Submit(ctx, c.tools.Id, opened, map[string]any{
		"kind": "cloud", "url": site.URL, "api": site.URL, "client_id": clientID, "client_secret": stack.BitbucketSecret,
	})
	if err != nil || len(complaints) > 0 {
		return "", errors.Wrapf(err, "the dialog reports %v", complaints)
	}
	saved, err := ear.Ephemeral(ctx, 0, "is saved")
	if err != nil {
		return "", err
	}
	return "/bitbucket setup opens the dialog “" + opened.Dialog.Title + "”:\n" + readable(intro) +
		"\nand when it was filled in, only the admin sees:\n" + stack.Text(saved), nil
}

// setUpBitbucket creates the people and the repository in Bitbucket.
func setUpBitbucket(ctx context.Context, c *cast, p *props) error {
	p.bitbucket = c.stack.Sandbox.Bitbucket()
	for _, person := range []*stack.Person{c.alice, c.bob} {
		if err := p.bitbucket.NewUser(ctx, person.User.Username, person.User.Email); err != nil {
			return errors.Wrapf(err, "create the Bitbucket account of %s", person.User.Username)
		}
	}
	var err error
	p.repo, err = p.bitbucket.NewRepo(ctx, repository, map[string]string{"alice": "admin", "bob": "write"})
	return err
}

// shortened is a direct message with secrets, without them and with the headings
// alone of what is long.
func shortened(message string, hook stack.Hook) string {
	var lines []string
	inside := false
	for line := range strings.Lines(strings.NewReplacer(hook.Token, "TOKEN", hook.Key(), "KEY").Replace(message)) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "```") {
			inside = !inside
			continue
		}
		if line == "" || inside && !strings.HasSuffix(line, "KEY") && line != "TOKEN" {
			continue
		}
		if len(line) > 160 {
			line = strings.ToValidUTF8(line[:160], "") + " …"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
