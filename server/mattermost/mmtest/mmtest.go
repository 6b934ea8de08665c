// Package mmtest is a Mattermost server in memory, for tests of everything that talks to one.
//
// It implements the plugin API and has the real server's quirks that a plugin can trip over: values between the two are encoded as on the
// real connection, and a value that can't be encoded breaks the connection; posting requires no permission; a changed message or
// attachment marks a post as edited; ephemeral posts aren't stored; the user's ID is in a header that no one outside can set.
//
// Tests are stories about users:
//
//	mm := mmtest.New(t)
//	alice := mm.AddUser("alice")
//	townSquare := mm.AddChannel("town-square", mmtest.Public, alice)
//	mm.Attach(plugin)
//	alice.Types("/zoom start Stand-up", townSquare)
//	require.Equal(t, "Stand-up", townSquare.LastPost().Prop("meeting_topic"))
package mmtest

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"

	"mattermost-plugin-zoom/server/mattermost/mmtest/kvtable"
)

// PluginID is the plugin's ID, which is part of its addresses.
const PluginID = "zoom"

// Hooks is the part of a plugin that the server calls. It also calls Configurable and Listener on plugins that implement them.
type Hooks interface {
	// ServeHTTP responds to a request to an address below /plugins/zoom; the request's path lacks that prefix.
	ServeHTTP(c *plugin.Context, w http.ResponseWriter, r *http.Request)
	// ExecuteCommand runs a command line.
	ExecuteCommand(c *plugin.Context, args *model.CommandArgs) (*model.CommandResponse, *model.AppError)
}

// Configurable is a plugin that handles changed settings.
type Configurable interface {
	// OnConfigurationChange is called after the server's or the plugin's settings changed. The server only logs its error.
	OnConfigurationChange() error
}

// Mattermost is the server. It is safe for concurrent use.
type Mattermost struct {
	// KV is the plugin's key-value table; it can lag, fail and be dumped.
	KV *kvtable.MemoryKV
	// Bundle is the folder of the plugin's files; "" makes the server report that it doesn't know.
	Bundle string

	t testing.TB

	mu       sync.Mutex
	clock    func() time.Time
	offset   time.Duration
	config   *model.Config
	settings map[string]any
	hooks    Hooks
	broken   bool
	last     int

	users map[string]*model.User
	// botsInTeam are the bots that are members of the team.
	botsInTeam map[string]bool
	pictures   map[string][]byte
	channels   map[string]*channelState
	posts      map[string]*model.Post
	order      []string
	notes      []note
	events     []Event
	commands   []slashCommand
	custom     []*model.Command
	triggers   map[string]trigger
	dialogs    map[string]*Dialog
	logs       []string
	audited    []*model.AuditRecord
	answers    []string
	calls      map[string]int
}

// note is a post that one user sees, in its latest state.
type note struct {
	userID string
	post   *model.Post
}

// New returns a server at https://chat.example.com, without users and channels. Its clock is stopped at a Monday morning in UTC; Advance
// moves it.
func New(t testing.TB) *Mattermost {
	t.Helper()
	start := time.Date(2026, 8, 3, 9, 0, 0, 0, time.UTC)
	mm := &Mattermost{
		t: t, clock: func() time.Time { return start }, config: &model.Config{}, settings: map[string]any{},
		users: map[string]*model.User{}, pictures: map[string][]byte{}, channels: map[string]*channelState{},
		posts: map[string]*model.Post{}, triggers: map[string]trigger{}, botsInTeam: map[string]bool{}, dialogs: map[string]*Dialog{},
		calls: map[string]int{},
	}
	mm.config.SetDefaults()
	*mm.config.ServiceSettings.SiteURL = "https://chat.example.com"
	mm.KV = kvtable.NewMemoryKV(mm.Now)
	return mm
}

// API returns the server's plugin API. Each server of a cluster would get one; all use the same tables. A call that isn't implemented
// panics.
func (mm *Mattermost) API() plugin.API { return &api{mm: mm} }

// Attach makes this plugin the one that gets requests, command lines and changes of settings.
func (mm *Mattermost) Attach(hooks Hooks) {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	mm.hooks = hooks
}

// Now returns the time on the server's clock.
func (mm *Mattermost) Now() time.Time {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	return mm.clock().Add(mm.offset)
}

// Advance moves the server's clock.
func (mm *Mattermost) Advance(d time.Duration) {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	mm.offset += d
}

// UseClock makes the server share a clock with others. Advance still moves only this one.
func (mm *Mattermost) UseClock(now func() time.Time) {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	mm.clock, mm.offset = now, 0
}

// BreakConnection makes every API call return nothing, without an error, as after a value that can't be encoded.
func (mm *Mattermost) BreakConnection() {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	mm.broken = true
}

func (mm *Mattermost) millis() int64 { return model.GetMillisForTime(mm.Now()) }

// newID returns an ID that the server would accept, readable in failures. The caller holds no lock.
func (mm *Mattermost) newID(name string) string {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	mm.last++
	letters := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, strings.ToLower(name))
	letters = letters[:min(len(letters), 16)]
	return letters + fmt.Sprintf("%0*d", 26-len(letters), mm.last)
}

func (mm *Mattermost) attached() Hooks {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	return mm.hooks
}
