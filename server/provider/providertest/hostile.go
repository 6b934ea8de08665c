package providertest

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/provider"
)

// hostileTexts are texts that someone may write wherever a provider accepts text.
func hostileTexts() []string {
	return []string{
		"@channel @all @here @mallory",
		"[x](http://" + evil + "/) ![x](http://" + evil + "/x.png)",
		"see http://" + evil + "/ www." + evil,
		"**boom** *boom* ~~boom~~ `boom ``` boom",
		"line\n# boom\n> boom\n- boom\n1. boom\r\n\n```\nboom",
		"</a><script>boom</script><http://" + evil + ">",
		"javascript:alert(1)",
		"https://user@" + evil + "/",
		":boom: #boom ~boom",
		"\u202eboom\u2066 \x00\x07",
		"{{.Title}} {{template \"x\"}} %s %!d",
		strings.Repeat("long @channel ", 1000),
	}
}

// checkEscaping plants each hostile text in each place of each delivery, alone and after the original text, and checks what is shown.
func (tr *conformance) checkEscaping(t *testing.T) {
	done := map[string]bool{}
	for _, story := range tr.Stories {
		w := tr.newWorld()
		for minute, name := range story.Fixtures {
			d := tr.delivery(tr.fixture(t, name), minute)
			bodies := planted(d.Body)
			if done[name] {
				bodies = nil // it looks the same in another story
			}
			done[name] = true
			for _, body := range bodies {
				spoiled := d
				spoiled.Body = body
				tr.checkShown(t, w.copy(), spoiled)
			}
			for _, e := range tr.parse(t, name, d) {
				w.apply(t, e)
			}
		}
	}
}

// checkShown applies the events of the delivery and checks what is shown.
func (tr *conformance) checkShown(t testing.TB, w *world, d provider.Delivery) {
	t.Helper()
	events, err := tr.p.Parse(d)
	if err != nil {
		return // not understood, which is fine
	}
	for _, e := range events {
		checkEvent(t, e)
		for _, s := range w.apply(t, e) {
			tr.checkStep(t, s)
		}
	}
}

// inTurn is how many places share the hostile texts: each place has a third of them, and any three places have all.
const inTurn = 3

// planted returns the JSON body with each text replaced by hostile texts in turn, and with all of them appended.
func planted(body []byte) [][]byte {
	var bodies [][]byte
	for at, value := range leaves(body) {
		text, ok := value.(string)
		if !ok {
			continue
		}
		for i, hostile := range hostileTexts() {
			if (at+i)%inTurn == 0 {
				bodies = append(bodies, replaced(body, at, hostile))
			}
		}
		bodies = append(bodies, replaced(body, at, text+" "+strings.Join(hostileTexts(), " ")))
	}
	return bodies
}

// checkHostileInput checks that no input makes the provider panic, or fail after it was understood.
func (tr *conformance) checkHostileInput(t *testing.T) {
	for _, f := range tr.Fixtures {
		d := tr.delivery(f, 0)
		var bodies [][]byte
		for i := range 64 {
			bodies = append(bodies, d.Body[:len(d.Body)*i/64])
		}
		random := rand.New(rand.NewPCG(7, 7))
		for range 200 * min(len(d.Body), 1) {
			mutated := bytes.Clone(d.Body)
			for range 1 + random.IntN(4) {
				mutated[random.IntN(len(mutated))] = byte(random.Uint32())
			}
			bodies = append(bodies, mutated)
		}
		for at := range leaves(d.Body) {
			for i, other := range []any{nil, true, -1, 1e300, "", "x", []any{}, map[string]any{}, []any{nil, 1, "x", map[string]any{}}} {
				if (at+i)%inTurn == 0 {
					bodies = append(bodies, replaced(d.Body, at, other))
				}
			}
		}
		bodies = append(bodies, []byte("null"), []byte("[]"), []byte("{}"), []byte(`""`), []byte("0"),
			bytes.Repeat([]byte("["), 20000), []byte(strings.Repeat(`{"a":`, 20000)))
		for _, body := range bodies {
			d.Body = body
			tr.checkShown(t, tr.newWorld(), d)
		}
		d.Header = nil
		tr.checkShown(t, tr.newWorld(), d)
	}
}

// leaves returns all values of the JSON body that contain no others, in order.
func leaves(body []byte) []any {
	var found []any
	walk(decoded(body), func(v any) any { found = append(found, v); return v })
	return found
}

// replaced returns the body with another value for the leaf at this index.
func replaced(body []byte, at int, value any) []byte {
	position := -1
	changed := walk(decoded(body), func(v any) any {
		if position++; position == at {
			return value
		}
		return v
	})
	encoded, err := json.Marshal(changed)
	if err != nil {
		return body
	}
	return encoded
}

func decoded(body []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	return value
}

// walk returns the value with each of its leaves changed.
func walk(value any, change func(any) any) any {
	switch v := value.(type) {
	case map[string]any:
		if len(v) == 0 {
			return change(v)
		}
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			v[name] = walk(v[name], change)
		}
		return v
	case []any:
		if len(v) == 0 {
			return change(v)
		}
		for i := range v {
			v[i] = walk(v[i], change)
		}
		return v
	}
	return change(value)
}

// FuzzParse tests the provider with deliveries that resemble the fixtures.
func FuzzParse(f *testing.F, p provider.Provider, s Suite) {
	tr := newConformance(f, p, s)
	for i, fixture := range s.Fixtures {
		f.Add(uint8(i), tr.bodies[fixture.Name])
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		d := tr.delivery(tr.Fixtures[int(which)%len(tr.Fixtures)], 0)
		d.Body = body
		w := tr.newWorld()
		tr.checkShown(t, w, d)
		tr.checkShown(t, w, d)
	})
}

// FuzzVerify tests the provider with proofs that resemble valid ones; only those may pass.
func FuzzVerify(f *testing.F, p provider.Provider, s Suite) {
	tr := newConformance(f, p, s)
	for i, fixture := range s.Fixtures {
		for j, proof := range s.Proofs {
			for _, with := range []string{secret, former, stranger} {
				d := proof.apply(tr.delivery(fixture, 0), with)
				f.Add(uint8(i), uint8(j), proof.shown(d), d.Body)
			}
		}
	}
	f.Fuzz(func(t *testing.T, which, how uint8, shown string, body []byte) {
		d := tr.delivery(tr.Fixtures[int(which)%len(tr.Fixtures)], 0)
		d.Body = body
		d = tr.Proofs[int(how)%len(tr.Proofs)].show(d, shown)
		got, err := p.Verify(d, []string{secret, former})
		if err != nil {
			require.True(t, isRefusal(err), "%v", err)
			return
		}
		require.True(t, tr.hasProof(d, []string{secret, former}[got.Secret]), "believed without knowing the secret: %q", shown)
	})
}
