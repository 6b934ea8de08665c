package main

import (
	"context"
	"os/exec"
	"strings"

	"github.com/pkg/errors"
)

// noVersion is what a checkout without any version tag counts from.
const noVersion = "0.0.0"

// version names what the checkout in dir builds:
//
//	the manifest has a version   that one, whatever git says
//	HEAD is tagged v1.3.1        1.3.1
//	v1.3.1 lies before HEAD      1.3.1+d06e53e1, with HEAD's short hash as build metadata
//	no version tag at all        0.0.0+76081421
//	not a git checkout           0.0.0, so that an unpacked source archive builds too
//
// Of several version tags on one commit the highest counts, a release before its own release candidates.
func version(ctx context.Context, dir, pinned string) (string, error) {
	if pinned != "" {
		return pinned, nil
	}
	hash, err := git(ctx, dir, "rev-parse", "--short=8", "HEAD")
	if err != nil {
		return noVersion, nil
	}
	exact, err := git(ctx, dir, "-c", "versionsort.suffix=-", "tag", "--points-at", "HEAD", "--list", "v[0-9]*", "--sort=-v:refname")
	if err != nil {
		return "", errors.Wrap(err, "list the tags of HEAD")
	}
	if newest, _, _ := strings.Cut(exact, "\n"); newest != "" {
		return strings.TrimPrefix(newest, "v"), nil
	}
	// describe fails when there is no tag to find, which is a line of the table above and no error.
	nearest, err := git(ctx, dir, "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*")
	if err != nil {
		nearest = "v" + noVersion
	}
	// A pre-release keeps its place: build metadata follows it, as semver.org §10 says.
	return strings.TrimPrefix(nearest, "v") + "+" + hash, nil
}

// git runs one git command in dir and returns what it printed, without the white space around it.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return "", errors.Wrapf(err, "git %s", strings.Join(args, " "))
	}
	return strings.TrimSpace(string(out)), nil
}
