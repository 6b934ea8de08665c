package postgres_test

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "record that the code for the SQL was generated from what is there now")

// sumFile holds the checksum of what the code in query was generated from.
const sumFile = "query/sources.sha256"

// TestTheCodeForTheSQLIsCurrent fails when SQL was changed and `make generate` was not run.
func TestTheCodeForTheSQLIsCurrent(t *testing.T) {
	t.Parallel()
	var sources []string
	for _, pattern := range []string{"../../sqlc.yaml", "schema.sql", "migrations/*.sql", "queries/*.sql", "query/*.go"} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, found, pattern)
		sources = append(sources, found...)
	}
	slices.Sort(sources)
	sum := sha256.New()
	for _, name := range sources {
		content, err := os.ReadFile(name)
		require.NoError(t, err)
		sum.Write([]byte(name))
		sum.Write(content)
	}
	current := hex.EncodeToString(sum.Sum(nil)) + "\n"
	if *update {
		require.NoError(t, os.WriteFile(sumFile, []byte(current), 0o644))
	}
	recorded, err := os.ReadFile(sumFile)
	require.NoError(t, err)
	require.Equal(t, string(recorded), current, "run `make generate`")
}
