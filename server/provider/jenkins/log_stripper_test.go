package jenkins

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/build/exhaustive"
	"mattermost-plugin-zoom/server/fault"
)

func TestTheLogOfABuildIsRemoved(t *testing.T) {
	t.Parallel()
	exhaustive.Test(t)
	for body, want := range map[string]string{
		`{"build":{"log":"line \"1\"\\\nline 2","number":7}}`: `{"build":{"log":"","number":7}}`,
		`{"build":{"number":7, "log" : "x" }}`:                `{"build":{"number":7, "log" : "" }}`,
		`{"build":{"notes":"log","log":"x","url":"y"}}`:       `{"build":{"notes":"log","log":"","url":"y"}}`,
		`{"build":{"notes":"\"log\":","log":""}}`:             `{"build":{"notes":"\"log\":","log":""}}`,
		`{"log":"x","build":{"parameters":{"log":"y"}}}`:      `{"log":"x","build":{"parameters":{"log":"y"}}}`,
		`{"build":{"log":null,"notes":"x"}}`:                  `{"build":{"log":null,"notes":"x"}}`,
		`{"build":{"log":["x"],"notes":"log"}}`:               `{"build":{"log":["x"],"notes":"log"}}`,
		`[["log","x"]]`:                                       `[["log","x"]]`,
		`}}{"build":{"log":"x`:                                `}}{"build":{"log":"`,
		"":                                                    "",
	} {
		for _, source := range []io.Reader{strings.NewReader(body), iotest.OneByteReader(strings.NewReader(body)), iotest.DataErrReader(strings.NewReader(body))} {
			got, err := io.ReadAll(Jenkins{}.FilterBody(nil, source))
			require.NoError(t, err)
			require.Equal(t, want, string(got))
		}
	}
	body := `{"build":{"log":"` + strings.Repeat(`a\"b\u00e9`, 1<<20) + `","phase":"FINALIZED"}}`
	got, err := io.ReadAll(Jenkins{}.FilterBody(nil, strings.NewReader(body)))
	require.NoError(t, err)
	require.Len(t, got, len(`{"build":{"log":"","phase":"FINALIZED"}}`))
	signed, err := io.ReadAll(Jenkins{}.FilterBody(map[string]string{headerSignature: "sha256=00"}, strings.NewReader(body)))
	require.NoError(t, err)
	require.Len(t, signed, len(body), "a signature covers it all")
}

func TestTheLengthOfALogIsLimited(t *testing.T) {
	t.Parallel()
	exhaustive.Test(t)
	endless := io.MultiReader(strings.NewReader(`{"build":{"log":"`), letters{})
	_, err := io.ReadAll(Jenkins{}.FilterBody(nil, endless))
	require.True(t, fault.Is(err, fault.TooLarge), "%v", err)
}

type letters struct{}

// Read implements io.Reader.
func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func FuzzSkip(f *testing.F) {
	f.Add(`{"name":"web","build":{"log":"x","number":1}}`)
	f.Fuzz(func(t *testing.T, body string) {
		var before, after notification
		got, err := io.ReadAll(Jenkins{}.FilterBody(nil, strings.NewReader(body)))
		require.NoError(t, err)
		if json.Unmarshal([]byte(body), &before) == nil {
			require.NoError(t, json.Unmarshal(got, &after))
			require.Equal(t, before, after, "all that is read is there")
		}
	})
}
