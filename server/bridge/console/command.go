package console

import (
	"context"
	"maps"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// operations returns what buttons and returns from a sign-in can do.
func (s *Service) operations() map[string]conversation.Handler {
	all := map[string]conversation.Handler{
		conversation.OpRaise:        s.raise,
		conversation.OpAnnotate:     s.annotate,
		conversation.OpAnnotateThis: s.annotateThis,
		conversation.OpOnCall:       s.onCall,
		conversation.OpAddRotation:  s.addRotation,
		conversation.OpAskRotation:  s.askRotationAway,
		conversation.OpDropRotation: s.removeRotation,
		conversation.OpSearch:       s.search,
		conversation.OpLook:         s.preview,
		conversation.OpSend:         s.send,
		conversation.OpSay:          s.saying,
		conversation.OpCancel:       cancelled,
	}
	maps.Copy(all, s.Connections.Operations())
	maps.Copy(all, s.Subscriptions.Operations())
	maps.Copy(all, s.SignIns.Operations())
	return all
}

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
		{Name: conversation.OpRotate, Hint: named, Help: help(conversation.OpRotate), Run: s.runs(id, conversation.OpRotate)},
	}
	p := s.Registry.Get(id)
	if _, raises := p.(provider.Creator); raises {
		root.Sub = append(root.Sub, &command.Command{Name: conversation.OpRaise, Hint: chat.Say("bridge.hint.title"), Help: help(conversation.OpRaise), Run: s.runs(id, conversation.OpRaise)})
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
		note, err := s.operations()[operation](ctx, w)
		if err != nil || len(note.Buttons) == 0 {
			return note.Text, s.Trail.Refused(err, bridge.AuditEntry{
				Event: conversation.AuditEvent(operation), What: operation, Actor: w.Actor, Place: w.Place, Provider: providerID,
			})
		}
		return chat.Message{}, errors.Wrap(w.Talk.Tell(ctx, note), "show a question")
	}
}

// connectPresses takes the buttons of other parts, too, that go on with connecting what the intent's text is the address of.
func (s *Service) connectPresses() map[string]conversation.Press {
	return map[string]conversation.Press{
		conversation.RequestKind: s.pressWish,
		conversation.OpConnect: func(ctx context.Context, c chat.Click, what conversation.Intent) error {
			what.Action = conversation.OpConnect
			return s.pressWish(ctx, c, what)
		},
	}
}

func (s *Service) connectResumes() map[string]conversation.Resume {
	return map[string]conversation.Resume{conversation.RequestKind: s.resumeWish}
}

// pressWish does what a button of ours says, and shows what came of it in place of the button.
func (s *Service) pressWish(ctx context.Context, c chat.Click, what conversation.Intent) error {
	do := s.operations()[what.Action]
	if do == nil {
		return fault.New(fault.ButtonExpired)
	}
	if s.Settings().Enabled[what.Provider] == "" {
		return s.ProviderOff(what.Provider)
	}
	w := what.Request()
	note, err := do(ctx, w)
	if err != nil || note.Text.Zero() {
		return err
	}
	if err := w.Talk.Replace(ctx, note); err != nil {
		s.Log.Warn("A note couldn't be updated", "user_id", w.Actor.ID, "error", err.Error())
	}
	return nil
}

// resumeWish goes on after a sign-in, and says on the page what came of it. A question is asked where the wish was typed.
func (s *Service) resumeWish(ctx context.Context, person chat.PersonID, what conversation.Intent) (chat.Message, error) {
	do := s.operations()[what.Action]
	if do == nil || what.Actor.Person != person {
		return chat.Message{}, fault.New(fault.LinkExpired)
	}
	if s.Settings().Enabled[what.Provider] == "" {
		return chat.Message{}, s.ProviderOff(what.Provider)
	}
	w := what.Request()
	note, err := do(ctx, w)
	if err != nil {
		return chat.Message{}, err
	}
	if !note.Text.Zero() {
		s.Notices.Show(ctx, w.Talk, note)
	}
	if len(note.Buttons) > 0 {
		return chat.Say("bridge.connect.page_asked"), nil
	}
	return chat.Say("bridge.connect.page_done", "Provider", s.Name(what.Provider)), nil
}

// cancelled says that nothing was done.
func cancelled(context.Context, conversation.Request) (chat.Note, error) {
	return chat.Note{Text: chat.Say("bridge.cancelled")}, nil
}
