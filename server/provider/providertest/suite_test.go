package providertest_test

import (
	"encoding/json"
	"flag"
	"strconv"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/mattermost/markdown"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/providertest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// lamps is the smallest possible provider.
type lamps struct{}

const texts = `{
	"lamp.changed": "Changed", "lamp.lit_by": "Lit by {{.Who}}", "lamp.resource": "lamp", "lamp.state": "State",
	"lamp.summary": "Shows which lamps are lit."
}`

type lamp struct {
	Lamp string `json:"lamp"`
	Lit  bool   `json:"lit"`
	By   string `json:"by"`
	N    int    `json:"n"`
}

func (lamps) Describe() provider.Descriptor {
	return provider.Descriptor{
		ID: "lamp", Name: "Lamps", Summary: chat.Say("lamp.summary"), ResourceNoun: chat.Say("lamp.resource"),
		Events:  []provider.EventKind{{ID: "changed", Label: chat.Say("lamp.changed"), Default: true}},
		Headers: []string{"X-Lamp-Signature"}, Texts: fstest.MapFS{"en.json": {Data: []byte(texts)}},
	}
}

func (lamps) Verify(d provider.Delivery, secrets []string) (provider.Proof, error) {
	signature, ok := d.Header["X-Lamp-Signature"]
	if !ok {
		return provider.Proof{}, provider.ErrUnsigned
	}
	n := provider.MatchSignature(d.Body, signature, secrets)
	if n < 0 {
		return provider.Proof{}, provider.ErrForged
	}
	return provider.Proof{Secret: n, By: provider.BySignature}, nil
}

func (lamps) Parse(d provider.Delivery) ([]provider.Event, error) {
	var l lamp
	if err := json.Unmarshal(d.Body, &l); err != nil {
		return nil, err
	}
	if l.Lamp == "" {
		return nil, nil
	}
	data, err := json.Marshal(l)
	return []provider.Event{{
		ID: strconv.Itoa(l.N), Subject: chat.Truncate(l.Lamp, 200), Data: data,
	}}, err
}

func (lamps) Fold(state, _ json.RawMessage, e provider.Event) (provider.Change, error) {
	var before, now lamp
	if state != nil {
		if err := json.Unmarshal(state, &before); err != nil {
			return provider.Change{}, err
		}
	}
	if err := json.Unmarshal(e.Data, &now); err != nil {
		return provider.Change{}, err
	}
	if state != nil && now.N <= before.N {
		return provider.Change{Stale: true}, nil
	}
	now.Lamp, now.By = chat.Truncate(now.Lamp, 100), chat.Truncate(now.By, 100)
	next, err := json.Marshal(now)
	return provider.Change{State: next, Kind: "changed", ResultChanged: before.Lit != now.Lit}, err
}

func (lamps) Card(state json.RawMessage) (chat.Card, error) {
	var l lamp
	if err := json.Unmarshal(state, &l); err != nil {
		return chat.Card{}, err
	}
	return chat.Card{
		Emoji: "bulb", State: chat.Say("lamp.state"), Title: l.Lamp,
		Text: chat.Say("lamp.lit_by", "Who", l.By),
	}, nil
}

func (lamps) Sample(now time.Time) provider.Event {
	return provider.Event{ID: "sample", Subject: "sample", At: now, Data: json.RawMessage(`{"lamp":"hall","lit":true,"by":"Ada","n":1}`)}
}

func suite() providertest.Suite {
	return providertest.Suite{
		Fixtures: []providertest.Fixture{{Name: "lit", Body: "lit.json"}, {Name: "out", Body: "out.json"}},
		Stories:  []providertest.Story{{Name: "evening", Fixtures: []string{"lit", "out", "lit"}}},
		Proofs: []providertest.Proof{{
			Name: "signature", By: provider.BySignature, Header: "X-Lamp-Signature", Make: provider.Sign, CoversBody: true,
		}},
		Update: *update,
	}
}

func TestTheSmallestProviderConforms(t *testing.T) {
	t.Parallel()
	providertest.Run(t, lamps{}, suite())
}

func FuzzParse(f *testing.F)  { providertest.FuzzParse(f, lamps{}, suite()) }
func FuzzVerify(f *testing.F) { providertest.FuzzVerify(f, lamps{}, suite()) }

func TestWhatActsIsNoticed(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a mention":          "hello @channel",
		"behind code":        "`code` @channel `code`",
		"an open code":       "`` code ` @channel",
		"escaped backticks":  "\\`@channel\\`",
		"a link":             "[x](http://evil.example/)",
		"a script":           "[x](javascript:alert(1))",
		"a relative link":    "[x](/logout)",
		"a user in the link": "[x](https://bank.example@other.example/)",
		"an address":         "go to http://evil.example/ now",
		"bold":               "so **boom** it is",
		"a heading":          "line\n# boom",
		"HTML":               "<b>boom",
		"an emoji":           ":boom:",
		"a turn":             "\u202eboom",
	} {
		require.Error(t, providertest.Harmless(text), name)
		require.NoError(t, providertest.Harmless(rendered(chat.Plain(text))), name)
		require.NoError(t, providertest.Harmless(rendered(chat.Enclosed("see ", chat.Code(text), "."))), name)
		require.NoError(t, providertest.Harmless(rendered(chat.Strong(chat.Link(text, "https://ci.example.com/a(b)@c")))), name)
	}
}

func rendered(t chat.Text) string { return markdown.Render(t, markdown.Reader{}) }
