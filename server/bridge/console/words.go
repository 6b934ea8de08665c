package console

import (
	"context"
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// spoken is something that a person wrote to the bot.
type spoken struct {
	actor chat.Actor
	place chat.Place
	trees map[string]*command.Command
	order []string
	// word is the first one, in lower case; rest is what follows it, line is all of it.
	word, rest, line string
}

// Said answers what a user wrote in their direct channel with the bot, where the words of the commands work without a slash. It
// reports whether that was for the bridge.
func (s *Service) Said(ctx context.Context, actor chat.Actor, place chat.Place, text string) (handled bool) {
	said := s.heard(actor, place, text)
	if len(said.order) == 0 || said.line == "" {
		return false
	}
	channel, err := s.People.Channel(ctx, place)
	if err != nil || !channel.Direct || place.Thread != "" && !said.known() {
		return false // in threads people talk about a card
	}
	answer, err := s.answerTo(ctx, said)
	if err != nil {
		if fault.Is(err, fault.Internal) {
			s.Log.Log(ctx, fault.Level(err), "A command in a direct message failed", "user_id", actor.ID, "error", err.Error())
		}
		answer = chat.Failure(err)
	}
	if answer.Zero() {
		return true // a question was asked
	}
	if err := s.Messenger.Announce(ctx, said.place, answer); err != nil {
		s.Log.Warn("A user couldn't be answered", "user_id", actor.ID, "channel_id", place.Channel, "error", err.Error())
	}
	return true
}

// heard returns what was written, with the providers that are switched on.
func (s *Service) heard(actor chat.Actor, at chat.Place, text string) spoken {
	said := spoken{actor: actor, place: at, trees: map[string]*command.Command{}, line: strings.TrimPrefix(strings.TrimSpace(text), "/")}
	if words := strings.Fields(said.line); len(words) > 0 {
		said.word, said.rest = strings.ToLower(words[0]), strings.Join(words[1:], " ")
	}
	enabled := s.Settings().Enabled
	for _, p := range s.Registry.All() {
		if id := p.Describe().ID; enabled[id] != "" {
			said.trees[id], said.order = s.tree(id, enabled[id]), append(said.order, id)
		}
	}
	return said
}

// answerTo does what was written. A zero answer means that a question was asked instead.
func (s *Service) answerTo(ctx context.Context, said spoken) (chat.Message, error) {
	if id := said.named(); id != "" {
		return s.runLine(ctx, said, id, said.line)
	}
	if !said.understood() {
		return chat.Say("bridge.words.unknown"), nil
	}
	meant, err := s.meantBy(ctx, said)
	if err != nil {
		return chat.Message{}, err
	}
	switch {
	case len(meant) == 1:
		return s.runLine(ctx, said, meant[0], said.trees[meant[0]].Name+" "+said.line)
	case said.word == conversation.OpHelp:
		return s.helpForAll(said.inOrder()), nil
	case len(meant) == 0:
		return chat.Say("bridge.words.nothing"), nil
	}
	return chat.Message{}, s.askWhichTool(ctx, said, meant)
}

// meantBy returns the providers that words without a name can be about: the only one there is; for an address the one that knows it; for
// what exists already, those that the conversation is connected to.
func (s *Service) meantBy(ctx context.Context, said spoken) ([]string, error) {
	knowing := said.having()
	if len(knowing) == 1 {
		return knowing, nil
	}
	switch said.word {
	case conversation.OpConnect:
		if meant := s.knowing(ctx, said.order, conversation.Unquoted(said.rest)); len(meant) > 0 {
			return meant, nil
		}
	case conversation.OpDisconnect, conversation.OpConfigure, conversation.OpList, conversation.OpStatus, conversation.OpDeliveries, conversation.OpTest, conversation.OpRotate:
		found, err := s.Directory.Following(ctx, "", said.place)
		if err != nil {
			return nil, err
		}
		return slices.DeleteFunc(slices.Clone(said.order), func(id string) bool {
			return !slices.ContainsFunc(found, func(c bridge.Connection) bool { return c.Provider == id })
		}), nil
	}
	return knowing, nil
}

// knowing returns the providers that understand the text as the address of something.
func (s *Service) knowing(ctx context.Context, ids []string, text string) []string {
	if text == "" {
		return nil
	}
	var meant []string
	for _, id := range ids {
		installer, ok := s.Registry.Get(id).(provider.Installer)
		if !ok {
			continue
		}
		sites, err := s.Sessions.Sites(ctx, id)
		if err != nil {
			continue // it can still be named
		}
		if _, err := installer.Locate(text, sites); err == nil {
			meant = append(meant, id)
		}
	}
	return meant
}

// runLine does a line as if it had been typed as a command.
func (s *Service) runLine(ctx context.Context, said spoken, providerID, line string) (chat.Message, error) {
	return said.trees[providerID].Execute(ctx, line, command.Call{
		Actor: said.actor, Admin: s.isAdmin(ctx, said.actor), Place: said.place, Talk: said.talk(s.Messenger),
	})
}

// askWhichTool asks which tool the words are about, with a button for each.
func (s *Service) askWhichTool(ctx context.Context, said spoken, meant []string) error {
	var offers []conversation.Offer
	for _, id := range meant {
		w := conversation.Request{Actor: said.actor, Place: said.place, Provider: id, Text: chat.Truncate(said.line, connection.MaxAddress)}
		offers = append(offers, conversation.Offer{Label: chat.Verbatim(s.Name(id)), Operation: conversation.OpSay, Request: w})
	}
	note, err := s.Prompts.Question(ctx, chat.Say("bridge.words.which"), offers...)
	if err != nil {
		return err
	}
	return said.talk(s.Messenger).Tell(ctx, note)
}

// saying carries out the words whose tool was asked for. What is asked in turn takes the place of the question.
func (s *Service) saying(ctx context.Context, w conversation.Request) (chat.Note, error) {
	said := s.heard(w.Actor, w.Place, w.Text)
	if typed(said.word) {
		w.Text = said.rest
		return s.Requests.Do(ctx, said.word, w)
	}
	answer, err := s.runLine(ctx, said, w.Provider, said.trees[w.Provider].Name+" "+said.line)
	return chat.Note{Text: answer}, err
}

// typed reports whether the operation can be typed about any provider, and only asks or answers then.
func typed(operation string) bool {
	switch operation {
	case conversation.OpConnect, conversation.OpDisconnect, conversation.OpList, conversation.OpTest, conversation.OpStatus, conversation.OpDeliveries, conversation.OpRotate:
		return true
	}
	return false
}

// talk is the conversation that the words began: they let no form be shown.
func (said spoken) talk(m bridge.Messenger) chat.Conversation {
	return conversation.Quiet{Messenger: m, Actor: said.actor, Place: said.place}
}

// named returns the provider whose word stands in front, "" for none.
func (said spoken) named() string {
	for _, id := range said.order {
		if strings.EqualFold(said.trees[id].Name, said.word) {
			return id
		}
	}
	return ""
}

// understood reports whether the first word is one of a provider's, or one that some provider knows.
func (said spoken) understood() bool { return said.named() != "" || len(said.having()) > 0 }

// known reports whether the first word is one of a provider's, or one that each provider knows.
func (said spoken) known() bool { return said.named() != "" || len(said.having()) == len(said.order) }

// having returns the providers that know the first word.
func (said spoken) having() []string {
	var ids []string
	for _, id := range said.order {
		if found, _ := said.trees[id].Find(said.word, func() bool { return true }); found.Run != nil {
			ids = append(ids, id)
		}
	}
	return ids
}

func (said spoken) inOrder() []*command.Command {
	var trees []*command.Command
	for _, id := range said.order {
		trees = append(trees, said.trees[id])
	}
	return trees
}
