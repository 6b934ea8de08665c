// Package mattermost implements the chat ports on the Mattermost server: people, notes, posts, events, records and commands. It is the
// only package that calls the plugin API, and it decides nothing about meetings or providers.
//
// It handles three quirks of that API, so that no other package has to. A nil *AppError must not become a non-nil error. A call over a
// broken connection returns neither a value nor an error, so the absence of both is a failure (ErrNoAnswer). And one value in a post's
// props that can't be encoded breaks the connection for good, so all props pass through safeProps.
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

// ErrNoAnswer means that a call returned nothing at all: the connection to the server is broken, see Alive.
var ErrNoAnswer = errors.New("the server gave no answer")

// Client is all that the plugin does on its server except for cards, which Surface shows. It is safe for concurrent use.
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

// New returns a client that acts as the bot, in the languages of the catalogue. It reads the server's settings.
func New(api plugin.API, botID string, catalogue *i18n.Catalogue, now func() time.Time) *Client {
	s := &Server{api: api, plug: pluginapi.NewClient(api, nil), catalogue: catalogue, botID: botID, now: now}
	s.ServerSettingsChanged()
	translator, directory := &Translator{s}, &Directory{Server: s}
	return &Client{
		Server: s, Translator: translator, Directory: directory, Permissions: &Permissions{Directory: directory}, Messenger: &Messenger{translator},
		MeetingBoard: &MeetingBoard{translator}, Commands: &Commands{Translator: translator}, AuditLog: &AuditLog{s},
	}
}

// Server is the plugin's connection to its server: its settings, its log, and whether it responds.
type Server struct {
	api       plugin.API
	plug      *pluginapi.Client
	catalogue *i18n.Catalogue
	botID     string
	now       func() time.Time
	settings  atomic.Pointer[settings]
}

// settings are the server's settings that the plugin needs. Reading them is slow, so they are read once per change.
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
	// The server omits secrets; a missing setting has its default.
	config.SetDefaults()
	c.settings.Store(&settings{
		siteURL:       *config.ServiceSettings.SiteURL,
		locale:        *config.LocalizationSettings.DefaultServerLocale,
		verifiesEmail: *config.EmailSettings.RequireEmailVerification,
		replicas:      len(config.SqlSettings.DataSourceReplicas) > 0,
	})
}

// SiteURL returns the server's own address as its admins set it; may be "".
func (c *Server) SiteURL() string { return c.settings.Load().siteURL }

// Replicas reports whether the server reads from database replicas, which may lag behind.
func (c *Server) Replicas() bool { return c.settings.Load().replicas }

// BotID returns the user ID of the bot that sends notes and direct messages.
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

// Info writes to the server's log; pairs are names and values. None may be a secret.
func (c *Server) Info(msg string, pairs ...any) { c.plug.Log.Info(msg, pairs...) }

// Warn does the same at level Warn.
func (c *Server) Warn(msg string, pairs ...any) { c.plug.Log.Warn(msg, pairs...) }

// Error does the same at level Error.
func (c *Server) Error(msg string, pairs ...any) { c.plug.Log.Error(msg, pairs...) }

// answered returns the value of an API call or its error, and ErrNoAnswer if there is neither.
func answered[T any](value *T, appErr *model.AppError) (*T, error) {
	switch {
	case appErr != nil:
		return nil, appErr
	case value == nil:
		return nil, ErrNoAnswer
	}
	return value, nil
}

// statusOf returns the HTTP status of an API error, 0 for any other error.
func statusOf(err error) int {
	var appErr *model.AppError
	if errors.As(err, &appErr) && appErr != nil {
		return appErr.StatusCode
	}
	return 0
}
