package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Values of BridgePolicy: who may connect channels to the providers of providers. "" is members.
const (
	PolicyMembers       = "members"
	PolicyChannelAdmins = "channel_admins"
	PolicySystemAdmins  = "system_admins"
)

// Provider is what admins decide about one provider.
type Provider struct {
	// Enabled says that people may use it.
	Enabled bool
	// Word is that of its slash command; Trigger is what an admin chose in its place, "" for nothing.
	Word, Trigger string
	// Rules is how many rules a channel may have, where the provider has such; 0 for the usual number.
	Rules int
	// PersonalData says that cards may name the people whom something happened to, where the provider knows them.
	PersonalData bool
}

// maxRules is how many rules for a channel an admin can allow at most.
const maxRules = 50

// triggerForm is what can be typed after a slash.
var triggerForm = regexp.MustCompile(`^[a-z][a-z0-9._-]{0,31}$`)

// ReadProviders returns what the settings say about the providers, of which it is given the words by their ids. Each has two keys, such
// as "EnableJenkins" and "JenkinsTrigger", so that a provider needs no code of its own here; case does not matter, since the server turns it.
func ReadProviders(settings map[string]any, words map[string]string) map[string]Provider {
	lower := make(map[string]any, len(settings))
	for key, value := range settings {
		lower[strings.ToLower(key)] = value
	}
	found := make(map[string]Provider, len(words))
	for id, word := range words {
		enabled, _ := lower["enable"+id].(bool)
		trigger, _ := lower[id+"trigger"].(string)
		rules, _ := lower[id+"rules"].(float64)
		personal, _ := lower[id+"personaldata"].(bool)
		found[id] = Provider{
			Enabled: enabled, Word: word, Trigger: strings.TrimPrefix(strings.ToLower(strings.TrimSpace(trigger)), "/"),
			Rules: int(min(max(rules, 0), maxRules)), PersonalData: personal,
		}
	}
	return found
}

// Triggers returns the words of the commands of the providers that are turned on, by id. A word that can't be one, or that
// two have, gives way to the provider's own.
func (c Config) Triggers() map[string]string {
	words, taken := map[string]string{}, map[string]bool{"zoom": true}
	for id, p := range c.Providers {
		if p.Enabled {
			words[id] = p.Word
			taken[p.Word] = true
		}
	}
	// In order, so that all servers choose alike.
	for _, id := range slices.Sorted(maps.Keys(c.Providers)) {
		p := c.Providers[id]
		if p.Enabled && triggerForm.MatchString(p.Trigger) && !taken[p.Trigger] {
			words[id] = p.Trigger
			taken[p.Trigger] = true
		}
	}
	return words
}

// RuleLimits returns how many rules a channel may have, by the providers' ids; those that an admin has not set are missing.
func (c Config) RuleLimits() map[string]int {
	limits := map[string]int{}
	for id, p := range c.Providers {
		if p.Rules > 0 {
			limits[id] = p.Rules
		}
	}
	return limits
}

// Policy returns who may connect channels.
func (c Config) Policy() string {
	switch c.BridgePolicy {
	case PolicyChannelAdmins, PolicySystemAdmins:
		return c.BridgePolicy
	}
	return PolicyMembers
}
