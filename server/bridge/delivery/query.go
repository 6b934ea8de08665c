package delivery

import (
	"context"
	"io"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// maxQuestion is the longest question that is read, in bytes: one is as long as its few words.
const maxQuestion = 64 << 10

// Ask answers what a provider asks below the address of a hook. The request has to prove itself as a delivery does, and learns only of
// channels that follow the connection. Faults: HookUnknown, TooLarge, Unsigned, Forged, InvalidInput, TooManyWaiting.
func (s *Receiver) Ask(ctx context.Context, hook, question string, header func(string) string, body io.Reader) ([]byte, error) {
	c, p, err := s.connectionOf(ctx, hook)
	if err != nil {
		return nil, err
	}
	answerer, answers := p.(provider.QueryHandler)
	if !answers {
		return nil, fault.New(fault.HookUnknown)
	}
	content, reading, err := s.intake.read(c.ID, body, maxQuestion)
	defer reading.close()
	if err != nil {
		return nil, err
	}
	d := s.deliveryOf(c, header, content)
	keys, err := s.Keys.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	// No candidates: only the user who entered one could make the signature yet.
	if _, err := p.Verify(d, keys.Valid(s.Now())); err != nil {
		return nil, s.refuse(c, s.Registry.Describe(c.Provider), err)
	}
	var options []provider.QueryOption
	for _, place := range c.Channels() {
		channel, err := s.Channels.Channel(ctx, place)
		if err == nil && !channel.Direct && !channel.Archived {
			options = append(options, provider.QueryOption{Value: place.Key(), Label: "~" + channel.Name})
		}
	}
	return answerer.HandleQuery(question, d, options)
}

// deliveryOf returns the request with the headers that its provider reads.
func (s *Receiver) deliveryOf(c bridge.Connection, header func(string) string, body []byte) provider.Delivery {
	d := provider.Delivery{Header: map[string]string{}, Body: body, ReceivedAt: s.Now(), Site: c.Site, Resource: c.Resource}
	for _, name := range s.Registry.Describe(c.Provider).Headers {
		if value := header(name); value != "" {
			d.Header[name] = value
		}
	}
	return d
}
