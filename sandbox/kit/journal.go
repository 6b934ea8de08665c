package kit

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
	// EntryRequest is a request to the product.
	EntryRequest = "request"
	// EntryDelivery is an attempt to deliver something from the product.
	EntryDelivery = "delivery"
)

// The journal keeps the latest entries, and of each body no more than this.
const (
	journalEntries = 20000
	journalBody    = 64 << 10
)

// Entry is one thing that happened. Secrets in it are replaced by fingerprints, so that
// uses of one token differ from uses of another.
type Entry struct {
	Seq  int       `json:"seq"`
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	// Operation is the method and the path pattern of a request; empty for one that
	// the product doesn't know.
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
	// Event, Recipient and RequestID are those of a delivery.
	Event     string `json:"event,omitempty"`
	Recipient string `json:"recipient,omitempty"`
	RequestID string `json:"request_id,omitempty"`
	Error     string `json:"error,omitempty"`
}

// Filter selects entries. Empty fields select all.
type Filter struct {
	Kind   string
	Method string
	// Path is the beginning of the path.
	Path string
	// Unexpected selects requests that the product doesn't know.
	Unexpected bool
}

// selects reports whether an entry is one of those.
func (f Filter) selects(e Entry) bool {
	return (f.Kind == "" || e.Kind == f.Kind) && (f.Method == "" || e.Method == f.Method) && strings.HasPrefix(e.Path, f.Path) &&
		(!f.Unexpected || e.Kind == EntryRequest && e.Operation == "")
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
func (j *journal) delivered(d Delivery, a Attempt) {
	path := d.URL
	if u, err := url.Parse(d.URL); err == nil {
		path = u.Path
	}
	e := Entry{
		At: a.At, Kind: EntryDelivery, Method: http.MethodPost, Path: path, RequestBody: redactDelivery(d.Body), Status: a.Status,
		Event: d.Event, Recipient: d.Recipient, RequestID: d.RequestID, Error: a.Error,
	}
	if e.RequestID == "" {
		e.RequestID = a.RequestID
	}
	j.add(e)
}

// Journal returns what happened, oldest first.
func (s *Sandbox[W]) Journal(f Filter) []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []Entry{}
	for _, e := range s.w.kit().journal.entries {
		if f.selects(e) {
			found = append(found, e)
		}
	}
	return found
}

// Counts returns how many requests each operation got, by method and pattern, such
// as "POST /v2/users/{userId}/meetings".
func (s *Sandbox[W]) Counts() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.w.kit().journal.counts)
}

// ClearJournal forgets what happened and the counts.
func (s *Sandbox[W]) ClearJournal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.w.kit().journal = journal{counts: map[string]int{}}
}

// observe serves a request to the product, lets faults happen to it and records it.
func (s *Sandbox[W]) observe(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxRequest))
	if err != nil {
		s.refuseLarge(rw)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	operation := s.product.Operation(r)
	e := Entry{
		Kind: EntryRequest, Operation: operation, Method: r.Method, Path: r.URL.EscapedPath(),
		Query: redactQuery(r.URL.RawQuery), Authorized: redactAuthorization(r.Header.Get("Authorization")),
		RequestBody: redactBody(r.Header.Get("Content-Type"), body),
	}
	action := s.begin(&e, rw.Header(), r)
	answer := &recorder{ResponseWriter: rw}
	defer s.finish(&e, answer) // also when the connection is broken off
	if s.spoil(answer, r, action) {
		e.Faulty = true
		return
	}
	s.product.Site.ServeHTTP(answer, r)
}

// refuseLarge answers a request whose body is too large.
func (s *Sandbox[W]) refuseLarge(rw http.ResponseWriter) {
	if s.product.TooLarge != nil {
		s.product.TooLarge(rw)
		return
	}
	http.Error(rw, "Request Entity Too Large", http.StatusRequestEntityTooLarge)
}

// begin counts a request and returns what a fault rule does to it.
func (s *Sandbox[W]) begin(e *Entry, header http.Header, r *http.Request) Action {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.w.kit()
	e.At = s.clock.Now()
	if e.Operation != "" {
		w.journal.counts[e.Operation]++
	}
	if s.product.Stamp != nil {
		s.product.Stamp(s.w, header)
	}
	return w.takeFault(func(m Match) bool { return m.covers(r) })
}

// finish completes the entry of a request.
func (s *Sandbox[W]) finish(e *Entry, answer *recorder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.Status, e.ResponseBody = answer.status, redactBody(answer.Header().Get("Content-Type"), answer.body)
	s.w.kit().journal.add(*e)
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
