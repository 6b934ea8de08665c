package zoomchat

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/pkg/errors"
)

// ManifestFacts are what a manifest says about an app.
type ManifestFacts struct {
	// Name is the bot's name, Summary what it does.
	Name, Summary string
	// Command is the slash command without its slash; Hints are its uses with what they do.
	Command string
	Hints   [][2]string
	// EventURL is the app's address for events; SiteURL is the server's.
	EventURL, SiteURL string
}

// maxDisplayName is the most characters of an app's name in the Marketplace.
const maxDisplayName = 49

// Manifest returns the JSON that an admin pastes into the Zoom App Marketplace to make the app, so that nothing has to be clicked together:
// https://developers.zoom.us/docs/build-flow/manifests/schema/manifest-template/ The bot's scope is granted to admin-managed apps only.
func Manifest(f ManifestFacts) (string, error) {
	site, err := url.Parse(f.SiteURL)
	if err != nil || site.Host == "" {
		return "", errors.Errorf("%q is no address of a server", f.SiteURL)
	}
	type object map[string]any
	hints := []object{}
	for _, hint := range f.Hints {
		hints = append(hints, object{"usage_hint": hint[0], "description": hint[1]})
	}
	redirect := strings.TrimSuffix(f.EventURL, "/") + "/installed"
	manifest := object{
		"display_information": object{
			"display_name": clipped(f.Name, maxDisplayName), "description": f.Summary, "long_description": f.Summary,
		},
		"oauth_information": object{
			"usage": "ADMIN_MANAGEMENT", "development_redirect_uri": redirect, "production_redirect_uri": redirect, "oauth_allow_list": []string{redirect},
			"strict_mode": false, "subdomain_strict_mode": false, "scopes": []object{{"scope": "imchat:bot", "optional": false}},
		},
		"features": object{
			"products":          []string{"ZOOM_CHAT"},
			"domain_allow_list": []object{{"domain": site.Hostname(), "explanation": "Forms of the bot"}},
			"team_chat_subscription": object{
				"enable": true, "enable_support_channel": true,
				"slash_command": object{
					"command": f.Command, "command_hints": hints, "enable_mention": true, "enable_add_to_channel": true,
					"development_message_url": f.EventURL, "production_message_url": f.EventURL, "sender_type": "zoom",
					"welcome_msg": object{"title": "", "body": ""}, "trust_domain_list": []object{},
				},
				"shortcuts": []object{},
			},
			"event_subscription": object{"enable": false, "events": []object{}},
		},
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(manifest); err != nil {
		return "", errors.Wrap(err, "encode a manifest")
	}
	return strings.TrimSpace(out.String()), nil
}

// clipped returns at most this many characters of the text.
func clipped(text string, most int) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), most)])
}
