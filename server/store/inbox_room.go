package store

import (
	"mattermost-plugin-zoom/server/queue"
)

// Shares of the room of an inbox, and what a delivery takes of it.
const (
	// roomShare is the part of all room that only deliveries of the reserved kind get, and that which only new sources get beside them:
	// one in so many.
	roomShare = 8
	// spread is how many slots of the ring there are for each one that a source may use, and spreadFrom how large the ring has to be for
	// that: the few slots of a small one are everyone's.
	spread     = 8
	spreadFrom = 1024
	// recordBytes is what a held delivery takes beside its content.
	recordBytes = 512
)

// tag is what the inbox counts of a delivery: whose it is, and how much memory it takes while this server holds it.
type tag struct {
	source string
	bytes  int64
}

// tagOf counts the content as the inbox holds it: as it came, and encoded in the record.
func tagOf(d queue.Job) tag {
	t := tag{source: d.Source, bytes: recordBytes + int64(len(d.Body))*7/3}
	if t.source == "" {
		t.source = d.Kind
	}
	for name, value := range d.Header {
		t.bytes += 3 * int64(len(name)+len(value))
	}
	return t
}

// amount is a number of deliveries with the memory that they take.
type amount struct {
	items int
	bytes int64
}

func (a amount) add(t tag) amount { return amount{items: a.items + 1, bytes: a.bytes + t.bytes} }

func (a amount) drop(t tag) amount { return amount{items: a.items - 1, bytes: a.bytes - t.bytes} }

func (a amount) plus(b amount) amount {
	return amount{items: a.items + b.items, bytes: a.bytes + b.bytes}
}

func (a amount) less(b amount) amount {
	return amount{items: a.items - b.items, bytes: a.bytes - b.bytes}
}

func (a amount) share() amount { return amount{items: a.items / roomShare, bytes: a.bytes / roomShare} }

func (a amount) within(most amount) bool { return a.items <= most.items && a.bytes <= most.bytes }

// room counts what this server holds, and what it knows to wait in the table, so that no source takes the room of the others. Its methods
// are called with the inbox's lock held.
type room struct {
	reserved string // the source that has room of its own
	all      amount // the limit of everything
	each     amount // the limit of one source
	held     amount
	shared   amount // what is held of all sources but the reserved one
	of       map[string]amount
	waits    map[string]amount
}

func newRoom(o Options) room {
	return room{
		reserved: o.ReservedFor, all: amount{o.Backlog, o.Bytes}, each: amount{o.PerSource, o.PerSourceBytes},
		of: map[string]amount{}, waits: map[string]amount{},
	}
}

// fits reports whether one more delivery can be held: queue.ErrFull where the server has no room, queue.ErrQuota where its source has none. Beside
// what it may have at most, a source gets no more than half of what is left, and an eighth is only for those that hold nothing yet: however
// many send too much, something is left for one more. A new delivery counts together with what waits; an old one does so already.
func (r *room) fits(t tag, fresh bool) error {
	if !r.held.add(t).within(r.all) {
		return queue.ErrFull
	}
	if t.source == r.reserved {
		return nil
	}
	common := r.all
	if r.reserved != "" {
		common = r.all.less(r.all.share())
	}
	if !r.shared.add(t).within(common) {
		return queue.ErrFull
	}
	has := r.of[t.source]
	if fresh {
		has = has.plus(r.waits[t.source])
	}
	left := common.less(r.all.share()).less(r.shared)
	most := amount{min(r.each.items, (left.items+1)/2), min(r.each.bytes, left.bytes/2)}
	if has.items > 0 && !has.add(t).within(most) {
		return queue.ErrQuota
	}
	return nil
}

// hold counts a delivery that this server holds from now on.
func (r *room) hold(t tag) {
	r.held = r.held.add(t)
	if t.source != r.reserved {
		r.shared = r.shared.add(t)
	}
	r.of[t.source] = r.of[t.source].add(t)
}

// release counts it no longer.
func (r *room) release(t tag) {
	r.held = r.held.drop(t)
	if t.source != r.reserved {
		r.shared = r.shared.drop(t)
	}
	lower(r.of, t)
}

// wait counts a delivery that lies in the table until it is due, and ended one that no longer does.
func (r *room) wait(t tag) { r.waits[t.source] = r.waits[t.source].add(t) }

func (r *room) ended(t tag) { lower(r.waits, t) }

func lower(amounts map[string]amount, t tag) {
	if left := amounts[t.source].drop(t); left.items > 0 {
		amounts[t.source] = left
		return
	}
	delete(amounts, t.source)
}
