package bitbucket

import (
	"slices"

	"mattermost-plugin-zoom/server/chat"
)

// defaultStrategy is the option for the repository's default strategy.
const defaultStrategy = "default"

// mergeForm asks how to merge. Deleting the branch isn't offered for a Data Center, which does it in another way.
func mergeForm(p pullDetails, closes bool) *chat.Form {
	options := []chat.Option{}
	if p.DefaultStrategy == "" {
		options = append(options, chat.Option{Label: chat.Say("bitbucket.strategy.usual"), Value: defaultStrategy})
	}
	for _, id := range p.Strategies {
		options = append(options, chat.Option{Label: strategyLabel(id), Value: id})
	}
	form := &chat.Form{
		Title:  chat.Say("bitbucket.form.merge"),
		Intro:  chat.Say("bitbucket.form.merge_intro").WithText("Pull", pullLink(p.pull)).WithText("From", branchCode(p.From)).WithText("To", branchCode(p.To)),
		Submit: chat.Say("bitbucket.action.merge"),
		Fields: []chat.FormField{{
			Name: fieldStrategy, Kind: chat.SelectField, Label: chat.Say("bitbucket.form.strategy"),
			Default: firstNonBlank(p.DefaultStrategy, defaultStrategy), Options: options,
		}, {
			Name: fieldMessage, Kind: chat.LongTextField, Label: chat.Say("bitbucket.form.message"), Help: chat.Say("bitbucket.form.message_help"),
			Optional: true, MaxLength: maxWritten,
		}},
	}
	if closes {
		form.Fields = append(form.Fields, chat.FormField{
			Name: fieldClose, Kind: chat.BoolField, Label: chat.Say("bitbucket.form.close_source"), Optional: true,
			Default: map[bool]string{true: "true", false: "false"}[p.CloseSource],
		})
	}
	return form
}

// strategyLabel names a merge strategy; both products add some now and then.
func strategyLabel(id string) chat.Message {
	if slices.Contains([]string{
		"merge_commit", "squash", "fast_forward", "squash_fast_forward", "rebase_fast_forward", "rebase_merge", "no-ff", "ff", "ff-only", "rebase-no-ff", "rebase-ff-only", "squash-ff-only",
	}, id) {
		return chat.Say("bitbucket.strategy." + id)
	}
	return chat.Verbatim(chat.Truncate(id, maxName))
}

// declineForm asks for confirmation.
func declineForm(p pull) *chat.Form {
	return &chat.Form{
		Title: chat.Say("bitbucket.form.decline"), Submit: chat.Say("bitbucket.action.decline"),
		Intro: chat.Say("bitbucket.form.decline_intro").WithText("Pull", pullLink(p)),
	}
}

// commentForm asks for a comment or reply.
func commentForm(p pull, parent int64) *chat.Form {
	form := &chat.Form{
		Title: chat.Say("bitbucket.form.comment"), Submit: chat.Say("bitbucket.form.send"),
		Intro: chat.Say("bitbucket.form.comment_intro").WithText("Pull", pullLink(p)),
		Fields: []chat.FormField{{
			Name: fieldText, Kind: chat.LongTextField, Label: chat.Say("bitbucket.form.text"), Help: chat.Say("bitbucket.form.text_help"),
			MaxLength: maxWritten,
		}},
	}
	if parent > 0 {
		form.Title, form.Intro = chat.Say("bitbucket.form.reply"), chat.Say("bitbucket.form.reply_intro").WithText("Pull", pullLink(p))
	}
	return form
}

// pullLink returns a pull request as a link.
func pullLink(p pull) chat.Text { return chat.Link("#"+itoa(p.ID)+" "+p.Title, p.URL) }
