package jenkins

import (
	"mattermost-plugin-zoom/server/chat"
)

// threadReplies returns the thread replies: messages of a pipeline, commits, a result that someone should look at or has waited for, and
// failed tests. What the card already says, and no one has to be told, isn't repeated.
func threadReplies(first bool, was, is view, messages []message) []chat.Reply {
	var all []chat.Reply
	tell := func(text chat.Message) { all = append(all, chat.Reply{Text: text}) }
	for _, m := range messages {
		if !first {
			tell(chat.Say("jenkins.reply.message").WithText("Text", chat.PlainLines(m.Text)))
		}
	}
	if is.ChangeCount > 0 && was.ChangeCount == 0 {
		tell(is.commitsReply())
	}
	if !first && is.Result != was.Result && (was.Result != "" || is.notable()) {
		tell(is.resultReply(was))
	}
	if is.Tests != nil && (was.Tests == nil || len(is.Tests.Names) > len(was.Tests.Names)) && is.Tests.Failed > 0 {
		tell(is.Tests.testsReply())
	}
	return all
}

// notable reports whether the result is more than that a build ended as usual.
func (v view) notable() bool {
	switch v.kind() {
	case kindSuccess, kindAborted, kindNotBuilt:
		return false
	}
	return true
}

// resultReply returns the result, or a correction of the previous one.
func (v view) resultReply(was view) chat.Message {
	f := appearances()[v.kind()]
	m := chat.Say("jenkins.reply.ended").WithText("Emoji", chat.Emoji(f.emoji)).WithMessage("State", f.state)
	if was.Result != "" {
		m = chat.Say("jenkins.reply.corrected").WithText("Emoji", chat.Emoji(f.emoji)).WithMessage("State", f.state)
	}
	if v.Duration > 0 {
		m = m.WithMessage("Span", durationText(v.duration()))
	}
	if streak := v.streak(); !streak.Zero() {
		return chat.Lines(m, streak)
	}
	return m
}

// commitsReply lists the new commits with short ID, first line and author.
func (v view) commitsReply() chat.Message {
	lines := []chat.Message{chat.Plural("jenkins.reply.changes", v.ChangeCount)}
	for _, c := range v.Changes {
		author := chat.Enclosed("– ", chat.Plain(c.Author), "")
		lines = append(lines, chat.VerbatimText(chat.Item(chat.Join(" ", chat.Code(c.ID), chat.Plain(c.Message), author))))
	}
	return chat.Lines(appendMore(lines, v.ChangeCount-len(v.Changes))...)
}

// testsReply returns the test results and the first failed tests.
func (t tests) testsReply() chat.Message {
	lines := []chat.Message{chat.Say("jenkins.reply.tests").WithMessage("Tests", t.sentence())}
	for _, failed := range t.Names {
		lines = append(lines, chat.VerbatimText(chat.Item(chat.Code(failed))))
	}
	if len(t.Names) == 0 {
		return chat.Lines(lines...)
	}
	return chat.Lines(appendMore(lines, t.Listed-len(t.Names))...)
}

func appendMore(lines []chat.Message, rest int) []chat.Message {
	if rest > 0 {
		lines = append(lines, chat.Plural("jenkins.reply.more", rest))
	}
	return lines
}
