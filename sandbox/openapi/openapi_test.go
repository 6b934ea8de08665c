package openapi

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// pets is a document with what vendors' documents have: references, parts of
// schemas, alternatives and values that may be null.
const pets = `{"openapi":"3.0.3","paths":{
"/pets/{id}":{"parameters":[{"in":"path","name":"id"}],"get":{"parameters":[{"$ref":"#/components/parameters/Include"}],"responses":{
 "200":{"content":{"application/json":{"schema":{"type":"object","required":["pet"],"properties":{"pet":{"$ref":"#/components/schemas/Pet"}}}}}},
 "204":{"description":"nothing"}}}},
"/pets/me":{"get":{"responses":{"200":{"content":{"application/json":{"schema":{"type":"object","properties":{"mine":{"type":"boolean"}}}}}}}}}},
"components":{"parameters":{"Include":{"in":"query","name":"include[]"}},"schemas":{
"Tag":{"type":"object","properties":{"id":{"type":"string"},"name":{"type":"string","nullable":true}}},
"Pet":{"allOf":[{"$ref":"#/components/schemas/Tag"},{"type":"object","required":["type"],"properties":{
 "type":{"type":"string","enum":["pet"]},"age":{"type":"number"},"free":{"type":"object"},
 "owner":{"oneOf":[{"type":"object","properties":{"person":{"type":"string"}}},{"type":"object","properties":{"shelter":{"type":"string"}}}]},
 "friends":{"type":"array","items":{"$ref":"#/components/schemas/Tag"}}}}]}}}}`

func document(t *testing.T) *Document {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pets.json")
	require.NoError(t, os.WriteFile(path, []byte(pets), 0o600))
	d, err := Load(path)
	require.NoError(t, err)
	return d
}

func TestAnAnswerIsComparedFieldByField(t *testing.T) {
	t.Parallel()
	d := document(t)
	for body, want := range map[string][]string{
		`{"pet":{"id":"1","name":null,"type":"pet","age":2,"owner":{"shelter":"x"},"friends":[{"id":"2"}],"free":{"any":1}}}`: nil,
		`{}`: {"pet is missing"},
		`{"pet":{"type":"pet","colour":"red"},"more":true}`:        {"more is not documented", "pet.colour is not documented"},
		`{"pet":{"id":null,"type":"cat"}}`:                         {"pet.id is null", "pet.type is a value that is not documented"},
		`{"pet":{"type":"pet","age":"two","owner":{"planet":1}}}`:  {"pet.age is of the type string", "pet.owner.planet is not documented"},
		`{"pet":{"type":"pet","friends":[{"x":1},{"x":2},"who"]}}`: {"pet.friends[].x is not documented", "pet.friends[] is of the type string"},
	} {
		var problems []string
		for _, problem := range want {
			problems = append(problems, "GET /pets/{id}: "+problem)
		}
		require.Equal(t, problems, d.Answer(http.MethodGet, "/pets/1", 200, []byte(body)), body)
	}
	require.Empty(t, d.Answer(http.MethodGet, "/pets/me", 200, []byte(`{"mine":true}`)), "not taken for a pet with this ID")
	require.Empty(t, d.Answer(http.MethodGet, "/pets/1/", 204, nil))
	require.Equal(t, []string{"GET /pets/{id}: the status 404 is not documented"}, d.Answer(http.MethodGet, "/pets/1", 404, nil))
	require.Equal(t, []string{"GET /cats: not documented"}, d.Answer(http.MethodGet, "/cats", 200, nil))
}

func TestAQueryParameterHasToBeDocumented(t *testing.T) {
	t.Parallel()
	d := document(t)
	require.Empty(t, d.Request(http.MethodGet, &url.URL{Path: "/pets/1", RawQuery: "include[]=owner"}))
	require.Equal(t, []string{"GET /pets/{id}: the parameter colour is not documented"},
		d.Request(http.MethodGet, &url.URL{Path: "/pets/1", RawQuery: "colour=red"}))
}

func TestDifferencesAreListedWithTheirReasons(t *testing.T) {
	t.Parallel()
	recorder := &Recorder{
		Document: document(t), Skip: func(r *http.Request) bool { return r.URL.Path == "/control" },
		Next: http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte(`{"mine":true,"extra":1}`)) }),
	}
	for _, path := range []string{"/pets/me", "/control"} {
		recorder.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
	}
	require.Equal(t, []string{"GET /pets/me"}, recorder.Compared())
	problem := "GET /pets/me: extra is not documented"
	failed := func(known map[string]string) bool {
		probe := &probe{}
		recorder.Hold(probe, known)
		return probe.failed
	}
	require.False(t, failed(map[string]string{problem: "seen in the wild"}))
	require.True(t, failed(nil), "not listed")
	require.True(t, failed(map[string]string{problem: ""}), "no reason")
	require.True(t, failed(map[string]string{problem: "x", "GET /pets/me: gone": "x"}), "listed for nothing")
}

// probe takes the place of a test whose failure is wanted.
type probe struct {
	testing.TB
	failed bool
}

func (p *probe) Helper()               {}
func (p *probe) Errorf(string, ...any) { p.failed = true }
