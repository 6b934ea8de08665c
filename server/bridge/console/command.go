package console

import (
	"context"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// wish is what somebody wants done about what a channel is connected to, however they said so: typed, with a button, with a form, or
// before they signed in.
type wish struct {
	actor    chat.Actor
	place    chat.Place
	provider string
	// text is what was typed after the word, connection the one that was chosen instead; "" for nothing.
	text       string
	connection string
	// subscription is one of the channel's to the connection, where only that is meant.
	subscription string
	// values are the answers that make a credential.
	values map[string]string
	// trigger lets the answer be a form; "" where there can be none.
	trigger string
}

// granted does what a wish is for and returns what to show to who has it; a zero note for nothing more.
type granted func(ctx context.Context, w wish) (chat.Note, error)

// wishKind is the kind of all buttons, forms and returns from a sign-in that are about connections; the intent's action is the deed.
const wishKind = "wish"

// The deeds, as intents name them. Those that can be typed are named like their words.
const (
	deedConnect       = "connect"
	deedConnectAsk    = "connect_ask" // opens the form
	deedConnectNew    = "connect_new" // although there is one with the name
	deedConnectByHand = "connect_by_hand"
	deedConnectAnyway = "connect_anyway" // although not everybody in the channel may see it at the tool
	deedDisconnect    = "disconnect"
	deedDisconnectNow = "disconnect_now"
	deedLeave         = "leave" // disconnects and signs out
	deedSignOut       = "sign_out"
	deedAskSignOut    = "signout"
	deedSignIn        = "signin"
	deedRaise         = "trigger"
	deedSearch        = "search"
	deedLook          = "look"
	deedSend          = "send"
	deedOnCall        = "oncall"
	deedAddRotation   = "oncall_add"
	deedAskRotation   = "oncall_ask"
	deedDropRotation  = "oncall_drop"
	deedAskRule       = "rule_ask"
	deedAnnotate      = "note"
	deedAnnotateThis  = "note_this"
	deedSignedIn      = "signed_in" // only says so
	deedConfigure     = "configure"
	deedList          = "list"
	deedTest          = "test"
	deedStatus        = "status"
	deedRepair        = "repair"
	deedRotate        = "rotate"
	deedRotateNow     = "rotate_now"
	deedHelp          = "help"
	deedSay           = "say" // carries out a line whose provider was asked for
	deedCancel        = "cancel"
)

// deeds returns what buttons and returns from a sign-in can do.
func (s *Service) deeds() map[string]granted {
	return map[string]granted{
		deedConnect:       s.connect,
		deedConnectAsk:    s.openAddressForm,
		deedConnectNew:    s.connectNew,
		deedConnectAnyway: s.connectAnyway,
		deedConnectByHand: s.connectByHand,
		deedDisconnect:    s.disconnect,
		deedDisconnectNow: s.disconnectNow,
		deedLeave:         s.disconnectAndSignOut,
		deedSignOut:       s.signOut,
		deedAskSignOut:    s.askSignOut,
		deedSignedIn:      s.signedInNow,
		deedRaise:         s.raise,
		deedAnnotate:      s.annotate,
		deedAnnotateThis:  s.annotateThis,
		deedAskRule:       s.askRuleAway,
		deedAddRotation:   s.addRotation,
		deedAskRotation:   s.askRotationAway,
		deedDropRotation:  s.removeRotation,
		deedSearch:        s.search,
		deedLook:          s.preview,
		deedSend:          s.send,
		deedTest:          s.test,
		deedStatus:        s.status,
		deedRepair:        s.repair,
		deedRotate:        s.rotate,
		deedRotateNow:     s.rotateNow,
		deedSay:           s.saying,
		deedCancel:        cancelled,
	}
}

// typed returns what can be typed about any provider, by the words.
func (s *Service) typed() map[string]granted {
	return map[string]granted{
		deedConnect: s.connect, deedDisconnect: s.disconnect, deedList: s.list, deedTest: s.test, deedStatus: s.status, deedRotate: s.rotate,
	}
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
		{Name: deedConnect, Hint: about.ConnectHint, Help: help(deedConnect), Run: s.runs(id, deedConnect, s.connect)},
		{Name: deedDisconnect, Hint: chat.Say("bridge.hint.name_or_all"), Help: help(deedDisconnect), Run: s.runs(id, deedDisconnect, s.disconnect)},
		{Name: deedConfigure, Hint: named, Help: help(deedConfigure), Run: s.runConfigure(id)},
		{Name: deedList, Help: help(deedList), Run: s.runs(id, deedList, s.list)},
		{Name: deedTest, Hint: named, Help: help(deedTest), Run: s.runs(id, deedTest, s.test)},
		{Name: deedStatus, Hint: named, Help: help(deedStatus), Run: s.runs(id, deedStatus, s.status)},
		{Name: deedRotate, Hint: named, Help: help(deedRotate), Run: s.runs(id, deedRotate, s.rotate)},
	}
	p := s.Registry.Get(id)
	if _, raises := p.(provider.Creator); raises {
		root.Sub = append(root.Sub, &command.Command{Name: deedRaise, Hint: chat.Say("bridge.hint.title"), Help: help(deedRaise), Run: s.runs(id, deedRaise, s.raise)})
	}
	if _, searches := p.(provider.Searcher); searches {
		root.Sub = append(root.Sub, &command.Command{Name: deedSearch, Hint: chat.Say("bridge.hint.text"), Help: help(deedSearch), Run: s.runs(id, deedSearch, s.search)})
	}
	if _, annotates := p.(provider.Annotator); annotates {
		root.Sub = append(root.Sub, &command.Command{Name: deedAnnotate, Hint: chat.Say("bridge.hint.message"), Help: help(deedAnnotate), Run: s.runs(id, deedAnnotate, s.annotate)})
	}
	if _, calls := p.(provider.OnCallSchedules); calls {
		root.Sub = append(root.Sub, &command.Command{Name: deedOnCall, Help: help(deedOnCall), Run: s.runs(id, deedOnCall, s.onCall)})
	}
	if s.Authorizes(id) {
		root.Sub = append(root.Sub,
			&command.Command{Name: deedSignIn, Hint: chat.Say("bridge.hint.code"), Help: help(deedSignIn), Run: s.runs(id, deedSignIn, s.signIn)},
			&command.Command{Name: deedAskSignOut, Help: help(deedAskSignOut), Run: s.runs(id, deedAskSignOut, s.askSignOut)})
	}
	root.Sub = append(root.Sub,
		&command.Command{Name: "setup", Help: help("setup"), Admin: true, Run: s.runSetup(id)},
		&command.Command{Name: deedHelp, Help: help(deedHelp), Run: s.runHelp(id, root)},
	)
	return root
}

