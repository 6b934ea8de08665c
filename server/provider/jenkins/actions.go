package jenkins

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"unicode"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// HandleAction implements provider.ActionHandler. All actions use the API token of the connection. A card proves nothing: anyone who has
// the hook's secret can create one for any job. So the token is used only for the jobs that the user who entered it confirmed, and only
// if Jenkins still has the same build under the card's number.
func (Jenkins) HandleAction(ctx context.Context, s provider.Session, c provider.ActionRequest) (provider.ActionResult, error) {
	var b build
	if err := json.Unmarshal(c.State, &b); err != nil {
		return provider.ActionResult{}, errors.Wrap(err, "read a build")
	}
	at, ok := newClient(s, b.Location)
	if !ok {
		return provider.ActionResult{Note: chat.Say("jenkins.act.elsewhere").WithText("Base", chat.Code(s.Site.URL))}, nil
	}
	if !inScope(s.Scope, b.Location) {
		return provider.ActionResult{Note: chat.Say("jenkins.act.unconfirmed").WithText("Job", chat.Code(b.Location.job())).WithText("Jobs", chat.Code(strings.Join(s.Scope, ", ")))}, nil
	}
	known, err := at.lookUp(ctx)
	if err != nil {
		return provider.ActionResult{}, err
	}
	if !b.matches(known) {
		return provider.ActionResult{Note: chat.Say("jenkins.act.other_build", "Build", b.view().title())}, nil
	}
	switch c.Action {
	case actionRebuild:
		return at.rebuild(ctx, c)
	case actionAbort:
		return at.abort(ctx, c, known.Building)
	case actionLog:
		return at.showLog(ctx, c)
	}
	return provider.ActionResult{}, fault.New(fault.InvalidInput)
}

// matches reports whether the card's build is the one that Jenkins has now: a job that was deleted and created again has another build
// with the same number.
func (b build) matches(f remoteBuild) bool {
	if b.Hints.Queue > 0 && f.QueueID > 0 {
		return b.Hints.Queue == f.QueueID
	}
	if start, slack := b.Hints.startTime(); start > 0 {
		return distance(start, f.Timestamp) <= slack
	}
	last := cmp.Or(b.Hints.First, b.Hints.SeenStart, b.Hints.ResultNamed)
	return last == 0 || f.Timestamp <= last+startSlack
}

func (c client) rebuild(ctx context.Context, by provider.ActionRequest) (provider.ActionResult, error) {
	takes, values, err := c.parameters(ctx)
	if err != nil {
		return provider.ActionResult{}, err
	}
	if err := c.startBuild(ctx, takes, values); err != nil {
		return provider.ActionResult{}, err
	}
	text := chat.Say("jenkins.act.rebuilding", "Who", by.By)
	if len(values) > 0 {
		text = text.WithText("Parameters", chat.Plain("yes"))
	}
	return provider.ActionResult{Reply: chat.Reply{Text: text}}, nil
}

// abort stops the build if it is running. For a finished build, Jenkins accepts the request and does nothing.
func (c client) abort(ctx context.Context, by provider.ActionRequest, running bool) (provider.ActionResult, error) {
	if !running {
		return provider.ActionResult{}, fault.New(fault.TooLate).With("Provider", c.Provider)
	}
	if err := c.stop(ctx); err != nil {
		return provider.ActionResult{}, err
	}
	return provider.ActionResult{Reply: chat.Reply{Text: chat.Say("jenkins.act.aborting", "Who", by.By)}}, nil
}

func (c client) showLog(ctx context.Context, by provider.ActionRequest) (provider.ActionResult, error) {
	log, err := c.fetchLog(ctx)
	if err != nil {
		return provider.ActionResult{}, err
	}
	block := lastLines(log)
	if block.Empty() {
		return provider.ActionResult{Note: chat.Say("jenkins.act.log_empty")}, nil
	}
	return provider.ActionResult{Reply: chat.Reply{Text: chat.Say("jenkins.act.log", "Who", by.By).WithText("Log", block)}}, nil
}

// stripControls removes characters from a line of a log that could change how other text is shown.
func stripControls(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\t':
			return ' '
		case unicode.IsControl(c), unicode.Is(unicode.Bidi_Control, c):
			return -1
		}
		return c
	}, strings.ToValidUTF8(text, "\ufffd"))
}
