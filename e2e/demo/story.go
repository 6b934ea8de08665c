package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/e2e/stack"
)

// storyTime is how far Zoom's clock is put ahead in the story, which is how long
// the meeting lasts.
const storyTime = 4 * time.Minute

// ticket is the long, signed part of a connect link, which means nothing to a reader.
var ticket = regexp.MustCompile(`(/oauth2/(?:[a-z]+/)?connect\?\w+=)[^)\s]+`)

// scene is one step of the story: what happens, and the result.
type scene struct {
	title string
	play  func(ctx context.Context, c *cast, p *props) (shown string, err error)
}

// props is the state that scenes pass on.
type props struct {
	from   int         // how many events alice had received before the scene
	prompt *model.Post // the ephemeral post with the connect link
	post   *model.Post // the meeting's post, as it was last seen
	id     string      // the meeting's number

	hook      stack.Hook       // the URL and token for Jenkins
	job       *stack.Job       // the job in Jenkins
	bitbucket *stack.Bitbucket // where the code is
	repo      *stack.Repo
	pull      *stack.Pull
	issue     string     // the error's number in Sentry
	card      stack.Card // the card that the story is about, as it was last seen
}

// scenes is the story.
var scenes = []scene{
	{"The admin has installed the bundle and entered the Zoom app's client ID and secrets.", checkSetup},
	{"alice, who is not connected to Zoom yet, types: /zoom start Standup", startUnconnected},
	{"She opens the link and allows the app in Zoom. The start continues.", connect},
	{"She opens the meeting: Zoom reports that it started.", begin},
	{"bob types /zoom start in the same channel.", startSecond},
	{"Two people join; four minutes later the meeting ends. The same post shows it.", end},
	{"The admin enables Jenkins and Bitbucket, and registers this server in Bitbucket.", switchOn},
	{"alice types /jenkins connect in another channel.", connectJenkins},
	{"A build starts and fails.", buildFails},
	{"alice clicks Start Zoom meeting on its card.", meetAboutBuild},
	{"The next build fixes it.", buildFixed},
	{"alice types /jenkins status.", jenkinsStatus},
	{"alice types /bitbucket connect, with a URL copied from her browser.", connectBitbucket},
	{"She pushes two commits; one of six builds fails.", pushFails},
	{"The failed build is run again, and passes.", pushFixed},
	{"She opens a pull request; bob comments on it, and its builds pass.", pullOpens},
	{"bob clicks Approve on the card.", bobApproves},
	{"alice clicks Merge on the card.", aliceMerges},
	{"The admin enables Sentry, and alice types /sentry connect with names in mixed quotes.", connectSentry},
	{"An error happens for the first time. She clicks Resolve on its card.", errorResolved},
	{"The next day it happens again.", errorRegresses},
	{"The admin enables PagerDuty. alice types /pduty connect, and /pduty trigger Checkout is slow.", triggerIncident},
	{"She acknowledges it, adds a note, and resolves it, all on its card.", incidentResolved},
}

// play plays the scenes and prints what each showed.
func play(ctx context.Context, c *cast) error {
	fmt.Printf("\nThe story\n=========\n")
	var p props
	for i, s := range scenes {
		fmt.Printf("\n%d. %s\n", i+1, s.title)
		p.from = c.ear.Count()
		shown, err := s.play(ctx, c, &p)
		if err != nil {
			return errors.Wrapf(err, "step %d", i+1)
		}
		for line := range strings.Lines(shown) {
			fmt.Printf("     | %s", line)
		}
		fmt.Println()
	}
	return nil
}

func checkSetup(ctx context.Context, c *cast, _ *props) (string, error) {
	ear, err := c.stack.Admin.Listen()
	if err != nil {
		return "", err
	}
	defer ear.Close()
	if err := c.stack.Admin.Type(ctx, c.channel.Id, "/zoom doctor"); err != nil {
		return "", err
	}
	report, err := ear.Ephemeral(ctx, 0, "self-check")
	if err != nil {
		return "", err
	}
	return "admin types /zoom doctor and sees:\n" + stack.Text(report), nil
}

