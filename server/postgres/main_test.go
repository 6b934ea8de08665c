package postgres_test

import (
	"os"
	"testing"

	"mattermost-plugin-zoom/build/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Main(m)) }
