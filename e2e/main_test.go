package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"mattermost-plugin-zoom/e2e/stack"
)

// shared is the stack of all stories; nil with -short.
var shared *stack.Stack

// startWithin leaves time to build the server on a machine that has never built it.
const startWithin = 25 * time.Minute

// lastStories run one after another, in this order, after all others.
var lastStories = []string{
	"TestEventsThatPagerDutyRetriesForTwoDaysAreShownOnce", // moves PagerDuty's clock two days ahead
	"TestNoSecretIsLeftInTheDatabaseOrTheLogs",             // checks what the others left
}

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("e2e: skipped, because -short is set: the stories need real servers")
		os.Exit(0)
	}
	os.Exit(tell(m))
}

func tell(m *testing.M) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	starting, cancel := context.WithTimeout(ctx, startWithin)
	s, err := stack.Start(starting, stack.Options{
		Name: "stories", Servers: 2, RequireEmailVerification: true, Settings: usual(), Progress: os.Stderr,
	})
	if err == nil {
		// Side by side, the stories make more requests in a second than one account may.
		err = s.Sandbox.LiftLimits(starting)
	}
	cancel()
	stop()
	if s != nil {
		defer s.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e: the stack did not start:", err)
		return 1
	}
	go endAtInterrupt(s)
	shared = s
	return runInOrder(m)
}

// usual is the default setup of the plugin for stories.
func usual() stack.Settings {
	return stack.Settings{
		"RestrictMeetingCreation": false, "BridgePolicy": "members",
		"EnableJenkins": true, "EnableBitbucket": true, "EnableSentry": true, "EnablePagerduty": true,
	}
}

// runInOrder runs the stories that were asked for: first all but the last ones, including the parallel ones, then the last ones.
func runInOrder(m *testing.M) int {
	run, skip := flag.Lookup("test.run").Value, flag.Lookup("test.skip").Value
	asked, skipped := regexp.MustCompile(run.String()), skip.String()
	set := func(value flag.Value, text string) {
		if err := value.Set(text); err != nil {
			panic(err) // a flag of type string takes any text
		}
	}
	last := "^(" + strings.Join(lastStories, "|") + ")$"
	if skipped != "" {
		last = skipped + "|" + last
	}
	set(skip, last)
	code := m.Run()
	set(skip, skipped)
	for _, story := range lastStories {
		if asked.MatchString(story) {
			set(run, "^"+story+"$")
			code = max(code, m.Run())
		}
	}
	return code
}

// endAtInterrupt ends the servers in order on Ctrl-C.
func endAtInterrupt(s *stack.Stack) {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	<-interrupts
	s.Close()
	os.Exit(130)
}
