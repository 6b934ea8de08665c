package openapi

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mattermost-plugin-zoom/sandbox/zoom"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/pkg/errors"
)

// Endpoints validates requests and answers of Zoom's API.
type Endpoints struct {
	routers []routers.Router
	options *openapi3filter.Options
}

// LoadEndpoints reads what the documents about meetings, users, chat and apps in dir say about
// the paths that the simulated Zoom serves. A path that no document has is an
// error.
func LoadEndpoints(dir string) (*Endpoints, error) {
	missing := map[string]bool{}
	for _, path := range zoom.Paths() {
		missing[path] = true
	}
	e := &Endpoints{options: &openapi3filter.Options{
		MultiError:         true,
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
	}}
	for _, name := range []string{"Meetings.json", "Users.json", "Chatbot.json", "Team Chat.json", "Marketplace.json"} {
		router, err := load(filepath.Join(dir, "endpoints", name), missing)
		if err != nil {
			return nil, errors.Wrapf(err, "load %s", name)
		}
		e.routers = append(e.routers, router)
	}
	if len(missing) > 0 {
		return nil, errors.Errorf("no document describes %v", slices.Sorted(maps.Keys(missing)))
	}
	return e, nil
}

// load reads what one document says about the paths that are still missing, and
// takes those off: to read all of it would take seconds. What Zoom's documents lack
// to be valid OpenAPI (an address for tokens) is taken out, and the server is any
// that serves /v2.
func load(path string, missing map[string]bool) (routers.Router, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // a test names it
	if err != nil {
		return nil, err
	}
	var parts map[string]json.RawMessage
	var paths map[string]json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(parts["paths"], &paths); err != nil {
		return nil, err
	}
	maps.DeleteFunc(paths, func(path string, _ json.RawMessage) bool { return !missing[path] })
	for path := range paths {
		delete(missing, path)
	}
	if parts["paths"], err = json.Marshal(paths); err != nil {
		return nil, err
	}
	if raw, err = json.Marshal(parts); err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		return nil, err
	}
	doc.Servers = openapi3.Servers{{URL: "/v2"}}
	if doc.Components != nil {
		doc.Components.SecuritySchemes = nil
	}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			op.Security = nil
		}
	}
	return legacy.NewRouter(doc, openapi3.DisableExamplesValidation())
}

// route finds the operation of a request.
func (e *Endpoints) route(r *http.Request) (*routers.Route, map[string]string, error) {
	at := &http.Request{Method: r.Method, URL: &url.URL{Path: r.URL.EscapedPath(), RawQuery: r.URL.RawQuery}}
	var err error
	for _, router := range e.routers {
		var route *routers.Route
		var params map[string]string
		if route, params, err = router.FindRoute(at); err == nil {
			return route, params, nil
		}
	}
	return nil, nil, errors.Wrapf(err, "%s %s", r.Method, r.URL.Path)
}

// Request returns how a request differs from the documents. The body is read
// and put back.
func (e *Endpoints) Request(r *http.Request) error {
	input, err := e.input(r)
	if err != nil {
		return err
	}
	return openapi3filter.ValidateRequest(r.Context(), input)
}

// input describes a request to the validator, in a copy whose path is as it was
// sent: a UUID in it may contain encoded slashes.
func (e *Endpoints) input(r *http.Request) (*openapi3filter.RequestValidationInput, error) {
	route, params, err := e.route(r)
	if err != nil {
		return nil, err
	}
	copied := r.Clone(r.Context())
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, errors.Wrap(err, "read the body")
		}
		r.Body, copied.Body = io.NopCloser(bytes.NewReader(body)), io.NopCloser(bytes.NewReader(body))
	}
	return &openapi3filter.RequestValidationInput{
		Request: copied, PathParams: params, Route: route, Options: e.options,
	}, nil
}

// Response returns how an answer to r differs from the documents. A status that
// they do not mention is let pass: they leave out 401 and most of 400.
func (e *Endpoints) Response(r *http.Request, status int, header http.Header, body []byte) error {
	input, err := e.input(r)
	if err != nil {
		return err
	}
	if strings.HasPrefix(header.Get("Content-Type"), "application/json") {
		header = header.Clone()
		header.Set("Content-Type", "application/json")
	}
	return openapi3filter.ValidateResponse(r.Context(), (&openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: status, Header: header, Options: e.options,
	}).SetBodyBytes(body))
}

// Violation is a difference from the documents.
type Violation struct {
	Method, Path string
	// Answer is true when the server is to blame, false when it is the client.
	Answer bool
	Status int
	Err    error
}

// Requests wraps a simulated Zoom and reports each request under /v2 that Zoom's
// documents do not allow. Requests are served anyway, and those to the callback_url of an
// event are in no document. report may be called from several goroutines.
func (e *Endpoints) Requests(next http.Handler, report func(Violation)) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v2/") && !strings.HasPrefix(r.URL.Path, zoom.CallbackPath) {
			if err := e.Request(r); err != nil {
				report(Violation{Method: r.Method, Path: r.URL.Path, Err: err})
			}
		}
		next.ServeHTTP(rw, r)
	})
}

// Answers wraps a simulated Zoom and reports each answer under /v2 that Zoom's
// documents do not allow. Paths that they do not know are not reported: nothing
// specifies their answers.
func (e *Endpoints) Answers(next http.Handler, report func(Violation)) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if _, _, err := e.route(r); !strings.HasPrefix(r.URL.Path, "/v2/") || err != nil {
			next.ServeHTTP(rw, r)
			return
		}
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		if err := e.Response(r, answer.Code, answer.Header(), answer.Body.Bytes()); err != nil {
			report(Violation{Method: r.Method, Path: r.URL.Path, Answer: true, Status: answer.Code, Err: err})
		}
		maps.Copy(rw.Header(), answer.Header())
		rw.WriteHeader(answer.Code)
		_, _ = rw.Write(answer.Body.Bytes())
	})
}
