package connection

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// offerChoices returns the error, unless several resources match: then it asks which one the operation is for.
func (s *Connector) offerChoices(ctx context.Context, w conversation.Request, deed string, err error) (chat.Note, bool, error) {
	var several *provider.AmbiguousError
	if !errors.As(err, &several) || len(several.Choices) == 0 {
		return chat.Note{}, false, err
	}
	var offers []conversation.Offer
	for _, c := range several.Choices[:min(len(several.Choices), MaxButtons)] {
		one := w
		one.Text = c.Text
		offers = append(offers, conversation.Offer{Label: chat.Verbatim(chat.Truncate(chat.OneLine(c.Label), conversation.MaxButtonLabel)), Operation: deed, Request: one})
	}
	text := chat.Say("bridge.connect.choose")
	if len(several.Choices) > MaxButtons {
		text = chat.Lines(text, chat.Say("bridge.connect.choose_more", "Command", s.Word(w.Provider)))
	}
	note, err := s.Prompts.Question(ctx, text, append(offers, conversation.OrCancel(w))...)
	return note, true, err
}
