// Package providertest holds what every provider has to be able to do, so that each shows it with one call in its tests:
//
//	var update = flag.Bool("update", false, "rewrite the golden files")
//
//	func TestConformance(t *testing.T) { providertest.Run(t, New(), suite()) }
//	func FuzzParse(f *testing.F)       { providertest.FuzzParse(f, New(), suite()) }
//	func FuzzVerify(f *testing.F)      { providertest.FuzzVerify(f, New(), suite()) }
package providertest

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/build/exhaustive"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/mattermost/markdown"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/zoomchat/content"
)

// Suite is the input for the tests of a provider.
type Suite struct {
	// Dir has the bodies of the fixtures and the golden files; "" means "testdata".
	Dir string
	// Fixtures are deliveries as the provider sends them.
	Fixtures []Fixture
	// Stories are sequences of fixtures.
	Stories []Story
	// Proofs are all ways to prove a delivery.
	Proofs []Proof
	// Update rewrites the golden files.
	Update bool
}

// Fixture is one delivery as the provider sends it.
type Fixture struct {
	Name string
	// Headers are those that the provider reads, under their canonical names, without a proof.
	Headers map[string]string
	// Body is a file in Dir; "" means an empty body.
	Body string
	// Secret is set for a recorded pair of headers and body; it is the secret that proves them.
	Secret string
	// Ping is set for a delivery that needs no proof, because nothing is done with it.
	Ping bool
}

// Story is a sequence of deliveries. Its cards are in "<name>.golden.json".
type Story struct {
	Name string
	// Fixtures are the names of the fixtures in order, one minute apart.
	Fixtures []string
}

// Proof is a way to prove that the sender knows a secret.
type Proof struct {
	Name string
	// By is the kind that Verify has to return.
	By provider.ProofKind
	// Header has the proof; "" puts it in the path.
	Header string
	// Prefix precedes the proof.
	Prefix string
	// Make returns the proof; nil means the secret itself. A proof that covers the body is a signature.
	Make       func(body []byte, secret string) string
	CoversBody bool
}

// apply returns the delivery with a proof for the secret.
func (p Proof) apply(d provider.Delivery, secret string) provider.Delivery {
	value := secret
	if p.Make != nil {
		value = p.Make(d.Body, secret)
	}
	return p.show(d, p.Prefix+value)
}

// show returns the delivery with this text as the proof.
func (p Proof) show(d provider.Delivery, value string) provider.Delivery {
	headers := map[string]string{}
	maps.Copy(headers, d.Header)
	if p.Header == "" {
		d.PathSecret = value
	} else {
		headers[p.Header] = value
	}
	d.Header = headers
	return d
}

// shown returns the delivery's proof.
func (p Proof) shown(d provider.Delivery) string {
	if p.Header == "" {
		return d.PathSecret
	}
	return d.Header[p.Header]
}

// conformance is a provider under test with its suite.
type conformance struct {
	Suite
	p         provider.Provider
	d         provider.Descriptor
	catalogue *i18n.Catalogue
	// texts are the provider's English messages.
	texts  map[string]json.RawMessage
	bodies map[string][]byte
	// checked are messages and texts that passed, because most occur again and again.
	checked sync.Map
}

// noon is the time at which the stories begin.
func noon() time.Time { return time.Date(2026, 8, 3, 12, 0, 0, 0, time.UTC) }

// Run runs all tests of the provider.
func Run(t *testing.T, p provider.Provider, s Suite) {
	t.Helper()
	tr := newConformance(t, p, s)
	require.NotEmpty(t, s.Fixtures, "a provider without fixtures shows nothing")
	require.NotEmpty(t, s.Stories, "a provider without stories shows nothing")
	require.NotEmpty(t, s.Proofs, "every delivery proves itself somehow")
	run := func(name string, check func(*testing.T)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t)
		})
	}
	for name, check := range map[string]func(*testing.T){
		"the descriptor is sound":                tr.checkDescriptor,
		"the texts are complete":                 tr.checkTexts,
		"the sample is a card":                   tr.checkSample,
		"the capabilities are sound":             tr.checkForms,
		"only who knows a secret is believed":    tr.checkVerify,
		"recorded deliveries are believed":       tr.checkRecordedDeliveries,
		"events are as the bridge expects them":  tr.checkEvents,
		"a repetition changes nothing":           tr.checkFoldTwice,
		"what is stored reads the same later":    tr.checkStorage,
		"the cards are those in the golden file": tr.checkGolden,
	} {
		run(name, check)
	}
	for name, check := range map[string]func(*testing.T){
		"broken deliveries break nothing":      tr.checkHostileInput,
		"the order of arrival does not matter": tr.checkFoldOrder,
		"text from outside does nothing":       tr.checkEscaping,
	} {
		run(name, func(t *testing.T) {
			exhaustive.Test(t)
			check(t)
		})
	}
}

// newConformance reads the files of the suite.
func newConformance(t testing.TB, p provider.Provider, s Suite) *conformance {
	t.Helper()
	if s.Dir == "" {
		s.Dir = "testdata"
	}
	tr := &conformance{Suite: s, p: p, d: p.Describe(), texts: map[string]json.RawMessage{}, bodies: map[string][]byte{}}
	require.NotNil(t, tr.d.Texts, "a provider brings its texts along")
	catalogue, err := i18n.NewCatalogue(tr.d.Texts, content.Texts())
	require.NoError(t, err)
	tr.catalogue = catalogue
	tr.readTexts(t)
	for _, f := range s.Fixtures {
		require.NotContains(t, tr.bodies, f.Name, "two fixtures of one name")
		tr.bodies[f.Name] = nil
		if f.Body == "" {
			continue
		}
		body, err := os.ReadFile(filepath.Join(s.Dir, f.Body))
		require.NoError(t, err)
		tr.bodies[f.Name] = body
	}
	return tr
}

// delivery returns the fixture as received some minutes after noon.
func (tr *conformance) delivery(f Fixture, minute int) provider.Delivery {
	return provider.Delivery{
		Header: f.Headers, Body: tr.bodies[f.Name], ReceivedAt: noon().Add(time.Duration(minute) * time.Minute),
	}
}

// fixture returns the fixture with this name.
func (tr *conformance) fixture(t testing.TB, name string) Fixture {
	t.Helper()
	for _, f := range tr.Fixtures {
		if f.Name == name {
			return f
		}
	}
	require.FailNow(t, "a story names a fixture that is not there", name)
	return Fixture{}
}

// text returns the message in English.
func (tr *conformance) text(m chat.Message) string { return English(tr.catalogue, m) }

// English returns the message in English, as Mattermost's Markdown for everyone.
func English(catalogue *i18n.Catalogue, m chat.Message) string {
	return markdown.Render(catalogue.Text("en", m), markdown.Reader{})
}
