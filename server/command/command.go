// Package command is the tree of slash commands: what can be typed, what it means, and who may.
//
// One tree serves for running a line, for its help text and for the autocomplete of the chat product.
package command

import (
	"context"
	"strings"
	"unicode"

	"mattermost-plugin-zoom/server/chat"
)

// Command is a word that can be typed, with the words that may follow it or what it does.
type Command struct {
	// Name is the word, in lower case.
	Name string
	// Hint shows the arguments, such as "[topic]"; zero when there are none.
	Hint chat.Message
	// Help is one sentence on what the command does.
	Help chat.Message
	// Admin keeps the command for system admins; to others it does not exist.
	Admin bool
	// Run does it. A non-zero message is the answer; a zero one means that the answer was given already.
	Run func(ctx context.Context, call Call) (chat.Message, error)
	// Sub are the words that may follow.
	Sub []*Command
}

// Call is one command line, typed by someone somewhere.
type Call struct {
	Actor chat.Actor
	Admin bool
	Place chat.Place
	// Window is the one it was typed in, of all that the actor has open; "" where the surface does not say.
	Window string
	// Talk is the exchange that the line began.
	Talk chat.Conversation
	// Trigger is the first word of the line, without the slash.
	Trigger string
	// Text is what follows the command's own words, as typed but without the blanks around it.
	Text string
}

// Find follows the line's words down the tree as far as they name commands that the caller may see.
// It returns the command reached and the rest of the line.
func (c *Command) Find(line string, admin bool) (*Command, string) {
	reached, rest := c, strings.TrimSpace(line)
	for {
		word, after := cutWord(rest)
		next := reached.child(word, admin)
		if next == nil {
			return reached, rest
		}
		reached, rest = next, after
	}
}

// Visible returns the commands that may follow, without those kept from the caller.
func (c *Command) Visible(admin bool) []*Command {
	var seen []*Command
	for _, sub := range c.Sub {
		if admin || !sub.Admin {
			seen = append(seen, sub)
		}
	}
	return seen
}

// Execute runs the command that the line names, such as "/zoom start Stand-up" on the tree of "zoom".
// A line that names none answers with help: the sentence for an unknown word, or the list of commands.
func (c *Command) Execute(ctx context.Context, line string, call Call) (chat.Message, error) {
	trigger, rest := cutWord(strings.TrimSpace(line))
	call.Trigger = strings.TrimPrefix(trigger, "/")
	found, text := c.Find(rest, call.Admin)
	if found.Run == nil {
		return c.misunderstood(text, call.Admin)
	}
	call.Text = text
	return found.Run(ctx, call)
}

func (c *Command) misunderstood(text string, admin bool) (chat.Message, error) {
	help, _ := c.Find("help", admin)
	if text == "" && help.Run != nil {
		return help.Run(context.Background(), Call{Admin: admin})
	}
	names := make([]chat.Text, 0, len(c.Sub))
	for _, sub := range c.Visible(admin) {
		names = append(names, chat.Code("/"+c.Name+" "+sub.Name))
	}
	return chat.Say("command.unknown").WithText("Commands", chat.Join(", ", names...)), nil
}

func (c *Command) child(word string, admin bool) *Command {
	if word == "" {
		return nil
	}
	for _, sub := range c.Visible(admin) {
		if strings.EqualFold(sub.Name, word) {
			return sub
		}
	}
	return nil
}

func cutWord(s string) (word, rest string) {
	end := strings.IndexFunc(s, unicode.IsSpace)
	if end < 0 {
		return s, ""
	}
	return s[:end], strings.TrimSpace(s[end:])
}
