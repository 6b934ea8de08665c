package jenkins

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Result is how a build ended, in Jenkins' words.
type Result string

// The results.
const (
	Success  Result = "SUCCESS"
	Unstable Result = "UNSTABLE"
	Failure  Result = "FAILURE"
	NotBuilt Result = "NOT_BUILT"
	Aborted  Result = "ABORTED"
)

// Cause is why a build started, and what is new in it.
type Cause struct {
	// Text is such as "Started by user Ada"; "" for a build without a cause.
	Text    string   `json:"cause"`
	Changes []Change `json:"changes"`
	// Branch and Commit are what was checked out, such as "origin/main".
	Branch string `json:"branch"`
	Commit string `json:"commit"`
	// Parameters are those of the build.
	Parameters map[string]string `json:"parameters"`
}

// Change is a commit.
type Change struct {
	Author  string   `json:"author"`
	Message string   `json:"message"`
	ID      string   `json:"id"`
	Files   []string `json:"files"`
}

// Tests is what came of a build's tests.
type Tests struct {
	Total   int      `json:"total"`
	Failed  []string `json:"failed"`
	Skipped int      `json:"skipped"`
}

// Outcome is what else is known when a build ends.
type Outcome struct {
	Tests *Tests `json:"tests"`
	// Summary is Jenkins' sentence on the build, where it is another than the usual one, such as in another language.
	Summary string `json:"summary"`
}

// Job is a job, or a branch of a multibranch job.
type Job struct {
	j *Jenkins
	// path are the names as Jenkins stores them: those of branches are encoded.
	path []string
	// branch says that the last of them is a branch.
	branch bool

	// The fields below are guarded by the Jenkins' mu.
	pipeline   bool
	parameters []string
	senders    []Sender
	builds     []*Build

	sending sync.Mutex // one build's deliveries leave after another's
}

// Sender reports a job's builds. It receives the build's state at that moment.
type Sender interface {
	started(b *Build) []outgoing
	finished(b *Build) []outgoing
	said(b *Build, phase, text string) []outgoing
	tested() (outgoing, bool)
}

// Job returns the job with this full name ("folder/web"), and creates it if necessary.
func (j *Jenkins) Job(fullName string) *Job { return j.job(strings.Split(fullName, "/"), false) }

// Branch returns the branch of a multibranch job, which is a job of its own, and a pipeline.
func (j *Jenkins) Branch(fullName, branch string) *Job {
	// Jenkins encodes in a job's name what a name must not have.
	job := j.job(append(strings.Split(fullName, "/"), strings.NewReplacer("%", "%25", "/", "%2F", "#", "%23").Replace(branch)), true)
	return job.Pipeline()
}

func (j *Jenkins) job(path []string, branch bool) *Job {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, known := range j.jobs {
		if slices.Equal(known.path, path) {
			return known
		}
	}
	job := &Job{j: j, path: path, branch: branch}
	j.jobs = append(j.jobs, job)
	return job
}

// DeleteJob removes the job with this full name and its builds. One of the same name that is made later begins at #1 again.
func (j *Jenkins) DeleteJob(fullName string) {
	path := strings.Split(fullName, "/")
	j.mu.Lock()
	defer j.mu.Unlock()
	j.jobs = slices.DeleteFunc(j.jobs, func(known *Job) bool { return slices.Equal(known.path, path) })
}

// find returns the job with these stored names.
func (j *Jenkins) find(path []string) *Job {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, known := range j.jobs {
		if slices.Equal(known.path, path) {
			return known
		}
	}
	return nil
}

// Pipeline makes it a pipeline, for which the plugin "Zoom" has no post-build action.
func (job *Job) Pipeline() *Job {
	job.j.mu.Lock()
	defer job.j.mu.Unlock()
	job.pipeline = true
	return job
}

// Takes gives the job parameters.
func (job *Job) Takes(parameters ...string) *Job {
	job.j.mu.Lock()
	defer job.j.mu.Unlock()
	job.parameters = parameters
	return job
}

// Sends sets the senders of the job's builds, and removes others.
func (job *Job) Sends(senders ...Sender) *Job {
	job.j.mu.Lock()
	defer job.j.mu.Unlock()
	job.senders = senders
	return job
}

// display returns the last name as users see it.
func (job *Job) display() string {
	last := job.path[len(job.path)-1]
	if name, err := url.PathUnescape(last); err == nil && job.branch {
		return name
	}
	return last
}

// fullDisplayName returns all names as users see them.
func (job *Job) fullDisplayName() string {
	return strings.Join(append(slices.Clone(job.path[:len(job.path)-1]), job.display()), " » ")
}

