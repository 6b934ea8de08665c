package pagerduty

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The kinds of entries in the journal.
const (
	// EntryRequest is a request to PagerDuty.
	EntryRequest = "request"
	// EntryDelivery is an attempt to deliver something from PagerDuty.
	EntryDelivery = "delivery"
)

// The journal keeps the latest entries, and of each body no more than this.
const (
	journalEntries = 20000
	journalBody    = 64 << 10
)

// maxRequest is the largest request body that is read.
const maxRequest = 1 << 20

// Entry is one thing that happened. Secrets in it are replaced by fingerprints,
// so that two uses of one token can be told from uses of two tokens.
type Entry struct {
	Seq  int       `json:"seq"`
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	// Operation is the method and the pattern of the path of a request; empty for
	// one that PagerDuty does not know.
	Operation    string `json:"operation,omitempty"`
	Method       string `json:"method"`
	Path         string `json:"path"`
	Query        string `json:"query,omitempty"`
	Authorized   string `json:"authorization,omitempty"`
	RequestBody  string `json:"request_body,omitempty"`
	Status       int    `json:"status"`
	ResponseBody string `json:"response_body,omitempty"`
	// Faulty is true when a fault rule answered.
	Faulty bool `json:"faulty,omitempty"`
	// Event and RequestID are those of a delivery; the latter is X-Webhook-Id.
	Event     string `json:"event,omitempty"`
	RequestID string `json:"request_id,omitempty"`
	Error     string `json:"error,omitempty"`
}

// Filter selects entries. Empty fields select all.
type Filter struct {
	Kind   string
	Method string
	// Path is the beginning of the path.
	Path string
	// Unexpected selects requests that PagerDuty does not know.
	Unexpected bool
}

// journal is what happened, and how often each operation was asked for.
type journal struct {
	entries []Entry
	last    int
	counts  map[string]int
}

// add appends an entry.
func (j *journal) add(e Entry) {
	j.last++
	e.Seq = j.last
	if len(j.entries) >= journalEntries {
		j.entries = slices.Delete(j.entries, 0, journalEntries/10)
	}
	j.entries = append(j.entries, e)
}

// delivered records an attempt of a delivery.
func (j *journal) delivered(d *delivery, at time.Time, a Attempt) {
	path := d.URL
	if u, err := url.Parse(d.URL); err == nil {
		path = u.Path
	}
	j.add(Entry{
		At: at, Kind: EntryDelivery, Method: http.MethodPost, Path: path, RequestBody: string(d.Body),
		Status: a.Status, Event: d.Event, RequestID: d.WebhookID, Error: a.Error,
	})
}

// Journal returns what happened, oldest first.
func (s *Sandbox) Journal(f Filter) []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []Entry{}
	for _, e := range s.w.journal.entries {
		if (f.Kind == "" || e.Kind == f.Kind) && (f.Method == "" || e.Method == f.Method) &&
			strings.HasPrefix(e.Path, f.Path) &&
			(!f.Unexpected || e.Kind == EntryRequest && e.Operation == "") {
			found = append(found, e)
		}
	}
	return found
}

// Counts returns how many requests each operation got, by method and pattern,
// such as "GET /users/me".
func (s *Sandbox) Counts() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.w.journal.counts)
}

// ClearJournal forgets what happened and the counts.
func (s *Sandbox) ClearJournal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.w.journal = journal{counts: map[string]int{}}
}

// observe serves a request to PagerDuty, lets faults happen to it and records it.
func (s *Sandbox) observe(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxRequest))
	if err != nil {
		http.Error(rw, "Request Entity Too Large", http.StatusRequestEntityTooLarge)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	e := s.begun(r, body)
	s.mu.Lock()
	fault := s.w.takeFault(func(m Match) bool { return m.covers(r) })
	rw.Header().Set("X-Request-Id", s.w.ids.UUID())
	s.mu.Unlock()
	answer := &recorder{ResponseWriter: rw}
	defer s.finished(&e, answer) // also when the connection is broken off
	if fault != nil && s.spoil(answer, r, fault.Action) {
		e.Faulty = true
		return
	}
	s.site.ServeHTTP(answer, r)
}

// begun starts the entry of a request and counts it.
func (s *Sandbox) begun(r *http.Request, body []byte) Entry {
	_, pattern := s.site.Handler(r)
	if pattern == "/" {
		pattern = ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if pattern != "" {
		s.w.journal.counts[pattern]++
	}
	return Entry{
		At: s.clock.Now(), Kind: EntryRequest, Operation: pattern, Method: r.Method, Path: r.URL.EscapedPath(),
		Query: redactQuery(r.URL.RawQuery), Authorized: redactAuthorization(r.Header.Get("Authorization")),
		RequestBody: redactBody(r.Header.Get("Content-Type"), body),
	}
}

// finished completes the entry of a request.
func (s *Sandbox) finished(e *Entry, answer *recorder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.Status, e.ResponseBody = answer.status, redactBody(answer.Header().Get("Content-Type"), answer.body)
	s.w.journal.add(*e)
}

// recorder remembers an answer while it passes through.
type recorder struct {
	http.ResponseWriter
	status int
	body   []byte
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	r.body = append(r.body, p[:min(len(p), journalBody-len(r.body))]...)
	return r.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
