package kit

import (
	"encoding/json"
	"io"
	"net/http"

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
func Body[T any](f func(T) (any, error)) http.HandlerFunc {
	return BodyOf(func(_ *http.Request, q T) (any, error) { return f(q) })
}

// BodyOf is [Body] for a function that needs the request's path, too.
func BodyOf[T any](f func(*http.Request, T) (any, error)) http.HandlerFunc {
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
func Query(f func(*http.Request) (any, error)) http.HandlerFunc {
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
