package openapi

import (
	"bytes"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Recorder passes requests on to a sandbox and keeps how its answers differ from
// the document.
type Recorder struct {
	Document *Document
	Next     http.Handler
	// Skip says which requests are none of the API's; nil for none.
	Skip func(*http.Request) bool
	log
}

// log keeps differences, and what was compared.
type log struct {
	mu       sync.Mutex
	problems map[string]bool
	compared map[string]int
}

// ServeHTTP implements http.Handler: requests go on to Next, and what differs from
// the document is kept, of requests as of answers.
func (r *Recorder) ServeHTTP(rw http.ResponseWriter, q *http.Request) {
	if r.Skip != nil && r.Skip(q) {
		r.Next.ServeHTTP(rw, q)
		return
	}
	answer := httptest.NewRecorder()
	r.Next.ServeHTTP(answer, q)
	body := bytes.TrimSpace(answer.Body.Bytes())
	problems := r.Document.Request(q.Method, q.URL)
	if answer.Code/100 == 2 {
		problems = append(problems, r.Document.Answer(q.Method, q.URL.Path, answer.Code, body)...)
	}
	pattern, _ := r.Document.operation(q.Method, q.URL.Path)
	r.keep(q.Method+" "+pattern, problems)
	maps.Copy(rw.Header(), answer.Header())
	rw.WriteHeader(answer.Code)
	_, _ = rw.Write(answer.Body.Bytes())
}

func (l *log) keep(operation string, problems []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.problems == nil {
		l.problems, l.compared = map[string]bool{}, map[string]int{}
	}
	l.compared[operation]++
	for _, problem := range problems {
		l.problems[problem] = true
	}
}

// Compared returns the operations whose answers were compared, in order.
func (l *log) Compared() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.compared))
}

// Hold fails the test for each difference that is not among those that are known,
// and for each known one that no longer occurs. Known differences come with the
// reason for each.
func (l *log) Hold(t testing.TB, known map[string]string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, problem := range slices.Sorted(maps.Keys(l.problems)) {
		if known[problem] == "" {
			t.Errorf("differs from the vendor's document: %s", problem)
		}
	}
	for _, problem := range slices.Sorted(maps.Keys(known)) {
		switch {
		case !l.problems[problem]:
			t.Errorf("no longer differs, so it need not be listed: %s", problem)
		case strings.TrimSpace(known[problem]) == "":
			t.Errorf("is listed without a reason: %s", problem)
		}
	}
}
