package stack

import (
	"encoding/json"
	"os"

	"github.com/pkg/errors"
)

// Facts is what a program that is not written in Go needs to know of a running
// stack: where everything is, and who is on it.
type Facts struct {
	SiteURL    string            `json:"site_url"`
	SandboxURL string            `json:"sandbox_url"`
	Team       string            `json:"team"`
	Password   string            `json:"password"` // of all people
	Users      map[string]string `json:"users"`    // email addresses by user name
	ClientID   string            `json:"client_id"`
	Secret     string            `json:"webhook_secret"`
}

// Facts returns the facts of this stack, with the administrator and these people.
func (s *Stack) Facts(people ...*Person) Facts {
	facts := Facts{
		SiteURL: s.SiteURL, SandboxURL: s.Sandbox.URL, Team: s.Team.Name, Password: Password, Users: map[string]string{},
		ClientID: UserApp.ClientID(), Secret: WebhookSecret,
	}
	for _, p := range append(people, s.Admin) {
		facts.Users[p.User.Username] = p.User.Email
	}
	return facts
}

// Write writes the facts to a file as JSON, all of it at once.
func (f Facts) Write(path string) error {
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return errors.Wrap(err, "encode the facts")
	}
	half := path + ".half"
	if err := os.WriteFile(half, data, 0o600); err != nil {
		return errors.Wrap(err, "write the facts")
	}
	return errors.Wrap(os.Rename(half, path), "write the facts")
}
