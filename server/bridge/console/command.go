package console

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/provider"
)

// Commands returns a tree for each provider that is switched on, by the word that an admin chose for it.
func (s *Service) Commands() []*command.Command {
	enabled := s.Settings().Enabled
	var trees []*command.Command
	for _, p := range s.Registry.All() {
		if id := p.Describe().ID; enabled[id] != "" {
			trees = append(trees, s.tree(id, enabled[id]))
		}
	}
	return trees
}

// tree returns what can be typed about one provider.
func (s *Service) tree(id, word string) *command.Command {
	about := s.Registry.Describe(id)
	help := func(of string) chat.Message { return chat.Say("bridge.command."+of, "Provider", about.Name) }
	named := chat.Say("bridge.hint.name")
	root := &command.Command{Name: word, Help: about.Summary}
	root.Sub = []*command.Command{
		{Name: conversation.OpConnect, Hint: about.ConnectHint, Help: help(conversation.OpConnect), Run: s.runs(id, conversation.OpConnect)},
		{Name: conversation.OpDisconnect, Hint: chat.Say("bridge.hint.name_or_all"), Help: help(conversation.OpDisconnect), Run: s.runs(id, conversation.OpDisconnect)},
		{Name: conversation.OpConfigure, Hint: named, Help: help(conversation.OpConfigure), Run: s.Subscriptions.Configurator.RunConfigure(id)},
		{Name: conversation.OpList, Help: help(conversation.OpList), Run: s.runs(id, conversation.OpList)},
		{Name: conversation.OpTest, Hint: named, Help: help(conversation.OpTest), Run: s.runs(id, conversation.OpTest)},
		{Name: conversation.OpStatus, Hint: named, Help: help(conversation.OpStatus), Run: s.runs(id, conversation.OpStatus)},
		{Name: conversation.OpDeliveries, Hint: chat.Say("bridge.hint.deliveries"), Help: help(conversation.OpDeliveries), Run: s.runs(id, conversation.OpDeliveries)},
		{Name: conversation.OpRotate, Hint: named, Help: help(conversation.OpRotate), Run: s.runs(id, conversation.OpRotate)},
	}
	p := s.Registry.Get(id)
	if _, raises := p.(provider.Creator); raises {
		root.Sub = append(root.Sub, &command.Command{Name: conversation.OpCreate, Hint: chat.Say("bridge.hint.title"), Help: help(conversation.OpCreate), Run: s.runs(id, conversation.OpCreate)})
	}
	if _, searches := p.(provider.Searcher); searches {
		root.Sub = append(root.Sub, &command.Command{Name: conversation.OpSearch, Hint: chat.Say("bridge.hint.text"), Help: help(conversation.OpSearch), Run: s.runs(id, conversation.OpSearch)})
	}
	if _, annotates := p.(provider.Annotator); annotates {
		root.Sub = append(root.Sub, &command.Command{Name: conversation.OpAnnotate, Hint: chat.Say("bridge.hint.message"), Help: help(conversation.OpAnnotate), Run: s.runs(id, conversation.OpAnnotate)})
	}
	if _, calls := p.(provider.OnCallSchedules); calls {
		root.Sub = append(root.Sub, &command.Command{Name: conversation.OpOnCall, Help: help(conversation.OpOnCall), Run: s.runs(id, conversation.OpOnCall)})
	}
	if s.Authorizes(id) {
		root.Sub = append(root.Sub,
			&command.Command{Name: conversation.OpSignIn, Hint: chat.Say("bridge.hint.code"), Help: help(conversation.OpSignIn), Run: s.runs(id, conversation.OpSignIn)},
			&command.Command{Name: conversation.OpAskSignOut, Help: help(conversation.OpAskSignOut), Run: s.runs(id, conversation.OpAskSignOut)})
	}
	root.Sub = append(root.Sub,
		&command.Command{Name: "setup", Help: help("setup"), Admin: true, Run: s.SignIns.Sites.RunSetup(id)},
		&command.Command{Name: conversation.OpHelp, Help: help(conversation.OpHelp), Run: s.runHelp(id, root)},
	)
	return root
}

// runs returns the command that runs the operation.
func (s *Service) runs(providerID, operation string) func(context.Context, command.Call) (chat.Message, error) {
	return func(ctx context.Context, call command.Call) (chat.Message, error) {
		w := conversation.Request{
			Actor: call.Actor, Place: call.Place,
			Provider: providerID, Text: call.Text, Talk: call.Talk,
		}
		note, err := s.Requests.Run(ctx, operation, w)
		if err != nil || len(note.Buttons) == 0 {
			return note.Text, err
		}
		return chat.Message{}, errors.Wrap(w.Talk.Tell(ctx, note), "show a question")
	}
}
