package teamchat

import (
	"net/url"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// Subscription is the Team Chat part of an app: its bot. The JSON names are those of
// Zoom's app manifest where that has one.
// https://developers.zoom.us/docs/build-flow/manifests/schema/chat-subscription/
type Subscription struct {
	// JID is generated when empty.
	JID string `json:"jid"`
	// Name is what chat shows; the app's name when empty.
	Name string `json:"name"`
	// EndpointURL is where the bot's events are sent; the app's notification endpoint
	// when empty.
	EndpointURL string `json:"endpoint_url"`
	// Command is the slash command without its slash.
	Command string `json:"command"`
	Hints   []Hint `json:"command_hints"`
	// Mention lets users address the bot in channels.
	Mention bool `json:"enable_mention"`
	// Welcome is what Zoom itself says in the bot's conversation after an installation.
	Welcome Welcome `json:"welcome_msg"`
	// Domains are those whose links the bot is told of.
	Domains   []Domain   `json:"trust_domain_list"`
	Shortcuts []Shortcut `json:"shortcuts"`
	// HomeURL is the page that shortcuts open. It may contain {accountId},
	// {runningContext} and {action}.
	HomeURL string `json:"home_url"`
	// DomainAllowList are the hosts whose pages may be opened inside of the client.
	DomainAllowList []string `json:"domain_allow_list"`
	// SDK are the functions of the Zoom Apps SDK that the app's pages may call; nil for
	// all that the client has.
	SDK []string `json:"zoom_app_apis,omitempty"`
}

// Hint is a use of the slash command.
type Hint struct {
	Usage       string `json:"usage_hint"`
	Description string `json:"description"`
}

// Welcome is a message of Zoom's own.
type Welcome struct {
	Title string `json:"title"`
	Body  string `json:"body"`
}

// Domain is one whose links are trusted.
type Domain struct {
	Domain    string `json:"domain"`
	Unfurling bool   `json:"unfurling"`
}

// Shortcut is an entry of the compose box's or a message's menu.
type Shortcut struct {
	Label  string   `json:"action_label"`
	ID     string   `json:"action_id"`
	Types  []string `json:"action_types"`
	Usage  string   `json:"action_usage"`
	Dialog struct {
		Title string `json:"title"`
		Size  string `json:"size"`
	} `json:"dialog_config"`
}

// The places that a [Shortcut] can be in.
const (
	ComposeBox    = "COMPOSE_BOX"
	MessageAction = "MESSAGE_ACTION"
)

// maxShortcuts is how many an app may have.
// https://developers.zoom.us/docs/chat/app-shortcuts-and-apps-sdk/
const maxShortcuts = 20

// Check reports what the Marketplace would not accept.
func (s Subscription) Check() error {
	if s.JID != "" && !wellFormedJID(s.JID) {
		return errors.Wrapf(kit.ErrInvalid, "bot JID %q", s.JID)
	}
	for _, address := range []string{s.EndpointURL, s.HomeURL} {
		if u, err := url.Parse(address); address != "" && (err != nil || u.Host == "") {
			return errors.Wrapf(kit.ErrInvalid, "%q is not an absolute address", address)
		}
	}
	if strings.ContainsAny(s.Command, "/ ") {
		return errors.Wrapf(kit.ErrInvalid, "command %q", s.Command)
	}
	if len(s.Shortcuts) > maxShortcuts {
		return errors.Wrapf(kit.ErrInvalid, "%d shortcuts, more than %d", len(s.Shortcuts), maxShortcuts)
	}
	for _, one := range s.Shortcuts {
		if one.ID == "" || one.Label == "" || len(one.Types) == 0 {
			return errors.Wrapf(kit.ErrInvalid, "shortcut %q needs a label, an ID and types", one.ID)
		}
		for _, place := range one.Types {
			if place != ComposeBox && place != MessageAction {
				return errors.Wrapf(kit.ErrInvalid, "shortcut %q can't be in %q", one.ID, place)
			}
		}
	}
	return nil
}

// Bot is an app that has a bot.
type Bot struct {
	Subscription
	ClientID string
	// Secret is the client secret, which signs composed cards and seals app contexts.
	Secret string
	// AdminManaged is true where an admin installs the app for the whole account.
	AdminManaged bool
}

// shortcut finds a shortcut that is in a place.
func (b Bot) shortcut(id, place string) (Shortcut, error) {
	for _, s := range b.Shortcuts {
		if s.ID == id && slices.Contains(s.Types, place) {
			return s, nil
		}
	}
	return Shortcut{}, errors.Wrapf(kit.ErrNotFound, "shortcut %q of %s in %s", id, b.Name, place)
}

// allows reports whether a page may be opened inside of the client.
func (b Bot) allows(page *url.URL) bool {
	return slices.ContainsFunc(b.DomainAllowList, func(d string) bool { return within(page.Hostname(), d) })
}

// added reports whether the app has added a function of the SDK.
func (b Bot) added(api string) bool { return b.SDK == nil || slices.Contains(b.SDK, api) }

// trusts reports whether the bot is to be told of a link.
func (b Bot) trusts(link string) bool {
	u, err := url.Parse(link)
	return err == nil && slices.ContainsFunc(b.Domains, func(d Domain) bool { return d.Unfurling && within(u.Hostname(), d.Domain) })
}

// within reports whether a host is a domain, or one below it.
func within(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}
