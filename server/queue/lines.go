package queue

import (
	"slices"
)

// lines hold what waits on this server for a worker: a queue for each source; the sources take turns. Use it with the
// lock of the holdings held.
type lines struct {
	reserved string
	workers  int
	of       map[string][]*item
	// turns are the sources with a queue, in order; the first is next.
	turns []string
	// busy are the keys that a worker handles; working counts workers by source, shared those of all sources but the reserved one.
	busy    map[string]bool
	working map[string]int
	shared  int
}

func newLines(o Options) lines {
	return lines{reserved: o.ReservedFor, workers: o.Workers, of: map[string][]*item{}, busy: map[string]bool{}, working: map[string]int{}}
}

// add appends the item to its source's queue.
func (l *lines) add(it *item) {
	source := it.tag.source
	if len(l.of[source]) == 0 {
		l.turns = append(l.turns, source)
	}
	l.of[source] = append(l.of[source], it)
}

// next returns the item that a free worker starts with, nil for none: the first whose key isn't busy. The reserved source goes first, and
// the others never get all workers. One alone never gets more than a third, so that a slow one holds up no other, and a burst leaves the
// server time to accept more.
func (l *lines) next() *item {
	most := max(l.workers/3, 1)
	if l.working[l.reserved] < most {
		if it := l.first(l.reserved); it != nil {
			return it
		}
	}
	if l.reserved != "" && l.shared >= max(l.workers-1, 1) {
		return nil
	}
	for _, source := range l.turns {
		if source == l.reserved || l.working[source] >= most {
			continue
		}
		if it := l.first(source); it != nil {
			return it
		}
	}
	return nil
}

// first removes the source's first item that can be handled, and moves the source to the end of the turns.
func (l *lines) first(source string) *item {
	line := l.of[source]
	at := slices.IndexFunc(line, func(it *item) bool { return !l.busy[it.Key] })
	if at < 0 {
		return nil
	}
	it := line[at]
	l.of[source] = slices.Delete(line, at, at+1)
	l.turns = slices.DeleteFunc(l.turns, func(other string) bool { return other == source })
	if len(l.of[source]) > 0 {
		l.turns = append(l.turns, source)
	} else {
		delete(l.of, source)
	}
	l.busy[it.Key] = true
	l.working[source]++
	if source != l.reserved {
		l.shared++
	}
	return it
}

// done records that the worker of an item is free.
func (l *lines) done(it *item) {
	source := it.tag.source
	delete(l.busy, it.Key)
	if l.working[source]--; l.working[source] <= 0 {
		delete(l.working, source)
	}
	if source != l.reserved {
		l.shared--
	}
}

// clear removes and returns everything.
func (l *lines) clear() []*item {
	var all []*item
	for _, source := range l.turns {
		all = append(all, l.of[source]...)
	}
	l.of, l.turns = map[string][]*item{}, nil
	return all
}
