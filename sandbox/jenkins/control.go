package jenkins

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// errUnknown is a job or build that is not there.
var errUnknown = errors.New("there is no such job or build")

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

// routeAdmin says what is served besides Jenkins: each path does what the Go method of that meaning does.
func (j *Jenkins) routeAdmin() {
	j.admin = http.NewServeMux()
	handle := func(pattern string, h http.HandlerFunc) { j.admin.HandleFunc(pattern, h) }
	handle("POST /_sandbox/jobs", body(j.setJob))
	handle("POST /_sandbox/start", body(func(q startRequest) (any, error) {
		job := j.find(strings.Split(q.Job, "/"))
		if job == nil {
			return nil, errUnknown
		}
		b := job.Start(q.Cause)
		return map[string]any{"number": b.Number, "url": b.URL()}, nil
	}))
	handle("POST /_sandbox/finish", body(j.about(func(b *Build, q buildRequest) error {
		switch q.Result {
		case Success, Unstable, Failure, NotBuilt, Aborted:
		default:
			return errors.Errorf("%q is no result", q.Result)
		}
		j.Advance(time.Duration(q.Seconds) * time.Second)
		b.Finish(q.Result, q.Outcome)
		return nil
	})))
	handle("POST /_sandbox/say", body(j.about(func(b *Build, q buildRequest) error {
		if q.Phase == "" {
			b.ZoomSend(q.Message)
			return nil
		}
		return b.NotifyEndpoints(q.Phase, q.Message)
	})))
	handle("POST /_sandbox/log", body(j.about(func(b *Build, q buildRequest) error { b.Log(q.Text); return nil })))
	handle("POST /_sandbox/test-connection", body(func(q startRequest) (any, error) {
		job := j.find(strings.Split(q.Job, "/"))
		if job == nil {
			return nil, errUnknown
		}
		return map[string]string{"answer": job.TestConnection()}, nil
	}))
	handle("POST /_sandbox/users", body(func(u User) (any, error) { j.AddUser(u); return nil, nil }))
	handle("GET /_sandbox/clock", func(rw http.ResponseWriter, _ *http.Request) { reply(rw, map[string]time.Time{"now": j.Now()}, nil) })
	handle("POST /_sandbox/clock", body(func(q struct {
		Seconds float64 `json:"advance_seconds"`
	},
	) (any, error) {
		j.Advance(time.Duration(q.Seconds * float64(time.Second)))
		return map[string]time.Time{"now": j.Now()}, nil
	}))
	handle("POST /_sandbox/faults", body(func(f Fault) (any, error) { j.AddFault(f); return nil, nil }))
	handle("DELETE /_sandbox/faults", func(rw http.ResponseWriter, _ *http.Request) { j.ClearFaults(); reply(rw, nil, nil) })
	handle("POST /_sandbox/release", func(rw http.ResponseWriter, _ *http.Request) { j.Release(); reply(rw, nil, nil) })
	handle("GET /_sandbox/journal", func(rw http.ResponseWriter, _ *http.Request) { reply(rw, j.Journal(), nil) })
	handle("DELETE /_sandbox/journal", func(rw http.ResponseWriter, _ *http.Request) { j.ClearJournal(); reply(rw, nil, nil) })
	handle("POST /_sandbox/settle", func(rw http.ResponseWriter, _ *http.Request) { j.Settle(); reply(rw, nil, nil) })
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

// body makes a handler of a function that takes the decoded request; misspelt fields are errors.
func body[T any](f func(T) (any, error)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		var q T
		d := json.NewDecoder(http.MaxBytesReader(rw, r.Body, maxRequest))
		d.DisallowUnknownFields()
		if err := d.Decode(&q); err != nil && !errors.Is(err, io.EOF) {
			reply(rw, nil, err)
			return
		}
		answer, err := f(q)
		reply(rw, answer, err)
	}
}

// reply answers a control request.
func reply(rw http.ResponseWriter, answer any, err error) {
	switch {
	case errors.Is(err, errUnknown):
		writeJSON(rw, http.StatusNotFound, map[string]string{"error": err.Error()})
	case err != nil:
		writeJSON(rw, http.StatusBadRequest, map[string]string{"error": err.Error()})
	case answer == nil:
		writeJSON(rw, http.StatusOK, map[string]string{"status": "ok"})
	default:
		writeJSON(rw, http.StatusOK, answer)
	}
}

func writeJSON(rw http.ResponseWriter, status int, value any) {
	rw.Header().Set("Content-Type", "application/json;charset=utf-8")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(value) // the client may be gone
}
