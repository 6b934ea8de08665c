package jenkins

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// outgoing is a request of a sender's.
type outgoing struct {
	sender string
	event  string
	build  *Build
	url    string
	header map[string]string
	login  *url.Userinfo
	body   []byte
	// wants is the one status that counts as success; 0 takes any answer for it.
	wants int
	// retries and follows are the ways of the plugin "Notification".
	retries int
	follows bool
}

// Fault makes something go wrong with deliveries. Of several rules the oldest applies.
type Fault struct {
	// Sender is "zoom", "notification" or "signed", and Event the status, phase or "test"; empty fields match anything.
	Sender string `json:"sender"`
	Event  string `json:"event"`
	// Times is how often the rule applies: once when 0, for ever when negative.
	Times int `json:"times"`
	// Drop loses the delivery without a trace, as a network may.
	Drop bool `json:"drop"`
	// Break breaks one attempt: the sender notices. The plugin "Notification" may try again.
	Break bool `json:"break"`
	// Hold keeps the delivery back until Release, so that others overtake it.
	Hold bool `json:"hold"`
	// Duplicate is how many more times it is sent.
	Duplicate int `json:"duplicate"`
	// DelayMS is a wall-clock delay before it is sent, in milliseconds.
	DelayMS int `json:"delay_ms"`
}

// The kinds of entries in the journal.
const (
	// EntryDelivery is an attempt to deliver something from Jenkins.
	EntryDelivery = "delivery"
	// EntryRequest is a request to Jenkins.
	EntryRequest = "request"
)

// Entry is one thing that happened.
type Entry struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	// Sender, Event, Job and Number say what a delivery was.
	Sender string `json:"sender,omitempty"`
	Event  string `json:"event,omitempty"`
	Job    string `json:"job,omitempty"`
	Number int    `json:"number,omitempty"`
	// Method, Path and User say what a request was.
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`
	User   string `json:"user,omitempty"`
	Body   string `json:"body,omitempty"`
	// Status is the answer's; 0 where there was none.
	Status int    `json:"status"`
	Error  string `json:"error,omitempty"`
	// Failed says that the sender took it for a failure.
	Failed bool `json:"failed,omitempty"`
}

// maxJournal is how many entries are kept.
const maxJournal = 20000

// AddFault adds a rule.
func (j *Jenkins) AddFault(f Fault) {
	if f.Times == 0 {
		f.Times = 1
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.faults = append(j.faults, &f)
}

// ClearFaults removes all rules.
func (j *Jenkins) ClearFaults() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.faults = nil
}

// Release sends what was held back, the latest first: in the wrong order.
func (j *Jenkins) Release() {
	j.mu.Lock()
	held := j.held
	j.held = nil
	j.mu.Unlock()
	slices.Reverse(held)
	for _, send := range held {
		send()
	}
}

// Journal returns what happened, oldest first.
func (j *Jenkins) Journal() []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.journal)
}

// ClearJournal forgets what happened.
func (j *Jenkins) ClearJournal() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.journal = nil
}

func (j *Jenkins) record(e Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e.At = j.now()
	if j.journal = append(j.journal, e); len(j.journal) > maxJournal {
		j.journal = slices.Clone(j.journal[len(j.journal)-maxJournal:])
	}
}

// takeFault uses up one application of the oldest rule that matches; breaking is asked for by the attempt.
func (j *Jenkins) takeFault(o outgoing, breaking bool) Fault {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, f := range j.faults {
		if f.Times == 0 || f.Break != breaking || f.Sender != "" && f.Sender != o.sender || f.Event != "" && f.Event != o.event {
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		return *f
	}
	return Fault{}
}

// handOver sends the delivery as the faults say.
func (j *Jenkins) handOver(o outgoing) {
	f := j.takeFault(o, false)
	if f.Drop {
		return
	}
	send := func() {
		for range f.Duplicate + 1 {
			j.deliver(o)
		}
	}
	if f.Hold {
		j.mu.Lock()
		j.held = append(j.held, send)
		j.mu.Unlock()
		return
	}
	time.Sleep(time.Duration(f.DelayMS) * time.Millisecond)
	send()
}

// deliver sends the delivery as its sender does. The plugin "Notification" notes a failed attempt and never forgets it: once one has
// failed, it goes on until all repetitions are used up, whatever the others came to. It asks for no status.
func (j *Jenkins) deliver(o outgoing) {
	failed := false
	for range o.retries + 1 {
		if j.send(o) == 0 {
			failed = true
		}
		if !failed {
			return
		}
	}
}

// send makes one attempt and returns the status, 0 for no answer.
func (j *Jenkins) send(o outgoing) int {
	e := Entry{Kind: EntryDelivery, Sender: o.sender, Event: o.event, Body: string(o.body)}
	if o.build != nil {
		e.Job, e.Number = o.build.job.fullDisplayName(), o.build.Number
	}
	if j.takeFault(o, true).Break {
		e.Error, e.Failed = "the connection was broken", true
		j.record(e)
		return 0
	}
	status, err := j.attempt(o, o.url)
	e.Status, e.Failed = status, err != nil || o.wants != 0 && status != o.wants
	if err != nil {
		e.Error = err.Error()
	}
	j.record(e)
	return status
}

func (j *Jenkins) attempt(o outgoing, address string) (int, error) {
	request, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(o.body))
	if err != nil {
		return 0, err
	}
	for name, value := range o.header {
		request.Header.Set(name, value)
	}
	if o.login != nil {
		password, _ := o.login.Password()
		request.SetBasicAuth(o.login.Username(), password)
	}
	response, err := j.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20))
	if o.follows && response.StatusCode == http.StatusTemporaryRedirect {
		o.follows = false
		return j.attempt(o, response.Header.Get("Location"))
	}
	return response.StatusCode, nil
}
