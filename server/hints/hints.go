// Package hints lets the servers of a cluster tell each other what has just changed, so that they need not wait until they look: that there
// is work, or that a cached record is out of date. A hint may be lost, doubled or late. Nothing may depend on one: without hints, every
// server still finds out within seconds.
package hints

import "log/slog"

// The topics.
const (
	// Jobs says that a server has given back jobs that others can take at once; it is about nothing in particular.
	Jobs = "jobs"
	// Connection says that a connection to a provider has changed; it is about the connection's ID.
	Connection = "connection"
)

// Hints sends hints to the other servers and receives theirs. On is for wiring; everything else is safe for concurrent use.
type Hints struct {
	publish func(topic, about string) error
	log     *slog.Logger
	react   map[string][]func(about string)
}

// New returns Hints that are sent with publish, which must not deliver them to this server.
func New(publish func(topic, about string) error, log *slog.Logger) *Hints {
	return &Hints{publish: publish, log: log, react: map[string][]func(string){}}
}

// On has the function called with what each hint of the topic from another server is about, such as the ID of a record. It must return
// soon. Call it before the plugin starts.
func (h *Hints) On(topic string, react func(about string)) {
	h.react[topic] = append(h.react[topic], react)
}

// Send tells the other servers. A failure is only logged.
func (h *Hints) Send(topic, about string) {
	if err := h.publish(topic, about); err != nil {
		h.log.Debug("The other servers couldn't be told of a change; they see it within seconds", "topic", topic, "error", err.Error())
	}
}

// Receive handles a hint of another server. A topic that this version of the plugin doesn't know is ignored.
func (h *Hints) Receive(topic, about string) {
	for _, react := range h.react[topic] {
		react(about)
	}
}
