package stack

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// PluginID is the ID of the plugin under test.
const PluginID = "zoom"

// Options says what to start. The zero value is one server with the newest
// bundle of dist/ and a user-level Zoom app, on free ports.
type Options struct {
	// Name names the folder of logs below e2e/artifacts; "stack" when empty.
	Name string
	// Servers is how many Mattermost processes share the database; 1 when zero.
	Servers int
	// Port is the first server's port if it is free; else, and for zero, any.
	Port int
	// SiteURL is what the servers call themselves; the first server's address when empty.
	SiteURL string
	// Bundle is the plugin's tar.gz. When empty it is what BUNDLE names, else
	// the newest of dist/.
	Bundle string
	// Bare starts PostgreSQL and Mattermost only: no sandbox and no plugin.
	Bare bool
	// RequireEmailVerification makes the servers verify email addresses.
	RequireEmailVerification bool
	// ClientDir is a web client (a folder with root.html) for the servers to
	// serve. When empty it is what MM_CLIENT_DIR says, else the host page of
	// this project.
	ClientDir string
	// Settings are plugin settings by key, laid over those of the user-level app.
	Settings Settings
	// Durable lets PostgreSQL wait for the disk, as it does in production.
	Durable bool
	// LogLevel is the servers' log level; DEBUG when empty.
	LogLevel string
	// Configure has the last word on each server's configuration.
	Configure func(*model.Config)
	// Progress receives lines about what is going on; nil for silence.
	Progress io.Writer
}

// Stack is everything, running.
type Stack struct {
	// Servers are the Mattermost servers, at least one.
	Servers []*Server
	// Sandbox stands in for Zoom; nil in a bare stack.
	Sandbox *Sandbox
	// DB is the database that the servers share.
	DB *Database
	// Admin is the system administrator, seen through the first server.
	Admin *Person
	// Team is the team that everybody is a member of.
	Team *model.Team
	// SiteURL is the address that links lead to.
	SiteURL string

	options  Options
	root     string
	cache    string
	logs     string
	work     string
	database string
	progress *Progress
	guard    *guard
	postgres *postgres
	settings Settings
}

// Start brings everything up. Whoever calls it must call Close in the end; when
// Start fails, what was started is ended already.
func Start(ctx context.Context, options Options) (*Stack, error) {
	s, err := prepare(options)
	if err != nil {
		return nil, err
	}
	if err := s.start(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// prepare finds and makes the folders.
func prepare(options Options) (*Stack, error) {
	root, err := Root()
	if err != nil {
		return nil, err
	}
	if options.Name == "" {
		options.Name = "stack"
	}
	if options.Servers == 0 {
		options.Servers = 1
	}
	if options.ClientDir == "" {
		options.ClientDir = webClient(root)
	}
	s := &Stack{
		options: options, root: root,
		cache:    filepath.Join(root, ".cache"),
		logs:     filepath.Join(root, "e2e", "artifacts", options.Name),
		progress: NewProgress(options.Progress),
		settings: Settings{},
	}
	if err := os.MkdirAll(s.logs, 0o755); err != nil {
		return nil, errors.Wrap(err, "create the folder for logs")
	}
	if s.work, err = os.MkdirTemp("", "zoom-e2e-"); err != nil {
		return nil, errors.Wrap(err, "create a folder to work in")
	}
	if err := os.Chmod(s.work, 0o711); err != nil { // PostgreSQL's user must get through
		return nil, errors.Wrap(err, "open the folder to work in")
	}
	if s.guard, err = newGuard(s.work); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Stack) start(ctx context.Context) error {
	bundle := s.options.Bundle
	if bundle == "" && !s.options.Bare {
		var err error
		if bundle, err = newestBundle(s.root); err != nil {
			return err
		}
	}
	binary, err := BuildServer(ctx, s.root, s.progress)
	if err != nil {
		return err
	}
	if !s.options.Bare {
		if s.Sandbox, err = startSandbox(ctx, s); err != nil {
			return err
		}
	}
	if s.postgres, err = startPostgres(ctx, s); err != nil {
		return err
	}
	s.database = "zoom_e2e_" + model.NewId()
	dsn, err := s.postgres.create(ctx, s.database)
	if err != nil {
		return err
	}
	if s.DB, err = openDatabase(ctx, dsn); err != nil {
		return err
	}
	if err := s.startServers(ctx, binary, dsn); err != nil {
		return err
	}
	if s.options.Bare {
		return nil
	}
	if err := s.Install(ctx, bundle); err != nil {
		return err
	}
	return s.Use(ctx, UserApp, s.options.Settings)
}

// startServers starts the servers one after the other, since the first one
// makes the tables, and the people and the team that every story needs.
func (s *Stack) startServers(ctx context.Context, binary, dsn string) error {
	module, err := serverModuleDir(ctx, s.root)
	if err != nil {
		return err
	}
	ports := make([]int, s.options.Servers)
	for i := range ports {
		want := 0
		if i == 0 {
			want = s.options.Port
		}
		if ports[i], err = portOr(want); err != nil {
			return err
		}
	}
	if s.SiteURL = s.options.SiteURL; s.SiteURL == "" {
		s.SiteURL = serverURL(ports[0])
	}
	for i, port := range ports {
		server, err := startServer(ctx, s, launchPlan{number: i + 1, port: port, binary: binary, module: module, dsn: dsn})
		if server != nil {
			s.Servers = append(s.Servers, server)
		}
		if err != nil {
			return err
		}
	}
	return s.populate(ctx)
}

// Close ends everything in order and removes what was only for this run. The
// logs stay in e2e/artifacts.
func (s *Stack) Close() {
	for _, server := range s.Servers {
		server.proc.end()
	}
	if s.Sandbox != nil {
		s.Sandbox.proc.end()
	}
	if s.DB != nil {
		s.DB.Close()
	}
	if s.postgres != nil {
		s.postgres.drop(s.database)
	}
	s.guard.dismiss()
	_ = os.RemoveAll(s.work) // a folder below the temporary one
}

// HasClient tells whether the servers serve a web client.
func (s *Stack) HasClient() bool { return s.options.ClientDir != "" }

// Logs is the folder that holds every program's log.
func (s *Stack) Logs() string { return s.logs }

// Server returns the server with this number, counted from 1.
func (s *Stack) Server(number int) *Server { return s.Servers[number-1] }
