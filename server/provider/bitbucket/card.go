package bitbucket

import (
	"encoding/json"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Limits of lists on a card, in lines.
const (
	maxBuildLines = 8
	maxFailed     = 3
)

// appearance is how a state looks. It never depends on color alone.
type appearance struct {
	emoji string
	tone  chat.Tone
	state string
}

// message returns the state in words.
func (l appearance) message() chat.Message { return chat.Say("bitbucket.state." + l.state) }

// Card draws a commit, a branch or tag, or a pull request.
func (*Bitbucket) Card(raw json.RawMessage) (chat.Card, error) {
	s, err := readState(raw)
	if err != nil {
		return chat.Card{}, err
	}
	card := chat.Card{Footer: s.Repo.Name, At: s.At}
	switch {
	case s.Pull != nil:
		s.pullCard(&card)
	case s.Ref != nil:
		s.refCard(&card)
	case s.Refs != nil:
		s.refsCard(&card)
	case s.Commit != nil:
		s.commitCard(&card)
	default:
		return chat.Card{}, errors.New("a state of nothing")
	}
	return card, nil
}

// setAppearance sets how the card looks.
func setAppearance(card *chat.Card, l appearance) {
	card.Emoji, card.Tone, card.State = l.emoji, l.tone, l.message()
}

// addField adds a fact if it isn't empty.
func addField(card *chat.Card, label, value chat.Message, long bool) {
	if !value.Zero() {
		card.Fields = append(card.Fields, chat.Field{Label: label, Value: value, Long: long})
	}
}

// buildAppearance returns how the builds look together.
func buildAppearance(t buildCounts) appearance {
	switch {
	case t.failed > 0:
		return appearance{"x", chat.ToneFailure, "failed"}
	case t.running > 0:
		return appearance{"hourglass_flowing_sand", chat.ToneRunning, "running"}
	case t.stopped > 0:
		return appearance{"black_square_for_stop", chat.ToneInactive, "stopped"}
	}
	return appearance{"white_check_mark", chat.ToneSuccess, "passed"}
}

// commitCard draws a commit with its builds and pushes.
func (s state) commitCard(card *chat.Card) {
	l := appearance{"speech_balloon", chat.ToneNeutral, "discussed"}
	switch forced := s.forced(); {
	case len(s.Builds) > 0:
		l = buildAppearance(countBuilds(s.Builds))
	case forced:
		l = appearance{"warning", chat.ToneWarning, "forced"}
	case len(s.Pushes) > 0:
		l = appearance{"arrow_up", chat.ToneNeutral, "pushed"}
	}
	setAppearance(card, l)
	card.Open = len(s.Builds) > 0 && (l.tone == chat.ToneRunning || l.tone == chat.ToneFailure)
	card.Title, card.URL = firstNonBlank(s.Commit.Title, abbreviate(s.Commit.Hash)), s.Repo.commitURL(s.Commit.Hash)
	card.Author = s.Commit.Author
	if last := len(s.Pushes) - 1; last >= 0 && s.Pushes[last].By.Name != "" {
		card.Author = s.Pushes[last].By.Name
	}
	card.Text = provider.JoinLines(summary(s.Builds), s.streakText(), s.commits())
	if s.CardComment != nil && len(s.Pushes) == 0 {
		card.Text = provider.JoinLines(card.Text, s.CardComment.sentence(s.CardComment.By))
	}
	addField(card, chat.Say("bitbucket.field.branch"), s.branches(), false)
	addField(card, chat.Say("bitbucket.field.commit"), chat.VerbatimText(chat.Link(abbreviate(s.Commit.Hash), card.URL)), false)
	addField(card, chat.Say("bitbucket.field.builds"), buildLines(s.Builds), true)
	if len(rerunnableBuilds(s.Builds)) > 0 {
		card.Actions = []chat.Action{{ID: actionRerun, Label: chat.Say("bitbucket.action.rerun")}}
	}
}

func (s state) forced() bool {
	for _, p := range s.Pushes {
		if p.Forced {
			return true
		}
	}
	return false
}

// branches lists the branches that were pushed to the commit or that it was built for.
func (s state) branches() chat.Message {
	var names []chat.Message
	known := map[string]bool{"": true}
	add := func(name string) {
		if !known[name] && len(names) < maxPushes {
			names = append(names, chat.VerbatimText(chat.Code(chat.Truncate(name, maxName))))
		}
		known[name] = true
	}
	for _, p := range s.Pushes {
		add(p.Branch)
	}
	for _, b := range s.Builds {
		add(b.Branch)
	}
	return joinComma(names...)
}

// commits lists the commits of the latest push if it had more than this one.
func (s state) commits() chat.Message {
	if len(s.Pushes) == 0 {
		return chat.Message{}
	}
	last := s.Pushes[len(s.Pushes)-1]
	if len(last.Commits) < 2 {
		return chat.Message{}
	}
	var all []chat.Message
	for _, c := range last.Commits {
		all = append(all, chat.Say("bitbucket.commit", "Title", c.Title, "Author", c.Author).WithText("Commit", chat.Link(abbreviate(c.Hash), s.Repo.commitURL(c.Hash))))
	}
	if last.More {
		all = append(all, chat.Say("bitbucket.commits_more"))
	}
	return provider.JoinLines(all...)
}

// summary returns the states of the builds in one line ("5 of 6 passed, lint failed").
func summary(builds []build) chat.Message {
	t := countBuilds(builds)
	switch {
	case t.all == 0:
		return chat.Message{}
	case t.passed == t.all:
		return chat.Plural("bitbucket.builds.passed", t.all)
	}
	parts := []chat.Message{chat.Say("bitbucket.builds.some", "Passed", itoa(int64(t.passed)), "All", itoa(int64(t.all)))}
	failed := 0
	for _, b := range builds {
		if b.State != buildFailed {
			continue
		}
		if failed++; failed <= maxFailed {
			parts = append(parts, chat.Say("bitbucket.builds.failed", "Build", chat.Truncate(b.label(), maxName)))
		}
	}
	if failed > maxFailed {
		parts = append(parts, chat.Plural("bitbucket.builds.failed_more", failed-maxFailed))
	}
	if t.running > 0 {
		parts = append(parts, chat.Plural("bitbucket.builds.running", t.running))
	}
	if t.stopped > 0 {
		parts = append(parts, chat.Plural("bitbucket.builds.stopped", t.stopped))
	}
	return joinComma(parts...)
}

// streakText says how many failures the builds fixed, or how often they failed in a row.
func (s state) streakText() chat.Message {
	worst := build{}
	for _, b := range s.shown() {
		if b.State == buildFailed && (worst.State != buildFailed || b.Streak > worst.Streak) ||
			b.State == buildPassed && worst.State != buildFailed && b.Streak > worst.Streak {
			worst = b
		}
	}
	switch {
	case worst.State == buildFailed && worst.Streak > 1:
		return chat.Plural("bitbucket.builds.failed_again", worst.Streak)
	case worst.State == buildPassed && worst.Streak > 0 && countBuilds(s.shown()).failed == 0:
		return chat.Plural("bitbucket.builds.fixed", worst.Streak)
	}
	return chat.Message{}
}

// buildLines lists the builds, failed ones first.
func buildLines(builds []build) chat.Message {
	var all []chat.Message
	for _, state := range []string{buildFailed, buildRunning, buildStopped, buildPassed} {
		for _, b := range builds {
			if b.State == state && len(all) < maxBuildLines {
				all = append(all, chat.Say("bitbucket.build."+state).WithText("Build", chat.Link(chat.Truncate(b.Name, maxName), b.URL)))
			}
		}
	}
	return provider.JoinLines(append(all, moreText(len(builds), len(all)))...)
}

// refCard draws a branch or tag.
func (s state) refCard(card *chat.Card) {
	kind := kindBranch
	l := appearance{"seedling", chat.ToneNeutral, "created"}
	if s.Ref.Tag {
		kind, l.emoji = kindTag, "label"
	}
	switch {
	case s.Ref.Deleted:
		l = appearance{"wastebasket", chat.ToneInactive, "deleted"}
	case s.Ref.Moved:
		l = appearance{"warning", chat.ToneWarning, "moved"}
	}
	setAppearance(card, l)
	card.Title, card.Author = s.Ref.Name, s.Ref.By.Name
	if !s.Ref.Deleted {
		card.URL = s.Repo.commitURL(s.Ref.Hash)
	}
	card.Text = chat.Say("bitbucket.ref." + kind)
	addField(card, chat.Say("bitbucket.field.commit"), chat.VerbatimText(chat.Link(abbreviate(s.Ref.Hash), s.Repo.commitURL(s.Ref.Hash))), false)
}
