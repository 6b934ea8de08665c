package sentry

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

const (
	// maxSteps limits the remembered steps of an issue, maxPulls the pull requests of a step, and maxFiles the files of a step.
	maxSteps = 12
	maxPulls = 5
	maxFiles = 5
	// sameStepWindow is how far apart two deliveries about one step may arrive: both the webhook and an alert that watches Seer report
	// it.
	sameStepWindow = 10 * time.Minute
)

// seerStep is one step that Seer, Sentry's AI agent, takes on an issue.
type seerStep struct {
	// Name is Sentry's name, such as "root_cause_completed". Run is its run, "" if it isn't known.
	Name string `json:"name"`
	Run  string `json:"run,omitempty"`
	// Text is Seer's finding with line breaks, for the thread. ContentHash identifies it and is kept.
	Text        string `json:"text,omitempty"`
	ContentHash string `json:"content_hash,omitempty"`
	Pulls       []pull `json:"pulls,omitempty"`
	// At is when it was first received.
	At time.Time `json:"at,omitzero"`
}

// pull is a pull request.
type pull struct {
	Repo   string `json:"repo,omitempty"`
	Number string `json:"number,omitempty"`
	URL    string `json:"url"`
}

// link returns the pull request as a link.
func (p pull) link() chat.Text {
	label := p.Repo
	if p.Number != "" {
		label += "#" + p.Number
	}
	return chat.Link(cmp.Or(label, p.URL), p.URL)
}

// contentHash identifies the step's content; "" for a step without any.
func (s seerStep) contentHash() string {
	parts := []string{s.Text}
	for _, p := range s.Pulls {
		parts = append(parts, p.URL)
	}
	if all := strings.Join(parts, "\x00"); all != "" {
		return untrusted.HashID(all)[:8]
	}
	return ""
}

// matches reports whether both are the same step: an alert that watches Seer names no run and may leave the content out.
func (s seerStep) matches(o seerStep) bool {
	if s.Name != o.Name || s.Run != o.Run && s.Run != "" && o.Run != "" {
		return false
	}
	if s.ContentHash != "" && o.ContentHash != "" {
		return s.ContentHash == o.ContentHash
	}
	return s.At.Sub(o.At).Abs() <= sameStepWindow
}

// seerSteps are the steps of an issue, oldest first.
type seerSteps []seerStep

// add returns the steps with one more, or with what it adds to a known one, and whether it is new.
func (all seerSteps) add(s seerStep) (next seerSteps, fresh bool) {
	s.ContentHash, s.Text = s.contentHash(), ""
	next, fresh = slices.Clone(all), true
	at := slices.IndexFunc(next, s.matches)
	if at < 0 {
		next = append(next, s)
	} else {
		known := &next[at]
		fresh = known.ContentHash == "" && s.ContentHash != ""
		known.Run, known.ContentHash = cmp.Or(known.Run, s.Run), cmp.Or(known.ContentHash, s.ContentHash)
		if len(known.Pulls) == 0 {
			known.Pulls = s.Pulls
		}
		if s.At.Before(known.At) {
			known.At = s.At
		}
	}
	slices.SortFunc(next, func(a, b seerStep) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(stepRank(a.Name), stepRank(b.Name)), strings.Compare(a.Name+a.ContentHash, b.Name+b.ContentHash))
	})
	return next[max(0, len(next)-maxSteps):], fresh
}

// stepRank orders steps that are received at the same time.
func stepRank(name string) int { return slices.Index(stepNames(), name) }

// stepNames returns the steps in their order.
func stepNames() []string {
	return []string{
		"triage_started", "triage_completed", "root_cause_started", "root_cause_completed",
		"impact_assessment_started", "impact_assessment_completed", "solution_started", "solution_completed",
		"coding_started", "coding_completed", "pr_created", "iteration_started", "iteration_completed", "pr_ready_for_review",
	}
}

// sentence says what Seer does or did, with the pull requests.
func (s seerStep) sentence() chat.Message {
	id := "sentry.seer." + s.Name
	if stepRank(s.Name) < 0 {
		return chat.Say("sentry.seer.other", "Step", spacedWords(s.Name))
	}
	var links []chat.Text
	for _, p := range s.Pulls {
		links = append(links, p.link())
	}
	return chat.Say(id).WithText("Pulls", chat.Join(", ", links...))
}

// foldSeer posts a step.
func (f *fold) foldSeer() {
	if f.data.Seer == nil {
		return
	}
	reported, fresh := *f.data.Seer, false
	reported.At = f.data.At
	if f.Issue.Seer, fresh = f.Issue.Seer.add(reported); !fresh {
		return
	}
	text := provider.JoinLines(reported.sentence(), escapedLines(reported.Text))
	f.change.Replies = append(f.change.Replies, chat.Reply{Text: text})
	if f.change.Kind == kindChanged {
		f.change.Kind = kindSeer
	}
}

// seerText returns Seer's latest step and its pull requests.
func (k *issueState) seerText() chat.Message {
	if len(k.Seer) == 0 {
		return chat.Message{}
	}
	last := k.Seer[len(k.Seer)-1]
	var pulls chat.Message
	if len(last.Pulls) == 0 {
		for _, s := range slices.Backward(k.Seer) {
			if len(s.Pulls) > 0 {
				pulls = s.sentence()
				break
			}
		}
	}
	return provider.JoinLines(pulls, last.sentence())
}
