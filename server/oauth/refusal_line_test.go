package oauth

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestARefusalIsOneLineThatNamesWhatIsKnown(t *testing.T) {
	t.Parallel()
	require.Equal(t, "400", refusal{status: 400}.String())
	require.Equal(t, "400 invalid_grant", refusal{status: 400, code: "invalid_grant"}.String())
	require.Equal(t, "401 4741", refusal{status: 401, number: 4741}.String())
	require.Equal(t, `400 invalid_grant 4735 "Token\nexpired"`, refusal{status: 400, code: "invalid_grant", number: 4735, words: "Token\nexpired"}.String())
}