// runs returns the command that does the deed.
func (s *Service) runs(providerID, deed string, do granted) func(context.Context, command.Call) (chat.Message, error) {
	return func(ctx context.Context, call command.Call) (chat.Message, error) {
		w := wish{
			actor: call.Actor, place: call.Place,
			provider: providerID, text: call.Text, trigger: call.TriggerID,
		}
		note, err := do(ctx, w)
		if err != nil || len(note.Buttons) == 0 {
			return note.Text, s.refused(err, bridge.AuditEntry{
				Event: auditEvent(deed), What: deed, Actor: w.actor, Place: w.place, Provider: providerID,
			})
		}
		return chat.Message{}, errors.Wrap(s.People.Whisper(ctx, w.place, w.actor, note), "show a question")
	}
}

// intends returns the intent to do the deed for this wish.
func (w wish) intends(deed string) intent {
	return intent{
		Actor: w.actor, Kind: wishKind, Action: deed, Provider: w.provider, Place: w.place,
		Connection: w.connection, Subscription: w.subscription, Text: w.text, Values: w.values,
	}
}

// wish returns the wish that the intent was made for.
func (i intent) wish() wish {
	return wish{
		actor: i.Actor, place: i.Place, provider: i.Provider, text: i.Text, connection: i.Connection, subscription: i.Subscription, values: i.Values,
	}
}

