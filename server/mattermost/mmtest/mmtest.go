// Package mmtest is a Mattermost server in memory, for tests of everything that talks to one.
//
// It speaks the plugin API and behaves as the real server does in what a plugin can trip over: whatever crosses between
// the two is encoded the way the real connection encodes it, and what cannot be encoded breaks the connection; posting
// asks for no permission; changed text or attachments mark a post as edited; notes that only one person sees are stored
// nowhere; the user's id arrives in a header that nobody outside can set.
//
// Tests tell stories about people:
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

	"mattermost-plugin-zoom/server/store/storetest"
)

// PluginID is the plugin's id, which is in its addresses.
const PluginID = "zoom"

// Hooks is the part of a plugin that the server calls. Those of Configurable and Listener are called where it has them.
type Hooks interface {
	// ServeHTTP answers a request to an address below /plugins/zoom, which the address comes without.
	ServeHTTP(c *plugin.Context, w http.ResponseWriter, r *http.Request)
	// ExecuteCommand carries out a command line.
	ExecuteCommand(c *plugin.Context, args *model.CommandArgs) (*model.CommandResponse, *model.AppError)
}

// Configurable is a plugin that wants to know of changed settings.
type Configurable interface {
	// OnConfigurationChange is called after settings changed, the server's or the plugin's. The server only logs its error.
	OnConfigurationChange() error
}

// Mattermost is the server. It is safe for use by several goroutines.
type Mattermost struct {
	// KV is the plugin's key-value table; it can lag, fail and be dumped.
	KV *storetest.MemoryKV
	// Bundle is the folder that the plugin finds its own files in; "" makes the server say that it does not know.
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
}

// note is a post that one person sees, with the state it was last brought to.
type note struct {
	userID string
	post   *model.Post
}

// New returns a server with the address https://chat.example.com, without people and channels. Its clock stands still at
// a Monday morning in UTC; Advance moves it.
func New(t testing.TB) *Mattermost {
	t.Helper()
	start := time.Date(2026, 8, 3, 9, 0, 0, 0, time.UTC)
	mm := &Mattermost{
		t: t, clock: func() time.Time { return start }, config: &model.Config{}, settings: map[string]any{},
		users: map[string]*model.User{}, pictures: map[string][]byte{}, channels: map[string]*channelState{},
		posts: map[string]*model.Post{}, triggers: map[string]trigger{}, botsInTeam: map[string]bool{}, dialogs: map[string]*Dialog{},
	}
	mm.config.SetDefaults()
	*mm.config.ServiceSettings.SiteURL = "https://chat.example.com"
	mm.KV = storetest.NewMemoryKV(mm.Now)
	return mm
}

// API returns the plugin API of the server. Every server of a cluster would get one; they all lead to the same tables.
// A call that the stand-in does not have panics.
func (mm *Mattermost) API() plugin.API { return &api{mm: mm} }

// Attach makes the plugin the one that gets requests, command lines and word of changed settings.
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

// UseClock has the server share a clock with others. Advance still moves only this one.
func (mm *Mattermost) UseClock(now func() time.Time) {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	mm.clock, mm.offset = now, 0
}

// BreakConnection makes every call of the API answer nothing, without an error, as it is once something was sent that
// cannot be encoded.
func (mm *Mattermost) BreakConnection() {
	mm.mu.Lock()
	defer mm.mu.Unlock()
	mm.broken = true
}

func (mm *Mattermost) millis() int64 { return model.GetMillisForTime(mm.Now()) }

// newID returns an id that the server would take, readable in failures. The caller holds no lock.
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