// url returns the job's address below that of Jenkins, as Jenkins encodes it.
func (job *Job) url() string {
	var b strings.Builder
	for _, name := range job.path {
		b.WriteString("job/" + url.PathEscape(name) + "/")
	}
	return b.String()
}

// Build is one build of a job.
type Build struct {
	job    *Job
	Number int
	// Queue is the number of the item that it was in the queue.
	Queue int64
	cause Cause

	// The fields below are guarded by the Jenkins' mu.
	began    time.Time
	ended    time.Time
	result   Result
	outcome  Outcome
	log      []byte
	notes    string // of the last step notifyEndpoints, which later phases repeat
	previous Result // of the build before that was neither aborted nor not built
}

// Start starts a build and has it reported.
func (job *Job) Start(c Cause) *Build { return job.leave(job.j.enter(), c) }

// enter returns the number of a new item in the queue.
func (j *Jenkins) enter() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.queue++
	return j.queue
}

// leave starts the build of an item in the queue.
func (job *Job) leave(queue int64, c Cause) *Build {
	j := job.j
	j.mu.Lock()
	b := &Build{job: job, Number: len(job.builds) + 1, Queue: queue, cause: c, began: j.Now()}
	for _, earlier := range job.builds {
		if earlier.result != "" && earlier.result != Aborted && earlier.result != NotBuilt {
			b.previous = earlier.result
		}
	}
	job.builds = append(job.builds, b)
	j.queued[b.Queue] = b
	b.log = fmt.Appendf(nil, "%s\n", c.Text)
	now := *b
	j.mu.Unlock()
	job.report(func(s Sender) []outgoing { return s.started(&now) })
	return b
}

// Finish ends the build, unless it has ended, and has it reported.
func (b *Build) Finish(r Result, o Outcome) {
	j := b.job.j
	j.mu.Lock()
	if b.result != "" {
		j.mu.Unlock()
		return
	}
	b.result, b.outcome, b.ended = r, o, j.Now()
	b.log = fmt.Appendf(b.log, "Finished: %s\n", r)
	now := *b
	j.mu.Unlock()
	b.job.report(func(s Sender) []outgoing { return s.finished(&now) })
}

// ZoomSend is the pipeline step of the plugin "Zoom".
func (b *Build) ZoomSend(text string) { b.say("", text) }

// NotifyEndpoints is the pipeline step of the plugin "Notification". A phase that the plugin doesn't know fails the pipeline. The notes go
// with all later deliveries of the build. (In Jenkins also with those of later builds, until it restarts.)
func (b *Build) NotifyEndpoints(phase, notes string) error {
	switch phase {
	case Queued, Started, Completed, Finalized, None:
	default:
		return fmt.Errorf("IllegalArgumentException: no enum constant Phase.%s", phase)
	}
	b.job.j.mu.Lock()
	if notes != "" {
		b.notes = notes
	}
	b.job.j.mu.Unlock()
	b.say(phase, notes)
	return nil
}

func (b *Build) say(phase, text string) {
	b.job.j.mu.Lock()
	now := *b
	b.job.j.mu.Unlock()
	b.job.report(func(s Sender) []outgoing { return s.said(&now, phase, text) })
}

// Log writes to the build's log.
func (b *Build) Log(text string) {
	b.job.j.mu.Lock()
	defer b.job.j.mu.Unlock()
	b.log = append(b.log, text...)
}

// Result returns how the build ended, "" while it runs.
func (b *Build) Result() Result {
	b.job.j.mu.Lock()
	defer b.job.j.mu.Unlock()
	return b.result
}

// URL returns the build's plain address.
func (b *Build) URL() string {
	return fmt.Sprintf("%s/%s%d/", b.job.j.BaseURL(), b.job.url(), b.Number)
}

// TestConnection is the button in the job's configuration; it returns what the admin reads.
func (job *Job) TestConnection() string {
	job.j.mu.Lock()
	senders := slices.Clone(job.senders)
	job.j.mu.Unlock()
	for _, s := range senders {
		if o, ok := s.tested(); ok {
			if job.j.ask(o) {
				return "Connect ok"
			}
			return "Connect failed"
		}
	}
	return "There is no such button"
}

// report sends what each sender reports.
func (job *Job) report(what func(Sender) []outgoing) {
	job.j.mu.Lock()
	senders := slices.Clone(job.senders)
	job.j.mu.Unlock()
	job.sending.Lock()
	defer job.sending.Unlock()
	for _, s := range senders {
		for _, o := range what(s) {
			job.j.handOver(o)
		}
	}
}
