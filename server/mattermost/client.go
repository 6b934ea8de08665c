// Package mattermost is the plugin's side of the Mattermost server: people, notes, posts, events, records and commands,
// as the domain wants them. It is the only package that talks to the plugin API.
//
// Three habits of that API are dealt with here, so that nobody else meets them. An *AppError that is nil must not become
// a non-nil error. A call whose connection broke returns neither a value nor an error, so both being absent is a failure
// (ErrNoAnswer). And one value in a post's props that cannot be encoded breaks the connection for good, so props leave
// through one narrow gate (see safeProps).
package mattermost

import (
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/pluginapi"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/logging"
)

// ErrNoAnswer is a call that the server answered with nothing at all: the connection to it is broken, see Alive.
var ErrNoAnswer = errors.New("the server gave no answer")

// Client is what the plugin does on its server besides the cards, which Surface shows. It is safe for use by several goroutines.
type Client struct {
	*Server
	*Translator
	*Directory
	*Permissions
	*Messenger
	*MeetingBoard
	*Commands
	*AuditLog
}

// New returns a client that speaks as the bot, in the languages of the catalogue. It reads the server's settings.
func New(api plugin.API, botID string, catalogue *i18n.Catalogue, now func() time.Time) *Client {
	s := &Server{api: api, plug: pluginapi.NewClient(api, nil), catalogue: catalogue, botID: botID, now: now}
	s.ServerSettingsChanged()
	translator, directory := &Translator{s}, &Directory{Server: s}
	return &Client{
		Server: s, Translator: translator, Directory: directory, Permissions: &Permissions{directory}, Messenger: &Messenger{translator},
		MeetingBoard: &MeetingBoard{translator}, Commands: &Commands{Translator: translator}, AuditLog: &AuditLog{s},
	}
}

// Server is the plugin's connection to its server: its settings, its log, and whether it answers.
type Server struct {
	api       plugin.API
	plug      *pluginapi.Client
	catalogue *i18n.Catalogue
	botID     string
	now       func() time.Time
	settings  atomic.Pointer[settings]
}

// settings are what the plugin needs of the server's own. Reading them all is slow, so it is done once per change.
type settings struct {
	siteURL       string
	locale        string
	verifiesEmail bool
	replicas      bool
}

// ServerSettingsChanged reads the server's settings again. The hook OnConfigurationChange calls it.
func (c *Server) ServerSettingsChanged() {
	config := c.api.GetConfig()
	if config == nil {
		config = &model.Config{}
	}
	// The server leaves out what is secret; a setting that is missing has its default.
	config.SetDefaults()
	c.settings.Store(&settings{
		siteURL:       *config.ServiceSettings.SiteURL,
		locale:        *config.LocalizationSettings.DefaultServerLocale,
		verifiesEmail: *config.EmailSettings.RequireEmailVerification,
		replicas:      len(config.SqlSettings.DataSourceReplicas) > 0,
	})
}

// SiteURL returns the server's own address as its admins set it; it may be "".
func (c *Server) SiteURL() string { return c.settings.Load().siteURL }

// Replicas reports whether the server reads from replicas of its database, which may be behind.
func (c *Server) Replicas() bool { return c.settings.Load().replicas }

// BotID returns the user id of the bot that notes and direct messages come from.
func (c *Server) BotID() string { return c.botID }

// Logger returns a logger that writes to the server's log.
func (c *Server) Logger() *slog.Logger {
	return logging.New(func(level slog.Level, msg string, pairs ...any) {
		switch {
		case level >= slog.LevelError:
			c.plug.Log.Error(msg, pairs...)
		case level >= slog.LevelWarn:
			c.plug.Log.Warn(msg, pairs...)
		case level >= slog.LevelInfo:
			c.plug.Log.Info(msg, pairs...)
		default:
			c.plug.Log.Debug(msg, pairs...)
		}
	})
}

// Info writes to the server's log; pairs are names and values. None of them may be a secret.
func (c *Server) Info(msg string, pairs ...any) { c.plug.Log.Info(msg, pairs...) }

// Warn writes to the server's log, likewise.
func (c *Server) Warn(msg string, pairs ...any) { c.plug.Log.Warn(msg, pairs...) }

// Error writes to the server's log, likewise.
func (c *Server) Error(msg string, pairs ...any) { c.plug.Log.Error(msg, pairs...) }

// answered turns the results of an API call into Go's: an error that is really there, or a value that is.
func answered[T any](value *T, appErr *model.AppError) (*T, error) {
	switch {
	case appErr != nil:
		return nil, appErr
	case value == nil:
		return nil, ErrNoAnswer
	}
	return value, nil
}

// statusOf returns the HTTP status of an error of the API, 0 for any other.
func statusOf(err error) int {
	var appErr *model.AppError
	if errors.As(err, &appErr) && appErr != nil {
		return appErr.StatusCode
	}
	return 0
}
