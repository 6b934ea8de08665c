package bridge

import (
	"slices"
	"strconv"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// Providers are the providers that there are, with what admins decide about them.
type Providers struct {
	Registry *provider.Registry
	Settings func() Settings
}

// GivesSecret reports whether the provider's webhooks need a credential with a secret of its own.
func (s *Providers) GivesSecret(providerID string) bool {
	_, gives := s.Registry.Get(providerID).(provider.SigningSecret)
	return gives
}

// ProviderOff returns the fault that an admin has turned the provider off.
func (s *Providers) ProviderOff(providerID string) error {
	return fault.New(fault.ProviderOff).With("Provider", s.Name(providerID))
}

// ConnectionGone returns the fault that the channel's connection was removed.
func (s *Providers) ConnectionGone(providerID string) error {
	return fault.New(fault.ConnectionGone).With("Provider", s.Name(providerID)).With("Command", s.Word(providerID))
}

// NotFollowed returns the fault that the channel follows no such connection.
func (s *Providers) NotFollowed(providerID string) error {
	return fault.New(fault.NotFollowed).With("Provider", s.Name(providerID)).With("Command", s.Word(providerID))
}

// Enabled returns the provider if it is switched on, else nil.
func (s *Providers) Enabled(providerID string) provider.Provider {
	if _, on := s.Settings().Enabled[providerID]; !on {
		return nil
	}
	return s.Registry.Get(providerID)
}

// EventsOf returns the labels of these events, of the provider's defaults for nil.
func (s *Providers) EventsOf(providerID string, wanted []string) chat.Message {
	var labels []chat.Message
	for _, kind := range s.Registry.Describe(providerID).Events {
		if wanted == nil && kind.Default || slices.Contains(wanted, kind.ID) {
			labels = append(labels, kind.Label)
		}
	}
	return Enumerated(labels)
}

// TakesNotes reports whether the provider keeps notes that people write in threads.
func (s *Providers) TakesNotes(providerID string) bool {
	_, takes := s.Registry.Get(providerID).(provider.ReplySync)
	return takes
}

// Word returns the provider's command as people type it ("/jenkins").
func (s *Providers) Word(providerID string) string { return "/" + s.Settings().Enabled[providerID] }

// Name returns the provider's name.
func (s *Providers) Name(providerID string) string { return s.Registry.Describe(providerID).Name }

// InstallerOf returns the provider that has set the connection's webhook up; none for one that people set up by hand.
func (s *Providers) InstallerOf(c Connection) (provider.Installer, bool) {
	installer, ok := s.Registry.Get(c.Provider).(provider.Installer)
	return installer, ok && c.Resource.ID != ""
}

// Authorizes reports whether people have accounts of their own at the provider.
func (s *Providers) Authorizes(providerID string) bool {
	_, ok := s.Registry.Get(providerID).(provider.Authorizer)
	return ok
}

// Enumerated returns the messages on one line.
func Enumerated(parts []chat.Message) chat.Message {
	if len(parts) == 0 {
		return chat.Say("bridge.nothing")
	}
	line := parts[0]
	for _, next := range parts[1:] {
		line = chat.Say("bridge.enumerated").WithMessage("Before", line).WithMessage("Next", next)
	}
	return line
}

// TooMany is the fault of a limit that is reached.
func TooMany(most int) error { return fault.New(fault.TooMany).With("Limit", strconv.Itoa(most)) }

// NothingYet says what to type in a channel that is connected to nothing.
func (s *Providers) NothingYet(providerID string) chat.Message {
	about := s.Registry.Describe(providerID)
	return chat.Say("bridge.list.empty", "Provider", about.Name, "Command", s.Word(providerID)).WithMessage("Argument", about.ConnectHint)
}
