// Package command is a tree of slash commands: what users can type, what it runs, and who may run it.
//
// The same tree runs a line, writes its help text and feeds the chat product's autocomplete. It parses no arguments; commands do.
package command

import (
	"context"
	"strings"
	"unicode"

	"mattermost-plugin-zoom/server/chat"
)

// Command is a word of a command line, with its subcommands or what it runs.
type Command struct {
	// Name is the word, in lower case.
	Name string
	// Hint shows the arguments, such as "[topic]"; zero for none.
	Hint chat.Message
	// Help is one sentence about what the command does.
	Help chat.Message
	// Admin restricts the command to system admins; for others it doesn't exist.
	Admin bool
	// Run carries out the command. A non-zero message is the response; a zero message means that Run has responded already.
	Run func(ctx context.Context, call Call) (chat.Message, error)
	// Sub are the subcommands.
	Sub []*Command
}

// Call is one typed command line.
type Call struct {
	Actor chat.Actor
	// Admin reports whether the caller is a system admin; nil for no. It is asked only if the command depends on it.
	Admin func() bool
	Place chat.Place
	// Window identifies the browser window in which the line was typed; "" if the surface doesn't say.
	Window string
	// Talk is the conversation that the line starts.
	Talk chat.Conversation
	// Trigger is the first word of the line, without the slash.
	Trigger string
	// Text is the rest of the line after the command's words, as typed but trimmed.
	Text string
}

// Find follows the words of the line down the tree while they name commands that the caller may see. It returns the last such command and
// the rest of the line.
func (c *Command) Find(line string, admin func() bool) (*Command, string) {
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

// Visible returns the subcommands that the caller may see.
func (c *Command) Visible(admin bool) []*Command {
	var seen []*Command
	for _, sub := range c.Sub {
		if admin || !sub.Admin {
			seen = append(seen, sub)
		}
	}
	return seen
}

// ByAdmin reports whether the caller is a system admin.
func (c Call) ByAdmin() bool { return c.Admin != nil && c.Admin() }

// Execute runs the command that the line names, such as "/zoom start Stand-up" in the tree of "zoom". A line that names none gets help:
// the message for an unknown word, or the list of commands.
func (c *Command) Execute(ctx context.Context, line string, call Call) (chat.Message, error) {
	trigger, rest := cutWord(strings.TrimSpace(line))
	call.Trigger = strings.TrimPrefix(trigger, "/")
	found, text := c.Find(rest, call.ByAdmin)
	if found.Run == nil {
		return c.misunderstood(text, call.ByAdmin)
	}
	call.Text = text
	return found.Run(ctx, call)
}

func (c *Command) misunderstood(text string, admin func() bool) (chat.Message, error) {
	help, _ := c.Find("help", admin)
	if text == "" && help.Run != nil {
		return help.Run(context.Background(), Call{Admin: admin})
	}
	names := make([]chat.Text, 0, len(c.Sub))
	for _, sub := range c.Visible(admin()) {
		names = append(names, chat.Code("/"+c.Name+" "+sub.Name))
	}
	return chat.Say("command.unknown").WithText("Commands", chat.Join(", ", names...)), nil
}

func (c *Command) child(word string, admin func() bool) *Command {
	if word == "" {
		return nil
	}
	for _, sub := range c.Sub {
		if strings.EqualFold(sub.Name, word) && (!sub.Admin || admin()) {
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
