package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"mattermost-plugin-zoom/e2e/stack"
)

// shared is the stack of all stories; nil with -short.
var shared *stack.Stack

// startWithin leaves time to build the server on a machine that never did.
const startWithin = 25 * time.Minute

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("e2e: skipped, since -short is set: the stories need real servers")
		os.Exit(0)
	}
	os.Exit(tell(m))
}

func tell(m *testing.M) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	starting, cancel := context.WithTimeout(ctx, startWithin)
	s, err := stack.Start(starting, stack.Options{Name: "stories", Servers: 2, RequireEmailVerification: true, Progress: os.Stderr})
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e: the stack did not start:", err)
		return 1
	}
	defer s.Close()
	go endAtInterrupt(s)
	shared = s
	return m.Run()
}

// endAtInterrupt ends the servers in order when somebody presses Ctrl-C.
func endAtInterrupt(s *stack.Stack) {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	<-interrupts
	s.Close()
	os.Exit(130)
}
