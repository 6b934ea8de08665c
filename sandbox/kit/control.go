package kit

import (
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/pkg/errors"
)

// The errors of control methods; the control API answers them with 400, 404 and
// 409. They come wrapped, so compare with errors.Is.
var (
	ErrInvalid  = errors.New("invalid")
	ErrNotFound = errors.New("not found")
	ErrConflict = errors.New("conflict")
)

// maxRequest is the largest request body that is read.
const maxRequest = 1 << 20

// Body returns a handler of the control API that decodes the request for f and
// answers with what f returns; see [Reply].
func Body[T, A any](f func(T) (A, error)) http.HandlerFunc {
	return BodyOf(func(_ *http.Request, q T) (A, error) { return f(q) })
}

// BodyOf is [Body] for a function that needs the request's path, too.
func BodyOf[T, A any](f func(*http.Request, T) (A, error)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		var q T
		if err := Decode(r, &q); err != nil {
			Reply(rw, nil, err)
			return
		}
		answer, err := f(r, q)
		Reply(rw, answer, err)
	}
}

// Query returns a handler of the control API that reads no body.
func Query[A any](f func(*http.Request) (A, error)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		answer, err := f(r)
		Reply(rw, answer, err)
	}
}

// Do returns a handler of the control API that takes and returns nothing.
func Do(f func()) http.HandlerFunc {
	return Query(func(*http.Request) (any, error) { f(); return nil, nil })
}

// Decode reads the JSON body of a request to the control API. Misspelled fields
// are ErrInvalid; a missing body is {}.
func Decode(r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxRequest))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return errors.Wrap(ErrInvalid, err.Error())
	}
	return nil
}

// Reply answers a request to the control API: with answer, with {"status":"ok"}
// where that is nil, or with the error.
func Reply(rw http.ResponseWriter, answer any, err error) {
	switch {
	case err == nil && answer == nil:
		WriteJSON(rw, http.StatusOK, map[string]string{"status": "ok"})
	case err == nil:
		WriteJSON(rw, http.StatusOK, answer)
	default:
		WriteJSON(rw, statusOf(err), map[string]string{"error": err.Error()})
	}
}

// statusOf returns the status that an error is answered with.
func statusOf(err error) int {
	switch {
	case errors.Is(err, ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, ErrConflict):
		return http.StatusConflict
	}
	return http.StatusBadRequest
}

// Handle adds a path of the product's own to the control API, such as
// "POST /_sandbox/users".
func (s *Sandbox[W]) Handle(pattern string, h http.HandlerFunc) { s.control.HandleFunc(pattern, h) }

// routeControl adds what every sandbox has.
func (s *Sandbox[W]) routeControl() {
	now := func() map[string]string { return map[string]string{"now": s.Now().Format(time.RFC3339Nano)} }
	s.Handle("GET /_sandbox/clock", Query(func(*http.Request) (any, error) { return now(), nil }))
	s.Handle("POST /_sandbox/clock", Body(func(q struct {
		Seconds float64 `json:"advance_seconds"`
	},
	) (any, error) {
		s.Advance(time.Duration(q.Seconds * float64(time.Second)))
		return now(), nil
	}))
	s.Handle("POST /_sandbox/faults", Body(func(f Fault) (any, error) { return nil, s.AddFault(f) }))
	s.Handle("DELETE /_sandbox/faults", Do(s.ClearFaults))
	s.Handle("POST /_sandbox/release", Do(s.Release))
	s.Handle("GET /_sandbox/journal", Query(func(r *http.Request) (any, error) {
		q := r.URL.Query()
		return s.Journal(Filter{q.Get("kind"), q.Get("method"), q.Get("path"), q.Get("unexpected") == "true"}), nil
	}))
	s.Handle("DELETE /_sandbox/journal", Do(s.ClearJournal))
	s.Handle("GET /_sandbox/deliveries", Query(func(*http.Request) (any, error) { return s.Deliveries(), nil }))
	s.Handle("GET /_sandbox/counts", Query(func(*http.Request) (any, error) { return s.Counts(), nil }))
	s.Handle("POST /_sandbox/reset", Do(s.Reset))
}
