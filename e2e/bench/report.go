package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// print writes the table, and below it which functions of the plugin API were called.
func print(out io.Writer, figures []figure, earlier map[string]figure, sql bool) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "operation\tvalue\t\t÷ native\tbudget\t\tAPI calls\town SQL\tserver SQL\tbefore\t÷ native\tAPI calls\town SQL\t")
	for _, f := range figures {
		old, known := earlier[f.Name]
		fmt.Fprintf(table, "%s\t%.1f\t%s\t%s\t%s\t%s\t", f.Name, f.Value, f.Unit, number(f.Ratio), f.budget(), f.verdict())
		fmt.Fprintf(table, "%s\t%s\t%s\t", f.Cost.api(), f.Cost.own(), f.Cost.server())
		if known {
			fmt.Fprintf(table, "%.1f\t%s\t%s\t%s\t", old.Value, number(old.Ratio), old.Cost.api(), old.Cost.own())
		} else {
			fmt.Fprint(table, "\t\t\t\t")
		}
		fmt.Fprintln(table)
	}
	_ = table.Flush() // as little as for the lines below
	fmt.Fprintln(out)
	last := ""
	for _, f := range figures {
		if calls := f.Cost.names(); calls != "" && calls != last { // some figures are of one measurement
			fmt.Fprintf(out, "%s: %s\n", f.Name, calls)
			last = calls
			if sql {
				fmt.Fprint(out, f.Cost.statements())
			}
		}
	}
	fmt.Fprint(out, `
"÷ native" is the ratio to the server's own incoming webhook in the same round, measured before and after it. API calls and SQL statements
are per operation: the plugin API without what an HTTP handler reads and writes; own SQL are the statements on the plugin's tables and
key-value pairs; server SQL are all others, those for posts included; transactions' begin and commit are not counted.
Everything runs on this one machine: the server, PostgreSQL, the sandbox and the bench share its cores.
`)
}

func number(value float64) string {
	if value == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", value)
}

// budget is the goal with its direction.
func (f figure) budget() string {
	switch {
	case f.Goal == 0:
		return ""
	case f.Unit == "/s":
		return fmt.Sprintf("≥ %.2f", f.Goal)
	}
	return fmt.Sprintf("≤ %.2f", f.Goal)
}

func (f figure) verdict() string {
	switch {
	case f.Goal == 0:
		return ""
	case f.within():
		return "ok"
	}
	return "MISSED"
}

func (c *cost) api() string {
	if c == nil {
		return ""
	}
	return fmt.Sprintf("%.2f", c.API)
}

func (c *cost) own() string {
	if c == nil {
		return ""
	}
	return fmt.Sprintf("%.2f", c.Own)
}

func (c *cost) server() string {
	if c == nil {
		return ""
	}
	return fmt.Sprintf("%.2f", c.Server)
}

// names are the calls by name, the most frequent first.
func (c *cost) names() string {
	if c == nil {
		return ""
	}
	var parts []string
	for _, name := range byFrequency(c.ByName) {
		parts = append(parts, fmt.Sprintf("%s %.2f", name, c.ByName[name]))
	}
	return strings.Join(parts, ", ")
}

// shortened is how many characters of a statement are printed.
const shortened = 150

// statements are the statements, one a line, the most frequent first.
func (c *cost) statements() string {
	var lines strings.Builder
	for _, text := range byFrequency(c.ByText) {
		fmt.Fprintf(&lines, "    %6.2f  %.*s\n", c.ByText[text], shortened, text)
	}
	return lines.String()
}

func byFrequency(counts map[string]float64) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
}
