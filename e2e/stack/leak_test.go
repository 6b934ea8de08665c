package stack

import (
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestALeakIsFoundHoweverItIsWrapped(t *testing.T) {
	t.Parallel()
	const token = "sbx_at_kJ3nd82nKSMd92ms"
	std := base64.StdEncoding.EncodeToString([]byte(`{"access_token":"` + token + `"}`))
	url := base64.RawURLEncoding.EncodeToString([]byte("\xff\xfe??" + token))
	for name, text := range map[string]string{
		"as it is":                `{"t":"` + token + `"}`,
		"in base64":               fmt.Sprintf(`{"body":%q}`, std),
		"in base64 for URLs":      "state=" + url,
		"in base64 inside base64": base64.StdEncoding.EncodeToString([]byte(`{"body":"` + std + `"}`)),
	} {
		require.NotEmpty(t, Leak(text, "sbx_"), name)
	}
	require.Empty(t, Leak(`{"v":1,"sealed":"v1.k1.`+base64.RawURLEncoding.EncodeToString([]byte("just some sealed bytes here"))+`"}`, "sbx_"))
}
