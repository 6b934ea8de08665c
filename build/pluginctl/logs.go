package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// logPage is how many lines of the server log are asked for at once. Lines of all plugins and of the server itself count,
// so that a busy server may write more between two looks of "logs -f" than are seen.
const logPage = 1000

// logs prints the plugin's lines among the latest of the server log, and with follow what comes after, looking every
// interval until ctx ends.
func (c *control) logs(ctx context.Context, id string, follow bool, interval time.Duration, out io.Writer) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	last := ""
	for {
		lines, _, err := c.api.GetLogs(ctx, 0, logPage)
		if err != nil {
			return errors.Wrap(err, "read the server log")
		}
		for _, line := range after(lines, last) {
			last = line
			if text, ours := describe(line, id); ours {
				if _, err := fmt.Fprintln(out, text); err != nil {
					return err
				}
			}
		}
		if !follow {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// after returns the lines that follow the last occurrence of last, or all of them when it is no longer among them.
func after(lines []string, last string) []string {
	for i, line := range slices.Backward(lines) {
		if last != "" && line == last {
			return lines[i+1:]
		}
	}
	return lines
}

// describe turns one line of the server log, a JSON object, into a line for people: time, level, message and the fields
// in alphabetical order. It reports false for lines of others and for lines that are no JSON.
func describe(line, id string) (string, bool) {
	var entry map[string]any
	if json.Unmarshal([]byte(strings.TrimSpace(line)), &entry) != nil || entry["plugin_id"] != id {
		return "", false
	}
	text := fmt.Sprintf("%v %-5v %v", entry["timestamp"], entry["level"], entry["msg"])
	var fields []string
	for key, value := range entry {
		switch key {
		case "timestamp", "level", "msg", "plugin_id", "caller":
		default:
			fields = append(fields, fmt.Sprintf(" %s=%v", key, value))
		}
	}
	sort.Strings(fields)
	return text + strings.Join(fields, ""), true
}
