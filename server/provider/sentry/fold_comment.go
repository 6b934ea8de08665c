package sentry

import (
	"cmp"
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// foldComment posts a comment, and each change of it, once.
func (f *fold) foldComment() {
	c := f.data.Comment
	record := commentRecord{ID: c.ID, At: c.At, Action: c.Action}
	all := slices.Clone(f.Issue.Comments)
	at := slices.IndexFunc(all, func(r commentRecord) bool { return r.ID == c.ID })
	again := at >= 0 && c.Action == "created" && all[at].Action == c.Action
	switch {
	case at < 0:
		all = append(all, record)
	case again:
		// The response to its author and the delivery have different times.
		all[at].At = untrusted.Latest(all[at].At, c.At)
	case cmp.Or(all[at].At.Compare(c.At), cmp.Compare(commentRank(all[at].Action), commentRank(c.Action))) >= 0:
		return
	default:
		all[at] = record
	}
	slices.SortFunc(all, func(a, b commentRecord) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID)) })
	f.Issue.Comments = all[max(0, len(all)-maxComments):]
	if again {
		return // no kind, because it was posted
	}
	f.change.Kind = kindComment
	switch {
	case c.Action == commentDeleted && at >= 0:
		f.replyWithActor(chat.Say("sentry.reply.comment_deleted"), f.data.By)
	case c.Action == commentDeleted:
	case c.Action == "updated":
		f.replyWithActor(chat.Say("sentry.reply.comment_updated").WithText("Excerpt", inlineOrBelow(c.Excerpt)), f.data.By)
	default:
		f.Issue.Expected, f.change.OriginChannel = f.Issue.Expected.Remove(commentFingerprint(c.Excerpt))
		f.replyWithActor(chat.Say("sentry.reply.comment").WithText("Excerpt", inlineOrBelow(c.Excerpt)), f.data.By)
	}
}

func commentRank(action string) int {
	return slices.Index([]string{"created", "updated", commentDeleted}, action)
}
