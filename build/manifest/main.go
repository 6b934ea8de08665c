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
//	manifest bundle -o file [-platform linux-amd64] [-fast]
//	                                packs what was built into the bundle that a Mattermost server installs
//
// HOMEPAGE_URL and SUPPORT_URL in the environment become homepage_url and support_url in the bundle's manifest.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/pkg/errors"
)

const usage = "usage: manifest id|version|has_server|has_webapp|check|apply|bundle [-o file] [-platform os-arch] [-fast]"

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
	case "bundle":
		err = runBundle(ctx, dir, m, args[1:])
	default:
		err = errors.Errorf("unknown command %q; %s", args[0], usage)
	}
	return err
}

// runApply writes the manifest of the bundle where the flags say.
func runApply(ctx context.Context, dir string, m *manifest, args []string, out io.Writer) error {
	f := parse("apply", args)
	if f.err != nil {
		return f.err
	}
	_, text, err := applied(ctx, dir, m, f.platform)
	if err != nil {
		return err
	}
	if f.file == "" {
		_, err = out.Write(text)
		return err
	}
	return errors.Wrap(os.WriteFile(f.file, text, 0o644), "write the bundle's manifest")
}

// runBundle packs the bundle. It writes beside the file and renames, so that an interrupted build leaves no half bundle.
func runBundle(ctx context.Context, dir string, m *manifest, args []string) error {
	f := parse("bundle", args)
	if f.err != nil {
		return f.err
	}
	if f.file == "" {
		return errors.Errorf("bundle needs -o; %s", usage)
	}
	bundled, text, err := applied(ctx, dir, m, f.platform)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(f.file), 0o755); err != nil {
		return errors.Wrap(err, "make the bundle's folder")
	}
	half, err := os.CreateTemp(filepath.Dir(f.file), ".bundle-*")
	if err != nil {
		return errors.Wrap(err, "start the bundle")
	}
	defer os.Remove(half.Name())
	err = bundle(dir, bundled, text, f.fast, half)
	if closeErr := half.Close(); err == nil {
		err = errors.Wrap(closeErr, "write the bundle")
	}
	if err != nil {
		return err
	}
	if err := os.Chmod(half.Name(), 0o644); err != nil {
		return errors.Wrap(err, "open the bundle to readers")
	}
	return errors.Wrap(os.Rename(half.Name(), f.file), "finish the bundle")
}

// applied returns the manifest of the bundle, as a value and as the file's text.
func applied(ctx context.Context, dir string, m *manifest, platform string) (*manifest, []byte, error) {
	v, err := version(ctx, dir, m.Version)
	if err != nil {
		return nil, nil, err
	}
	named := *m
	// Where the plugin is published and helped with is known to who builds it, and to nobody else.
	named.HomepageURL = cmp.Or(os.Getenv("HOMEPAGE_URL"), m.HomepageURL)
	named.SupportURL = cmp.Or(os.Getenv("SUPPORT_URL"), m.SupportURL)
	return apply(&named, v, platform)
}

// options are the flags that apply and bundle understand.
type options struct {
	file, platform string
	fast           bool
	err            error // what was wrong with the flags
}

// parse reads the flags of a command.
func parse(command string, args []string) options {
	var o options
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.file, "o", "", "file to write")
	flags.StringVar(&o.platform, "platform", "", "keep only this platform's executable, for example linux-amd64")
	flags.BoolVar(&o.fast, "fast", false, "pack quickly rather than tightly")
	o.err = errors.Wrap(flags.Parse(args), usage)
	return o
}
