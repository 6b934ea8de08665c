package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// readyWithin is the time a server has to make its tables and to listen.
const readyWithin = 3 * time.Minute

// Server is one Mattermost process.
type Server struct {
	// Number counts from 1.
	Number int
	// URL is where this very process listens, without a slash at the end.
	URL string

	proc  *process
	admin *model.Client4
	meter string // where the process serves its counts of calls
}

// launchPlan is what one server differs in from the others, and what it is made of.
type launchPlan struct {
	number, port        int
	binary, module, dsn string
}

func serverURL(port int) string { return fmt.Sprintf("http://localhost:%d", port) }

// startServer starts a server in a folder of its own, with a configuration file
// of its own, and waits until it answers.
func startServer(ctx context.Context, s *Stack, plan launchPlan) (*Server, error) {
	name := fmt.Sprintf("mattermost-%d", plan.number)
	home := filepath.Join(s.work, name)
	if err := furnish(home, plan.module, s.options.ClientDir); err != nil {
		return nil, err
	}
	config := filepath.Join(home, "config.json")
	if err := writeConfig(config, s.config(plan, home)); err != nil {
		return nil, err
	}
	counting, err := freePort()
	if err != nil {
		return nil, err
	}
	meter := fmt.Sprintf("127.0.0.1:%d", counting)
	s.progress.Sayf("starting Mattermost server %d on %s", plan.number, serverURL(plan.port))
	proc, err := launch(command{
		name: name, path: plan.binary, dir: home, stop: syscall.SIGTERM,
		env: append(withoutMattermost(os.Environ()), "MM_CONFIG="+config, meterAddress+"="+meter),
	}, s.logs, s.guard)
	if err != nil {
		return nil, err
	}
	server := &Server{Number: plan.number, URL: serverURL(plan.port), proc: proc, meter: meter}
	server.admin = model.NewAPIv4Client(server.URL)
	return server, eventually(ctx, readyWithin, 200*time.Millisecond, func() error {
		if !proc.alive() {
			return fatal{errors.Errorf("Mattermost ended: %s", proc.tail())}
		}
		// Another server may have taken the port a moment ago and would answer.
		if log, err := server.Log(); err != nil || !strings.Contains(log, "Server is listening on") {
			return errors.New("Mattermost does not listen yet")
		}
		_, _, err := server.admin.GetPing(ctx)
		return errors.Wrap(err, "ask Mattermost whether it is up")
	})
}

// furnish makes a server's folder with what it expects beside it: texts,
// templates and fonts of its module, and the web client when there is one.
func furnish(home, module, client string) error {
	links := map[string]string{}
	for _, name := range []string{"i18n", "templates", "fonts"} {
		links[name] = filepath.Join(module, name)
	}
	if client != "" {
		absolute, err := filepath.Abs(client)
		if err != nil {
			return errors.Wrap(err, "find the web client")
		}
		links["client"] = absolute
	}
	for _, dir := range []string{"data", "plugins", "client-plugins", "logs"} {
		if err := os.MkdirAll(filepath.Join(home, dir), 0o755); err != nil {
			return errors.Wrap(err, "create a folder of the server")
		}
	}
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(home, name)); err != nil {
			return errors.Wrapf(err, "link %s", name)
		}
	}
	return nil
}

// withoutMattermost drops settings for Mattermost from the environment: the
// machine's own must not change what is tested.
func withoutMattermost(env []string) []string {
	var kept []string
	for _, pair := range env {
		if !strings.HasPrefix(pair, "MM_") {
			kept = append(kept, pair)
		}
	}
	return kept
}

// config is a team edition without a license that talks to nobody outside.
func (s *Stack) config(plan launchPlan, home string) *model.Config {
	c := &model.Config{}
	c.SetDefaults()
	level := s.options.LogLevel
	if level == "" {
		level = "DEBUG"
	}
	c.ServiceSettings.SiteURL = new(s.SiteURL)
	c.ServiceSettings.ListenAddress = new(fmt.Sprintf("127.0.0.1:%d", plan.port))
	c.ServiceSettings.AllowedUntrustedInternalConnections = new("localhost 127.0.0.1")
	c.ServiceSettings.EnableUserAccessTokens = new(true)
	c.ServiceSettings.EnableSecurityFixAlert = new(false)
	c.ServiceSettings.EnableIncomingWebhooks = new(true)
	c.TeamSettings.EnableOpenServer = new(true)
	c.TeamSettings.MaxUsersPerTeam = new(1000)
	c.SqlSettings.DriverName = new(model.DatabaseDriverPostgres)
	c.SqlSettings.DataSource = new(plan.dsn)
	c.SqlSettings.MaxOpenConns = new(100)
	c.LogSettings.EnableConsole = new(true)
	c.LogSettings.ConsoleLevel = new(level)
	c.LogSettings.EnableFile = new(false)
	c.LogSettings.EnableDiagnostics = new(false)
	c.LogSettings.EnableSentry = new(false)
	c.FileSettings.Directory = new(filepath.Join(home, "data"))
	c.EmailSettings.SendPushNotifications = new(false)
	c.EmailSettings.SendEmailNotifications = new(false)
	c.AnnouncementSettings.AdminNoticesEnabled = new(false)
	c.AnnouncementSettings.UserNoticesEnabled = new(false)
	c.JobSettings.RunJobs = new(false)
	c.JobSettings.RunScheduler = new(false)
	c.MetricsSettings.Enable = new(true) // else the server tells no one about the plugins' calls
	c.MetricsSettings.ListenAddress = new("127.0.0.1:0")
	c.PluginSettings.Enable = new(true)
	c.PluginSettings.EnableUploads = new(true)
	c.PluginSettings.Directory = new(filepath.Join(home, "plugins"))
	c.PluginSettings.ClientDirectory = new(filepath.Join(home, "client-plugins"))
	c.PluginSettings.EnableMarketplace = new(false)
	c.PluginSettings.EnableRemoteMarketplace = new(false)
	c.PluginSettings.AutomaticPrepackagedPlugins = new(false)
	if s.options.Configure != nil {
		s.options.Configure(c)
	}
	return c
}

func writeConfig(path string, c *model.Config) error {
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return errors.Wrap(err, "encode the server's configuration")
	}
	return errors.Wrap(os.WriteFile(path, data, 0o600), "write the server's configuration")
}

// Log returns everything the server and its plugin have logged so far.
func (v *Server) Log() (string, error) {
	data, err := os.ReadFile(v.proc.log.Name())
	return string(data), errors.Wrap(err, "read the server's log")
}

// Configure changes this server's configuration through the REST API; each
// server has a file of its own.
func (v *Server) Configure(ctx context.Context, patch *model.Config) error {
	_, _, err := v.admin.PatchConfig(ctx, patch)
	return errors.Wrapf(err, "change the configuration of server %d", v.Number)
}
