package console

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// orChoose returns the error, unless it is that several things fit: then it asks which one the deed is for.
func (s *Service) orChoose(ctx context.Context, w wish, deed string, err error) (chat.Note, bool, error) {
	var several *provider.AmbiguousError
	if !errors.As(err, &several) || len(several.Choices) == 0 {
		return chat.Note{}, false, err
	}
	var offers []offer
	for _, c := range several.Choices[:min(len(several.Choices), maxButtons)] {
		one := w
		one.text = c.Text
		offers = append(offers, offer{label: chat.Verbatim(chat.Truncate(chat.Plain(c.Label), maxButtonLabel)), deed: deed, wish: one})
	}
	text := chat.Say("bridge.connect.choose")
	if len(several.Choices) > maxButtons {
		text = chat.Lines(text, chat.Say("bridge.connect.choose_more", "Command", s.Word(w.provider)))
	}
	note, err := s.question(ctx, text, append(offers, orCancel(w))...)
	return note, true, err
}