// connectPresses takes the buttons of other parts, too, that go on with connecting what the intent's text is the address of.
func (s *Service) connectPresses() map[string]pressed {
	return map[string]pressed{
		wishKind: s.pressWish,
		deedConnect: func(ctx context.Context, c chat.Click, what intent) error {
			what.Action = deedConnect
			return s.pressWish(ctx, c, what)
		},
	}
}

func (s *Service) connectForms() map[string]answered {
	return map[string]answered{wishKind: s.submitWish}
}

func (s *Service) connectResumes() map[string]resumed {
	return map[string]resumed{wishKind: s.resumeWish}
}

// pressWish does what a button of ours says, and shows what came of it in place of the button.
func (s *Service) pressWish(ctx context.Context, c chat.Click, what intent) error {
	do := s.deeds()[what.Action]
	if do == nil {
		return fault.New(fault.ButtonExpired)
	}
	if s.Settings().Enabled[what.Provider] == "" {
		return s.ProviderOff(what.Provider)
	}
	w := what.wish()
	w.trigger = c.TriggerID
	note, err := do(ctx, w)
	if err != nil || note.Text.Zero() {
		return err
	}
	if err := s.People.Rewhisper(ctx, c.Message, w.actor, note); err != nil {
		s.Log.Warn("A note could not be brought up to date", "user_id", w.actor.ID, "post_id", c.Message.ID, "error", err.Error())
	}
	return nil
}

// resumeWish goes on after a sign-in, and says on the page what came of it. A question is asked where the wish was typed.
func (s *Service) resumeWish(ctx context.Context, person chat.PersonID, what intent) (chat.Message, error) {
	do := s.deeds()[what.Action]
	if do == nil || what.Actor.Person != person {
		return chat.Message{}, fault.New(fault.LinkExpired)
	}
	if s.Settings().Enabled[what.Provider] == "" {
		return chat.Message{}, s.ProviderOff(what.Provider)
	}
	w := what.wish()
	note, err := do(ctx, w)
	if err != nil {
		return chat.Message{}, err
	}
	if !note.Text.Zero() {
		s.Notices.Whisper(ctx, w.place, w.actor, note)
	}
	if len(note.Buttons) > 0 {
		return chat.Say("bridge.connect.page_asked"), nil
	}
	return chat.Say("bridge.connect.page_done", "Provider", s.Name(what.Provider)), nil
}

// cancelled says that nothing was done.
func cancelled(context.Context, wish) (chat.Note, error) {
	return chat.Note{Text: chat.Say("bridge.cancelled")}, nil
}

// question returns a note with these buttons, each of which does its deed for its wish.
func (s *Service) question(ctx context.Context, text chat.Message, offers ...offer) (chat.Note, error) {
	note := chat.Note{Text: text}
	for _, c := range offers {
		button, err := s.button(ctx, c.label, c.primary, c.wish.intends(c.deed))
		if err != nil {
			return chat.Note{}, err
		}
		note.Buttons = append(note.Buttons, button)
	}
	return note, nil
}

// offer is one button of a question.
type offer struct {
	label   chat.Message
	primary bool
	deed    string
	wish    wish
}

// orCancel returns the button that ends a question.
func orCancel(w wish) offer {
	return offer{label: chat.Say("bridge.button.cancel"), deed: deedCancel, wish: w}
}

// unquoted returns what was typed without the quotes around it (straight, typographic or angle, even where the two differ, as phones
// make them), and without what nobody sees.
func unquoted(typed string) string {
	const quotes = "\"'`“”„‟‘’‚‛«»‹›<>"
	shown := strings.Map(func(r rune) rune {
		if slices.Contains([]rune{'\u200b', '\u2060', '\ufeff'}, r) {
			return -1 // comes along when a name is copied out of a post
		}
		return r
	}, strings.ToValidUTF8(typed, ""))
	text := strings.Join(strings.Fields(shown), " ")
	first, last := []rune(text), []rune(text)
	if len(first) < 2 || !strings.ContainsRune(quotes, first[0]) || !strings.ContainsRune(quotes, last[len(last)-1]) {
		return text
	}
	return strings.TrimSpace(string(first[1 : len(first)-1]))
}
