package stack

import (
	"context"
	"time"

	"github.com/pkg/errors"
)

// Job is a job of the simulated Jenkins.
type Job struct {
	// Name is its full name, "folder/web".
	Name string

	sandbox *Sandbox
	hook    Hook
}

// Hook is where the job reports its builds.
func (j *Job) Hook() Hook { return j.hook }

// Cause is why a build starts, and what is new in it.
type Cause struct {
	Text    string   `json:"cause"`
	Changes []Change `json:"changes,omitempty"`
	Branch  string   `json:"branch,omitempty"`
	Commit  string   `json:"commit,omitempty"`
}

// Change is a commit that a build has and the one before it has not.
type Change struct {
	ID      string `json:"id"`
	Author  string `json:"author"`
	Message string `json:"message"`
}

// Ending is how a build ends.
type Ending struct {
	// Result is SUCCESS, UNSTABLE, FAILURE, NOT_BUILT or ABORTED.
	Result string
	// After is how long it ran, on Jenkins' clock.
	After time.Duration
	// Tests is how many tests there are, and Failed names those that failed.
	Tests  int
	Failed []string
}

// NewJob creates a job whose builds the plugin "Zoom" reports, with the URL and
// the token entered and all its boxes checked.
func (z *Sandbox) NewJob(ctx context.Context, name string, hook Hook) (*Job, error) {
	events := map[string]bool{}
	for _, box := range []string{
		"start", "success", "unstable", "failure", "not_built", "aborted", "back_to_normal", "repeated_failure",
		"commit_info", "test_summary", "failed_tests",
	} {
		events[box] = true
	}
	plugin := map[string]any{"url": hook.URL, "token": hook.Token, "events": events}
	return &Job{Name: name, sandbox: z, hook: hook}, z.Jenkins(ctx, "jobs", map[string]any{"name": name, "zoom": []any{plugin}}, nil)
}

// TestConnection clicks the button of that name in the job's configuration, and
// returns what Jenkins' admin reads then.
func (j *Job) TestConnection(ctx context.Context) (string, error) {
	var said struct {
		Answer string `json:"answer"`
	}
	return said.Answer, j.sandbox.Jenkins(ctx, "test-connection", map[string]string{"job": j.Name}, &said)
}

// Start starts a build and returns its number.
func (j *Job) Start(ctx context.Context, cause Cause) (int, error) {
	var started struct {
		Number int `json:"number"`
	}
	err := j.sandbox.Jenkins(ctx, "start", struct {
		Job string `json:"job"`
		Cause
	}{j.Name, cause}, &started)
	return started.Number, errors.Wrapf(err, "start a build of %s", j.Name)
}

// Finish ends a build.
func (j *Job) Finish(ctx context.Context, number int, e Ending) error {
	in := map[string]any{"job": j.Name, "number": number, "result": e.Result, "seconds": int(e.After.Seconds())}
	if e.Tests > 0 {
		in["tests"] = map[string]any{"total": e.Tests, "failed": append([]string{}, e.Failed...)}
	}
	return errors.Wrapf(j.sandbox.Jenkins(ctx, "finish", in, nil), "end build %d of %s", number, j.Name)
}
