package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Values of BridgePolicy: the users who may connect channels to providers. "" means members.
const (
	PolicyMembers       = "members"
	PolicyChannelAdmins = "channel_admins"
	PolicySystemAdmins  = "system_admins"
)

// Provider holds an admin's settings for one provider.
type Provider struct {
	// Enabled reports whether the provider is turned on.
	Enabled bool
	// Word is the trigger word that the provider proposes for its command; Trigger is the admin's choice instead, "" for none.
	Word, Trigger string
	// Rules is the most rules a channel may have, for providers that have rules; 0 for the default.
	Rules int
	// PersonalData reports whether cards may name the people affected by an event, if the provider knows them.
	PersonalData bool
}

// maxRules is the highest limit on a channel's rules that an admin can set.
const maxRules = 50

// triggerForm is the pattern of a valid trigger word.
var triggerForm = regexp.MustCompile(`^[a-z][a-z0-9._-]{0,31}$`)

// ReadProviders returns the settings of the providers, given their words by ID. Each provider has keys such as "EnableJenkins" and
// "JenkinsTrigger", so that it needs no code here. Keys are case-insensitive, because the server changes their case.
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

// Triggers returns the trigger words of the enabled providers' commands by ID. An invalid word, or one that two providers share, is
// replaced by the provider's own.
func (c Config) Triggers() map[string]string {
	words, taken := map[string]string{}, map[string]bool{"zoom": true}
	for id, p := range c.Providers {
		if p.Enabled {
			words[id] = p.Word
			taken[p.Word] = true
		}
	}
	// Sorted, so that all servers of a cluster choose alike.
	for _, id := range slices.Sorted(maps.Keys(c.Providers)) {
		p := c.Providers[id]
		if p.Enabled && triggerForm.MatchString(p.Trigger) && !taken[p.Trigger] {
			words[id] = p.Trigger
			taken[p.Trigger] = true
		}
	}
	return words
}

// RuleLimits returns the most rules a channel may have, by provider ID, for providers for which an admin has set a limit.
func (c Config) RuleLimits() map[string]int {
	limits := map[string]int{}
	for id, p := range c.Providers {
		if p.Rules > 0 {
			limits[id] = p.Rules
		}
	}
	return limits
}

// Policy returns the users who may connect channels.
func (c Config) Policy() string {
	switch c.BridgePolicy {
	case PolicyChannelAdmins, PolicySystemAdmins:
		return c.BridgePolicy
	}
	return PolicyMembers
}
