package kit

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSecretsAreFoundWhereverTheyHide(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3t-value"
	for _, c := range []struct{ name, contentType, body string }{
		{"an answer", "application/json;charset=UTF-8", `{"access_token":"s3cr3t-value","expires_in":3600}`},
		{"deep inside", "application/json", `[{"a":{"secret":"s3cr3t-value"}}]`},
		{"in a list", "application/json", `{"token":["s3cr3t-value"]}`},
		{"in an object", "application/json", `{"client_secret":{"x":"s3cr3t-value"}}`},
		{"a form", "application/x-www-form-urlencoded", `grant_type=refresh_token&refresh_token=s3cr3t-value&refresh_token=s3cr3t-value`},
		{"a form that is broken", "application/x-www-form-urlencoded", `code=s3cr3t-value&%zz`},
		{"JSON that is broken", "application/json", `{"token":"s3cr3t-value"`},
		{"a page", "text/html", `s3cr3t-value`},
		{"no type at all", "", `s3cr3t-value`},
	} {
		require.NotContains(t, redactBody(c.contentType, []byte(c.body)), secret, c.name)
	}
	require.Equal(t, `{"code":124}`, redactBody("application/json", []byte(`{"code":124}`)), "an error's number is no secret")
	require.Equal(t, fingerprint(secret), fingerprint(secret))
	require.NotContains(t, redactAuthorization("Bearer "+secret), secret)
	require.Empty(t, redactAuthorization(secret))
}

// FuzzRedact looks for secrets that come through.
func FuzzRedact(f *testing.F) {
	f.Add("access_token", "abc", "x")
	f.Add("code", "a b&c=d", "a")
	f.Fuzz(func(t *testing.T, field, other, value string) {
		secret := "needle-" + url.QueryEscape(value) + "-needle"
		for _, name := range secretNames {
			nested, err := json.Marshal(map[string]any{field: []any{map[string]any{name: secret}, other}})
			if err != nil {
				t.Skip("no JSON can hold this input")
			}
			form := url.Values{field: {other}, name: {secret}}.Encode()
			for contentType, text := range map[string]string{"application/json": string(nested), "application/x-www-form-urlencoded": form} {
				if got := redactBody(contentType, []byte(text)); strings.Contains(got, secret) {
					t.Fatalf("%s: %s", name, got)
				}
			}
		}
	})
}
