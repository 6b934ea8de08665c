package providertest

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Limits of texts by where they are shown, in characters.
const (
	maxLabel = 24
	maxHelp  = 150
)

// checkDescriptor checks what the bridge needs for commands and forms.
func (tr *conformance) checkDescriptor(t *testing.T) {
	d := tr.d
	require.Regexp(t, regexp.MustCompile(`^[a-z]{2,16}$`), d.ID)
	require.NotEmpty(t, d.Name)
	tr.requireMessage(t, d.Summary)
	tr.requireMessage(t, d.ResourceNoun)
	if !d.Subjects.Zero() {
		tr.checkLabel(t, d.Subjects, maxLabel)
	}
	if !d.ConnectHint.Zero() {
		tr.requireMessage(t, d.ConnectHint)
	}
	require.GreaterOrEqual(t, d.MaxBody, int64(0))
	for _, name := range d.Headers {
		require.Equal(t, http.CanonicalHeaderKey(name), name, "a header is kept under its canonical name")
	}
	require.NotEmpty(t, d.Events)
	seen := map[string]bool{}
	for _, e := range d.Events {
		require.NotEmpty(t, e.ID)
		require.False(t, seen[e.ID], "two events are called %q", e.ID)
		seen[e.ID] = true
		tr.checkLabel(t, e.Label, maxLabel)
	}
	seen = map[string]bool{}
	for _, f := range d.Filters {
		require.NotEmpty(t, f.ID)
		require.False(t, seen[f.ID], "two filters are called %q", f.ID)
		seen[f.ID] = true
		tr.checkLabel(t, f.Label, maxLabel)
		if !f.Help.Zero() {
			tr.checkLabel(t, f.Help, maxHelp)
		}
	}
}

// readTexts reads the provider's English messages.
func (tr *conformance) readTexts(t testing.TB) {
	t.Helper()
	content, err := fs.ReadFile(tr.d.Texts, "en.json")
	require.NoError(t, err, "the texts are at the root, English among them")
	require.NoError(t, json.Unmarshal(content, &tr.texts))
}

// checkTexts checks that all messages are the provider's own and not empty.
func (tr *conformance) checkTexts(t *testing.T) {
	require.NotEmpty(t, tr.texts)
	for id, text := range tr.texts {
		require.True(t, strings.HasPrefix(id, tr.d.ID+"."), "%q does not begin with the provider's ID", id)
		require.NotEqual(t, `""`, string(text), id)
	}
}

// requireMessage checks that the message, and each message in it, is one of the provider's, with all parameters.
func (tr *conformance) requireMessage(t testing.TB, m chat.Message) string {
	t.Helper()
	require.False(t, m.Zero(), "there is no message")
	encoded, err := json.Marshal(m)
	require.NoError(t, err)
	if text, known := tr.checked.Load("message " + string(encoded)); known {
		return fmt.Sprint(text)
	}
	tr.requireText(t, m)
	text := tr.text(m)
	require.NotEmpty(t, strings.TrimSpace(text))
	require.NotContains(t, text, "<no value>", m.ID)
	tr.checked.Store("message "+string(encoded), text)
	return text
}

func (tr *conformance) requireText(t testing.TB, m chat.Message) {
	t.Helper()
	if _, known := tr.texts[m.ID]; !known && len(m.Verbatim) == 0 && m.ID != "" {
		require.Fail(t, "the provider has no text for it", m.ID)
	}
	for _, nested := range m.Nested {
		tr.requireText(t, nested)
	}
	for _, part := range m.Parts {
		tr.requireText(t, part)
	}
}

func (tr *conformance) checkLabel(t testing.TB, m chat.Message, most int) {
	t.Helper()
	text := tr.requireMessage(t, m)
	require.LessOrEqual(t, utf8.RuneCountInString(text), most, "%q is too long for where it is shown", text)
}

// checkSample checks that a connection can be tested.
func (tr *conformance) checkSample(t *testing.T) {
	e := tr.p.Sample(noon())
	require.NotEmpty(t, e.Subject)
	w := tr.newWorld()
	steps := w.apply(t, e)
	require.NotEmpty(t, steps)
	require.False(t, steps[0].change.Stale)
	tr.checkStep(t, steps[0])
}

// checkForms checks the forms of capabilities.
func (tr *conformance) checkForms(t *testing.T) {
	if instructor, ok := tr.p.(provider.ManualSetup); ok {
		hook := provider.Hook{URL: "https://chat.example.com/plugins/zoom/hooks/conn.key", Secret: "KSOXMWX5UBLQTBRPBKVCZMAFWE"}
		text := tr.requireMessage(t, instructor.Instructions(hook))
		require.Contains(t, text, hook.URL)
		require.Contains(t, text, hook.Secret)
		require.LessOrEqual(t, utf8.RuneCountInString(text), 16000, "it has to fit into one post")
	}
	if bearer, ok := tr.p.(provider.TokenAuth); ok {
		fields := bearer.CredentialForm()
		require.NotEmpty(t, fields)
		for _, f := range fields {
			require.Contains(t, []string{"url", "user", "token", "secret", "jobs"}, f.Name)
			tr.checkLabel(t, f.Label, maxLabel)
			if !f.Help.Zero() {
				tr.checkLabel(t, f.Help, maxHelp)
			}
			if f.Kind == chat.SecretField {
				require.Empty(t, f.Default, "a secret is never shown again")
			}
		}
	}
}