func startUnconnected(ctx context.Context, c *cast, p *props) (string, error) {
	if err := c.alice.Type(ctx, c.channel.Id, "/zoom start Standup"); err != nil {
		return "", err
	}
	var err error
	if p.prompt, err = c.ear.Ephemeral(ctx, p.from, "/oauth2/connect"); err != nil {
		return "", err
	}
	return "only alice sees:\n" + ticket.ReplaceAllString(stack.Text(p.prompt), "$1…"), nil
}

func connect(ctx context.Context, c *cast, p *props) (string, error) {
	link, err := stack.ConnectLink(p.prompt)
	if err != nil {
		return "", err
	}
	page, err := c.alice.Authorize(ctx, link, c.alice.User.Email)
	if err != nil {
		return "", err
	}
	if page.Status != 200 {
		return "", errors.Errorf("the browser ended at %s with status %d: %.300s", page.URL.Path, page.Status, page.Body)
	}
	posts, err := c.alice.MeetingPosts(ctx, c.channel.Id)
	if err != nil {
		return "", err
	}
	if len(posts) != 1 {
		return "", errors.Errorf("%d meeting posts instead of one", len(posts))
	}
	p.post, p.id = posts[0], fmt.Sprint(posts[0].GetProp("meeting_id"))
	return "the channel shows:\n" + describe(p.post), nil
}

func begin(ctx context.Context, c *cast, p *props) (string, error) {
	if err := c.stack.Sandbox.StartMeeting(ctx, p.id); err != nil {
		return "", err
	}
	return rewritten(ctx, c, p, "STARTED", func(post *model.Post) bool { return post.GetProp("meeting_started") == true })
}

func startSecond(ctx context.Context, c *cast, _ *props) (string, error) {
	ear, err := c.bob.Listen()
	if err != nil {
		return "", err
	}
	defer ear.Close()
	if err := c.bob.Type(ctx, c.channel.Id, "/zoom start Another"); err != nil {
		return "", err
	}
	prompt, err := ear.Ephemeral(ctx, 0, "alice")
	if err != nil {
		return "", err
	}
	return "only bob sees:\n" + describe(prompt), nil
}

func end(ctx context.Context, c *cast, p *props) (string, error) {
	for _, name := range []string{"alice", "bob"} {
		if err := c.stack.Sandbox.JoinMeeting(ctx, p.id, name); err != nil {
			return "", err
		}
	}
	if err := c.stack.Sandbox.PutAhead(ctx, storyTime); err != nil {
		return "", err
	}
	before := describe(p.post)
	if err := c.stack.Sandbox.EndMeeting(ctx, p.id); err != nil {
		return "", err
	}
	after, err := rewritten(ctx, c, p, "ENDED", func(post *model.Post) bool { return post.GetProp("meeting_duration") != nil })
	if err != nil {
		return "", err
	}
	return "before:\n" + before + "\n" + after, nil
}

// rewritten waits until the post has the status and the other properties, and describes it.
func rewritten(ctx context.Context, c *cast, p *props, status string, fits func(*model.Post) bool) (string, error) {
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		post, err := c.alice.Post(ctx, p.post.Id)
		if err != nil {
			return "", err
		}
		if p.post = post; post.GetProp("meeting_status") == status && fits(post) {
			return "after, in the same post:\n" + describe(post), nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return "", errors.Errorf("the post did not become %s:\n%s", status, describe(p.post))
}

// describe returns a post in plain text: as mobile apps show it, with the
// facts that the webapp draws its own picture from.
func describe(post *model.Post) string {
	lines := strings.Split(stack.Text(post), "\n")
	for _, attachment := range post.Attachments() {
		for _, action := range attachment.Actions {
			lines = append(lines, "["+action.Name+"]")
		}
	}
	var facts []string
	for _, key := range []string{"meeting_status", "meeting_started", "meeting_start_time", "meeting_end_time", "meeting_duration"} {
		value := post.GetProp(key)
		if value == nil {
			continue
		}
		if at, ok := value.(float64); ok && strings.HasSuffix(key, "_time") {
			value = time.UnixMilli(int64(at)).UTC().Format("2006-01-02 15:04:05 UTC")
		}
		facts = append(facts, fmt.Sprintf("%s=%v", strings.TrimPrefix(key, "meeting_"), value))
	}
	return strings.Join(append(lines, "("+strings.Join(facts, ", ")+")"), "\n")
}
