package main

import (
	"fmt"
	"io"
	"time"
)

// print writes the table.
func print(out io.Writer, rows []row, idle int64) {
	fmt.Fprintf(out, "\n%-28s %5s %9s %9s %9s %7s %6s %8s %9s %8s\n",
		"operation", "at a", "per", "median", "95 %", "ratio", "Zoom", "KV reads", "KV writes", "plugin")
	fmt.Fprintf(out, "%-28s %5s %9s %9s %9s %7s %6s %8s %9s %8s\n",
		"", "time", "second", "ms", "ms", "median", "calls", "each", "each", "MiB")
	for _, r := range rows {
		reads, writes := "-", "-"
		if r.counted {
			reads, writes = fmt.Sprintf("%.1f", r.reads), fmt.Sprintf("%.1f", r.writes)
		}
		fmt.Fprintf(out, "%-28s %5d %9.1f %9.1f %9.1f %6.2fx %6.2f %8s %9s %8.1f\n",
			r.name, r.workers, r.perSecond, ms(r.middle), ms(r.slow), r.ratio, r.zoom, reads, writes, mib(r.memory))
	}
	fmt.Fprintf(out, "\nThe plugin's process took %.1f MiB before the first measurement.\n", mib(idle))
	fmt.Fprintln(out, "The ratio compares the median with the incoming webhook's of the same round.")
	fmt.Fprintln(out, "Whoever sent \"ended\" looks every 50 ms for its post before sending the next; in a burst nobody waits.")
	fmt.Fprintf(out, "A build's card is shown once its post is written and, at the end, its thread; nobody waits for it. \"of %d\" are builds of one\n", crowd)
	fmt.Fprintln(out, "connection among as many in the store.")
	fmt.Fprintln(out, "KV reads and writes are SQL statements. Each write or removal of a key is two: the server also clears the key's legacy hashed")
	fmt.Fprintln(out, "form. Each read of a key that is not there is two as well, since the server then looks for that form.")
	fmt.Fprintln(out, "Users authorize by themselves (the user mode), with tokens that are fresh.")
	fmt.Fprintln(out, "Everything runs on this one machine: the server, PostgreSQL, the sandbox and the bench share its cores.")
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }
