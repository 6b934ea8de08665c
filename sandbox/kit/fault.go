package kit

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// Fault makes something go wrong. A rule matches requests to the product, or, when
// it names an event or a recipient, deliveries from it. Of several rules the oldest
// applies.
type Fault struct {
	Match Match `json:"match"`
	// Times is how often the rule applies: once when 0, forever when negative.
	Times  int    `json:"times"`
	Action Action `json:"action"`
}

// Match says what a rule is about. Empty fields match anything.
type Match struct {
	Method string `json:"method"`
	// Path is the beginning of the request's path.
	Path string `json:"path"`
	// Event is that of a delivery, and Recipient who gets it; see [Delivery].
	Event     string `json:"event"`
	Recipient string `json:"recipient"`
}

// Action says what goes wrong. Status, Body, Headers, Hang and After are for
// requests; Duplicate to DelaySeconds are for deliveries.
type Action struct {
	// Status and Body are answered in place of the real answer. A JSON text as Body
	// is sent as it is, for pages that a proxy might put in between.
	Status  int               `json:"status"`
	Body    json.RawMessage   `json:"body"`
	Headers map[string]string `json:"headers"`
	// LatencyMS is a wall-clock delay in milliseconds, of an answer or an attempt.
	LatencyMS int `json:"latency_ms"`
	// Hang answers nothing until the client gives up.
	Hang bool `json:"hang"`
	// Reset closes the connection without an answer. A delivery's first attempt
	// fails.
	Reset bool `json:"reset"`
	// After carries the request out before the answer is lost: a token has been
	// rotated, a meeting created, and the client doesn't know.
	After bool `json:"after"`

	// Duplicate is how many more times the delivery is sent.
	Duplicate int `json:"duplicate"`
	// NewRequestID gives the duplicates request IDs of their own, as those of a
	// second subscription have.
	NewRequestID bool `json:"new_request_id"`
	// Drop sends nothing.
	Drop bool `json:"drop"`
	// Hold sends nothing until Release.
	Hold bool `json:"hold"`
	// BadSignature signs with another secret, NoSignature not at all.
	BadSignature bool `json:"bad_signature"`
	NoSignature  bool `json:"no_signature"`
	// SkewSeconds is added to the time that a delivery carries.
	SkewSeconds int `json:"skew_seconds"`
	// DelaySeconds is simulated time that passes before the first attempt, so that
	// later deliveries overtake this one.
	DelaySeconds int `json:"delay_seconds"`
}

// AddFault adds a rule.
func (s *Sandbox[W]) AddFault(f Fault) error {
	if f.Action.Status != 0 && (f.Action.Status < 200 || f.Action.Status > 599) {
		return errors.Wrapf(ErrInvalid, "status can't be %d", f.Action.Status)
	}
	if f.Times == 0 {
		f.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.w.kit()
	w.faults = append(w.faults, &f)
	return nil
}

// ClearFaults removes all rules.
func (s *Sandbox[W]) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.w.kit().faults = nil
}

// takeFault uses up one application of the oldest rule that matches, and returns
// what it does: nothing when no rule matches.
func (w *World) takeFault(matches func(Match) bool) Action {
	for _, f := range w.faults {
		if f.Times != 0 && matches(f.Match) {
			if f.Times > 0 {
				f.Times--
			}
			return f.Action
		}
	}
	return Action{}
}

// delivered reports whether a rule is about deliveries.
func (m Match) delivered() bool { return m.Event != "" || m.Recipient != "" }

// covers reports whether a rule is about a request.
func (m Match) covers(r *http.Request) bool {
	return !m.delivered() && (m.Method == "" || m.Method == r.Method) && strings.HasPrefix(r.URL.Path, m.Path)
}

// reaches reports whether a rule is about a delivery of this event to this
// recipient.
func (m Match) reaches(event, recipient string) bool {
	return m.delivered() && (m.Event == "" || m.Event == event) && (m.Recipient == "" || m.Recipient == recipient)
}

// spoil answers a request as a rule says. It returns false when the rule only took
// time, and the real answer is to follow.
func (s *Sandbox[W]) spoil(rw http.ResponseWriter, r *http.Request, a Action) bool {
	s.pause(time.Duration(a.LatencyMS) * time.Millisecond)
	if a.After {
		s.product.Site.ServeHTTP(httptest.NewRecorder(), r)
	}
	switch {
	case a.Hang:
		select {
		case <-r.Context().Done():
		case <-s.closed:
		}
		panic(http.ErrAbortHandler)
	case a.Reset:
		reset(rw)
	case a.Status != 0:
		for name, value := range a.Headers {
			rw.Header().Set(name, value)
		}
		writeBody(rw, a.Status, a.Body)
	default:
		return false
	}
	return true
}

// reset breaks the connection, with a TCP reset where there is one.
func reset(rw http.ResponseWriter) {
	conn, _, err := http.NewResponseController(rw).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// writeBody answers with JSON, or with the text of a JSON string.
func writeBody(rw http.ResponseWriter, status int, body json.RawMessage) {
	var text string
	if json.Unmarshal(body, &text) == nil {
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(text))
		return
	}
	if rw.Header().Get("Content-Type") == "" {
		rw.Header().Set("Content-Type", "application/json")
	}
	rw.WriteHeader(status)
	_, _ = rw.Write(body)
}
