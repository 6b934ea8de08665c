// Command manifest answers the build's questions about plugin.json and writes the copy of it that goes into a bundle.
//
// Usage, from the project's root:
//
//	manifest id                     prints the plugin's id
//	manifest version                prints the version this checkout builds (see version.go)
//	manifest has_server             prints "true" when the manifest names server executables, else "false"
//	manifest has_webapp             prints "true" when the manifest names a webapp bundle, else "false"
//	manifest check                  fails when plugin.json would not load, or names something that is not there
//	manifest apply [-o file] [-platform linux-amd64]
//	                                writes the manifest of the bundle, with its version, to a file or to standard output;
//	                                with -platform it names only that platform's executable
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/pkg/errors"
)

const usage = "usage: manifest id|version|has_server|has_webapp|check|apply [-o file] [-platform os-arch]"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, ".", os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "manifest:", err)
		os.Exit(1)
	}
}

// run carries out one command line for the project in dir.
func run(ctx context.Context, dir string, args []string, out io.Writer) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	m, err := load(dir)
	if err != nil {
		return err
	}
	switch args[0] {
	case "id":
		_, err = fmt.Fprintln(out, m.Id)
	case "version":
		var v string
		if v, err = version(ctx, dir, m.Version); err == nil {
			_, err = fmt.Fprintln(out, v)
		}
	case "has_server":
		_, err = fmt.Fprintln(out, m.HasServer())
	case "has_webapp":
		_, err = fmt.Fprintln(out, m.HasWebapp())
	case "check":
		err = check(dir, m)
	case "apply":
		err = runApply(ctx, dir, m, args[1:], out)
	default:
		err = errors.Errorf("unknown command %q; %s", args[0], usage)
	}
	return err
}

// runApply writes the manifest of the bundle where the flags say.
func runApply(ctx context.Context, dir string, m *manifest, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("apply", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	file := flags.String("o", "", "file to write; standard output when empty")
	platform := flags.String("platform", "", "keep only this platform's executable, for example linux-amd64")
	if err := flags.Parse(args); err != nil {
		return errors.Wrap(err, usage)
	}
	v, err := version(ctx, dir, m.Version)
	if err != nil {
		return err
	}
	text, err := apply(m, v, *platform)
	if err != nil {
		return err
	}
	if *file == "" {
		_, err = out.Write(text)
		return err
	}
	return errors.Wrap(os.WriteFile(*file, text, 0o644), "write the bundle's manifest")
}
