package stack

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// Settings are plugin settings by their key in plugin.json.
type Settings map[string]any

// Install uploads the bundle to every server and enables the plugin there.
func (s *Stack) Install(ctx context.Context, bundle string) error {
	s.progress.Sayf("installing %s", filepath.Base(bundle))
	for _, server := range s.Servers {
		if err := server.install(ctx, bundle); err != nil {
			return err
		}
	}
	return nil
}

func (v *Server) install(ctx context.Context, bundle string) error {
	file, err := os.Open(bundle)
	if err != nil {
		return errors.Wrap(err, "open the bundle")
	}
	defer file.Close()
	manifest, _, err := v.admin.UploadPluginForced(ctx, file)
	if err != nil {
		return errors.Wrapf(err, "upload the bundle to server %d", v.Number)
	}
	return v.enable(ctx, manifest.Id)
}

func (v *Server) enable(ctx context.Context, id string) error {
	if _, err := v.admin.EnablePlugin(ctx, id); err != nil {
		return errors.Wrapf(err, "enable %s on server %d", id, v.Number)
	}
	// Enabling waits for the activation: what is not active by now will not be.
	return eventually(ctx, 3*time.Second, 100*time.Millisecond, func() error {
		plugins, _, err := v.admin.GetPlugins(ctx)
		if err != nil {
			return errors.Wrap(err, "list the plugins")
		}
		for _, active := range plugins.Active {
			if active.Id == id {
				return nil
			}
		}
		return errors.Errorf("%s is not active on server %d: %s", id, v.Number, v.complaint("Unable to activate plugin"))
	})
}

// complaint returns the last line of the server's log with these words in it.
func (v *Server) complaint(words string) string {
	log, err := v.Log()
	if err != nil {
		return err.Error()
	}
	last := "the log does not tell why"
	for line := range strings.Lines(log) {
		if strings.Contains(line, words) {
			last = strings.TrimSpace(line)
		}
	}
	return last
}

// providerCommands are the slash commands of providers, by the settings that enable them.
var providerCommands = map[string]string{
	"enablejenkins": "jenkins", "enablebitbucket": "bitbucket", "enablesentry": "sentry", "enablepagerduty": "pduty",
}

// Set changes the plugin's settings on every server and keeps the others. What is set already is not set again. It waits until the
// slash commands follow the settings.
func (s *Stack) Set(ctx context.Context, settings Settings) error {
	changed := false
	for key, value := range settings {
		key = strings.ToLower(key) // as System Console stores them
		old, known := s.settings[key]
		changed = changed || !known || old != value
		s.settings[key] = value
	}
	if !changed {
		return nil
	}
	for _, server := range s.Servers {
		if err := server.Set(ctx, s.settings); err != nil {
			return err
		}
	}
	for _, server := range s.Servers {
		if err := eventually(ctx, 30*time.Second, 50*time.Millisecond, func() error { return s.commandsFollow(ctx, server) }); err != nil {
			return err
		}
	}
	return nil
}

// commandsFollow fails when a provider is enabled and has no slash command on the server, or the other way around.
func (s *Stack) commandsFollow(ctx context.Context, server *Server) error {
	commands, _, err := server.admin.ListCommands(ctx, s.Team.Id, false)
	if err != nil {
		return errors.Wrap(err, "list the commands")
	}
	for setting, word := range providerCommands {
		enabled, known := s.settings[setting]
		exists := slices.ContainsFunc(commands, func(c *model.Command) bool { return c.Trigger == word })
		if known && enabled != exists {
			return errors.Errorf("on server %d, %s is %v, and whether there is a command /%s is %v", server.Number, setting, enabled, word, exists)
		}
	}
	return nil
}

// Set changes the plugin's settings on this server only.
func (v *Server) Set(ctx context.Context, settings Settings) error {
	lower := map[string]any{}
	for key, value := range settings {
		lower[strings.ToLower(key)] = value
	}
	patch := &model.Config{}
	patch.PluginSettings.Plugins = map[string]map[string]any{PluginID: lower}
	return v.Configure(ctx, patch)
}

// RestartPlugin disables the plugin on this server and enables it again.
func (v *Server) RestartPlugin(ctx context.Context) error {
	if _, err := v.admin.DisablePlugin(ctx, PluginID); err != nil {
		return errors.Wrapf(err, "disable the plugin on server %d", v.Number)
	}
	return v.enable(ctx, PluginID)
}

// PluginProcess is a running plugin, as the system sees it.
type PluginProcess struct {
	// PID is its process ID.
	PID int
	// RSS is its resident memory in bytes. Own is the part that is not the program itself, which the system can drop and read again; the
	// same as RSS on systems other than Linux.
	RSS, Own int64
}

// Plugin finds the plugin's process among the server's children.
func (v *Server) Plugin(ctx context.Context) (PluginProcess, error) {
	out, err := exec.CommandContext(ctx, "ps", "-axo", "pid=,ppid=,rss=,args=").Output()
	if err != nil {
		return PluginProcess{}, errors.Wrap(err, "list the processes")
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[1] != itoa(v.proc.pid()) || !strings.Contains(fields[3], filepath.Join("plugins", PluginID)) {
			continue
		}
		pid, pidErr := strconv.Atoi(fields[0])
		rss, rssErr := strconv.ParseInt(fields[2], 10, 64)
		if pidErr == nil && rssErr == nil {
			return PluginProcess{PID: pid, RSS: rss * 1024, Own: ownMemory(pid, rss) * 1024}, nil
		}
	}
	return PluginProcess{}, errors.Errorf("server %d has no plugin process", v.Number)
}

// anonymous finds the size of a process's own memory, in KiB, in Linux' summary of its memory.
var anonymous = regexp.MustCompile(`(?m)^Anonymous: *(\d+) kB$`)

// ownMemory returns the size of a process's own memory in KiB, or all of it where the system doesn't tell.
func ownMemory(pid int, all int64) int64 {
	summary, err := os.ReadFile(filepath.Join("/proc", itoa(pid), "smaps_rollup"))
	if err != nil {
		return all
	}
	found := anonymous.FindSubmatch(summary)
	if found == nil {
		return all
	}
	own, err := strconv.ParseInt(string(found[1]), 10, 64)
	if err != nil {
		return all
	}
	return own
}

// KillPlugin ends the plugin's process at once (kill -9) and waits until it is
// gone.
func (v *Server) KillPlugin(ctx context.Context) error {
	plugin, err := v.Plugin(ctx)
	if err != nil {
		return err
	}
	if err := syscall.Kill(plugin.PID, syscall.SIGKILL); err != nil {
		return errors.Wrap(err, "kill the plugin")
	}
	return eventually(ctx, 10*time.Second, 20*time.Millisecond, func() error {
		if now, err := v.Plugin(ctx); err == nil && now.PID == plugin.PID {
			return errors.New("the plugin still runs")
		}
		return nil
	})
}

// PausePlugin stops the plugin's process, so that nothing is answered, until
// resume lets it go on.
func (v *Server) PausePlugin(ctx context.Context) (resume func() error, err error) {
	plugin, err := v.Plugin(ctx)
	if err != nil {
		return nil, err
	}
	resume = func() error { return errors.Wrap(syscall.Kill(plugin.PID, syscall.SIGCONT), "let the plugin go on") }
	return resume, errors.Wrap(syscall.Kill(plugin.PID, syscall.SIGSTOP), "pause the plugin")
}
