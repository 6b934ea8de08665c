// Command sandbox serves the simulated Zoom and the other simulated products on a loopback
// port, for tests in other processes and for demonstrations without accounts.
//
// It prints one line of JSON once it listens, {"url":"http://127.0.0.1:PORT"},
// so that a caller can use port 0. Its APIs are described in
// the packages below mattermost-plugin-zoom/sandbox:
//
//	/                zoom, with its control API under /_sandbox, and Team Chat's client as /chat/
//	/bitbucket/      bitbucket as Cloud, with its control API under /_sandbox/bitbucket
//	/bitbucket-dc/   bitbucket as a Data Center, with its control API under /_sandbox/bitbucket-dc
//	/jenkins/        jenkins, with its control API under /_sandbox/jenkins
//	/sentry/         sentry, with its control API under /_sandbox/sentry
//	/pagerduty/      pagerduty, with its control API under /_sandbox/pagerduty
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom"
)

// tick is how often due work is done.
const tick = 500 * time.Millisecond

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		os.Exit(1)
	}
}

// settings are the command line.
type settings struct {
	listen  string
	public  bool
	seed    string
	random  uint64
	baseURL string
	version string
}

// parse reads the command line.
func parse(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.listen, "listen", "127.0.0.1:8765", "address to listen on; port 0 takes a free one")
	flags.BoolVar(&s.public, "public", false, "allow an address that other machines reach; the sandbox protects nothing")
	flags.StringVar(&s.seed, "seed", "", "JSON `file` with the policy, apps and users to begin with")
	flags.Uint64Var(&s.random, "random-seed", 0, "makes identifiers and tokens repeatable; 0 is random")
	flags.StringVar(&s.baseURL, "base-url", "", "address that links begin with; the listener's when empty")
	flags.StringVar(&s.version, "bitbucket-version", "9.4.0", "version of the Bitbucket Data Center")
	return s, flags.Parse(args)
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	seed, err := readSeed(s.seed)
	if err != nil {
		return err
	}
	listener, err := listen(s.listen, s.public)
	if err != nil {
		return err
	}
	address := "http://" + listener.Addr().String()
	if s.baseURL == "" {
		s.baseURL = address
	}
	stage := newStage(zoom.New(zoom.Options{Options: kit.Options{RandomSeed: s.random, BaseURL: s.baseURL}, Seed: seed}))
	stage.addBitbucket(s)
	stage.addJenkins(s)
	stage.addSentry(s)
	stage.addPagerDuty(s)
	if err := json.NewEncoder(stdout).Encode(map[string]string{"url": address}); err != nil {
		return errors.Wrap(err, "tell the address")
	}
	return serve(ctx, listener, stage)
}

// readSeed reads a seed file; misspelled fields are errors.
func readSeed(name string) (zoom.Seed, error) {
	var seed zoom.Seed
	if name == "" {
		return seed, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return seed, errors.Wrap(err, "open the seed")
	}
	defer f.Close()
	d := json.NewDecoder(f)
	d.DisallowUnknownFields()
	if err := d.Decode(&seed); err != nil {
		return seed, errors.Wrapf(err, "read the seed %s", name)
	}
	return seed, errors.Wrapf(seed.Check(), "seed %s", name)
}

// listen opens the port, on loopback unless public.
func listen(address string, public bool) (net.Listener, error) {
	tcp, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, errors.Wrapf(err, "address %q", address)
	}
	if !public && !tcp.IP.IsLoopback() {
		return nil, errors.Errorf("%q is not a loopback address; -public allows it", address)
	}
	return net.ListenTCP("tcp", tcp)
}

// serve answers requests and does what is due.
func serve(ctx context.Context, listener net.Listener, stage *stage) error {
	server := &http.Server{Handler: stage, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			stage.tick()
		case err := <-failed:
			return errors.Wrap(err, "serve")
		case <-ctx.Done():
			stage.close()
			return server.Close()
		}
	}
}
