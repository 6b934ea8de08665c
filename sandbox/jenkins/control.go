package jenkins

import (
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// errUnknown is a job or build that is not there.
var errUnknown = errors.Wrap(kit.ErrNotFound, "there is no such job or build")

// jobRequest describes a job.
type jobRequest struct {
	Name         string               `json:"name"`
	Branch       string               `json:"branch"`
	Pipeline     bool                 `json:"pipeline"`
	Parameters   []string             `json:"parameters"`
	Zoom         []ZoomPlugin         `json:"zoom"`
	Notification []NotificationPlugin `json:"notification"`
	Signed       []Signed             `json:"signed"`
}

// startRequest starts a build of a job, named as in a path: "folder/web", a branch's name encoded ("folder/api/feature%2Flogin").
type startRequest struct {
	Job string `json:"job"`
	Cause
}

// buildRequest is about one build.
type buildRequest struct {
	Job     string `json:"job"`
	Number  int    `json:"number"`
	Result  Result `json:"result"`
	Seconds int    `json:"seconds"`
	Message string `json:"message"`
	Phase   string `json:"phase"`
	Text    string `json:"text"`
	Outcome
}

// routeControl adds to the control API: each path does what the Go method of the
// same name does.
func (j *Jenkins) routeControl() {
	j.Handle("POST /_sandbox/jobs", kit.Body(j.setJob))
	j.Handle("POST /_sandbox/start", kit.Body(func(q startRequest) (any, error) {
		job := j.find(strings.Split(q.Job, "/"))
		if job == nil {
			return nil, errUnknown
		}
		b := job.Start(q.Cause)
		return map[string]any{"number": b.Number, "url": b.URL()}, nil
	}))
	j.Handle("POST /_sandbox/finish", kit.Body(j.about(func(b *Build, q buildRequest) error {
		switch q.Result {
		case Success, Unstable, Failure, NotBuilt, Aborted:
		default:
			return errors.Errorf("%q is no result", q.Result)
		}
		j.Advance(time.Duration(q.Seconds) * time.Second)
		b.Finish(q.Result, q.Outcome)
		return nil
	})))
	j.Handle("POST /_sandbox/say", kit.Body(j.about(func(b *Build, q buildRequest) error {
		if q.Phase == "" {
			b.ZoomSend(q.Message)
			return nil
		}
		return b.NotifyEndpoints(q.Phase, q.Message)
	})))
	j.Handle("POST /_sandbox/log", kit.Body(j.about(func(b *Build, q buildRequest) error { b.Log(q.Text); return nil })))
	j.Handle("POST /_sandbox/test-connection", kit.Body(func(q startRequest) (any, error) {
		job := j.find(strings.Split(q.Job, "/"))
		if job == nil {
			return nil, errUnknown
		}
		return map[string]string{"answer": job.TestConnection()}, nil
	}))
	j.Handle("POST /_sandbox/users", kit.Body(func(u User) (any, error) { j.AddUser(u); return nil, nil }))
	j.Handle("POST /_sandbox/settle", kit.Do(j.Settle))
}

func (j *Jenkins) setJob(q jobRequest) (any, error) {
	if q.Name == "" {
		return nil, errors.New("a job has a name")
	}
	var job *Job
	if q.Branch == "" {
		job = j.Job(q.Name)
	} else {
		job = j.Branch(q.Name, q.Branch)
	}
	if q.Pipeline {
		job.Pipeline()
	}
	var senders []Sender
	for _, z := range q.Zoom {
		senders = append(senders, z)
	}
	for _, n := range q.Notification {
		senders = append(senders, n)
	}
	for _, s := range q.Signed {
		senders = append(senders, s)
	}
	job.Takes(q.Parameters...).Sends(senders...)
	return map[string]string{"job": strings.Join(job.path, "/"), "url": j.BaseURL() + "/" + job.url()}, nil
}

// about makes a function of a build one of a request.
func (j *Jenkins) about(do func(*Build, buildRequest) error) func(buildRequest) (any, error) {
	return func(q buildRequest) (any, error) {
		job := j.find(strings.Split(q.Job, "/"))
		if job == nil {
			return nil, errUnknown
		}
		b := job.build(q.Number)
		if b == nil {
			return nil, errUnknown
		}
		return nil, do(b, q)
	}
}
