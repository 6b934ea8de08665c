// Command demo starts the plugin on a real Mattermost server beside a sandbox
// that stands in for Zoom, Jenkins and Bitbucket, plays a meeting from start to
// end, builds that fail and are fixed, and a pull request from open to merged,
// prints the result of each step, and keeps running so that you can try it by hand.
//
// With -exit it ends after the story, with an exit status of 1 when a step did
// not show what it should. With -story=false it only starts everything, and
// with -ready FILE it writes where everything is to a file, for other programs.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/e2e/stack"
)

// preferredPort is where a Mattermost server is by default.
const preferredPort = 8065

func main() {
	var o options
	flag.BoolVar(&o.exit, "exit", false, "exit after the story instead of running until Ctrl-C")
	flag.BoolVar(&o.story, "story", true, "play the story")
	flag.StringVar(&o.ready, "ready", "", "write the addresses and logins to this file as JSON when all is up")
	flag.StringVar(&o.name, "name", "demo", "the folder below e2e/artifacts for the logs")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "\nThe demo failed:", err)
		os.Exit(1)
	}
}

type options struct {
	exit, story bool
	ready, name string
}

// run is the whole program; it returns when the story failed, when it is over
// and -exit was given, or at Ctrl-C.
func run(ctx context.Context, o options) error {
	s, err := stack.Start(ctx, stack.Options{
		Name: o.name, Port: preferredPort, RequireEmailVerification: true, Progress: os.Stdout,
	})
	if err != nil {
		return err
	}
	defer func() {
		fmt.Println("Stopping the servers …")
		s.Close()
	}()
	c, err := newCast(ctx, s)
	if err != nil {
		return err
	}
	if o.story {
		if err := play(ctx, c); err != nil {
			return errors.Wrapf(err, "see the logs in %s", s.Logs())
		}
	}
	if o.ready != "" {
		if err := s.Facts(c.alice, c.bob).Write(o.ready); err != nil {
			return err
		}
	}
	if o.exit {
		return nil
	}
	invite(c, o.story)
	<-ctx.Done()
	fmt.Println()
	return nil
}

// invite prints where to log in and what to try.
func invite(c *cast, played bool) {
	fmt.Printf("\nEverything is running. Press Ctrl-C to stop.\n\n")
	if c.stack.HasClient() {
		fmt.Printf("  Mattermost   %s\n", c.stack.SiteURL)
	} else {
		fmt.Printf("  Mattermost   %s (the API only: set MM_CLIENT_DIR to a web client's folder to see it in a browser,\n", c.stack.SiteURL)
		fmt.Printf("               or add this server in the Mattermost desktop or mobile app)\n")
	}
	z := c.stack.Sandbox
	fmt.Printf("  Log in as    admin, alice or bob (@acme.test), password %s\n", stack.Password)
	fmt.Printf("  Zoom         %s (the sandbox: consent, join page and control API under /_sandbox)\n", z.URL)
	fmt.Printf("  Jenkins      %s (the stand-in: its REST API; control API under /_sandbox/jenkins)\n", z.JenkinsURL())
	fmt.Printf("  Bitbucket    %s (the stand-in for Cloud; control API under /_sandbox/bitbucket)\n", z.Bitbucket().URL)
	fmt.Printf("               %s (the stand-in for a Data Center; /_sandbox/bitbucket-dc)\n", z.DataCenter().URL)
	fmt.Printf("  Logs         %s\n\n", c.stack.Logs())
	fmt.Printf("Try, in the channel ~%s:\n", c.channel.Name)
	fmt.Println("  /zoom start Retro        alice is connected: the meeting is posted at once")
	fmt.Println("  /zoom start again        as another user: join the open meeting, or start another")
	fmt.Println("  /zoom settings           personal meeting ID, a unique one, or ask each time")
	fmt.Println("  /zoom doctor             as an admin: what is set up and what is missing")
	fmt.Printf("Start and end a meeting, with the number from its post:\n")
	fmt.Printf("  curl -X POST %s/_sandbox/meetings/NUMBER/start\n", z.URL)
	fmt.Printf("  curl -X POST %s/_sandbox/meetings/NUMBER/end\n\n", z.URL)
	if played {
		inviteToProviders(c)
	}
}

// inviteToProviders prints what to try with Jenkins and Bitbucket, which the story has
// set up.
func inviteToProviders(c *cast) {
	fmt.Printf("Try, in the channel ~%s:\n", c.tools.Name)
	fmt.Println("  /jenkins configure       which events are posted, and how")
	fmt.Println("  /jenkins status          the latest deliveries and their results")
	fmt.Println("  /bitbucket disconnect    also deletes the webhook in Bitbucket")
	fmt.Println("  help                     in the conversation with the bot, where commands work without a slash")
	control := "  curl %s/_sandbox/%s -d '%s'\n"
	fmt.Println("Start and end a build, with the number that the first command returns:")
	fmt.Printf(control, c.stack.Sandbox.URL, "jenkins/start", `{"job":"web","cause":"Started by user bob"}`)
	fmt.Printf(control, c.stack.Sandbox.URL, "jenkins/finish", `{"job":"web","number":3,"result":"UNSTABLE","seconds":60}`)
	fmt.Println("Push a commit, report a failed build, and open a pull request:")
	repo := "bitbucket/repos/" + repository
	fmt.Printf(control, c.stack.Sandbox.URL, repo+"/push", `{"by":"bob","branch":"fix","commits":["Fix it"]}`)
	fmt.Printf(control, c.stack.Sandbox.URL, repo+"/status", `{"branch":"fix","key":"lint","state":"FAILED"}`)
	fmt.Printf(control, c.stack.Sandbox.URL, repo+"/pullrequests", `{"by":"bob","title":"Fix it","source":"fix","reviewers":["alice"]}`)
	fmt.Println()
}
