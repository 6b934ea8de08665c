package store

import (
	"mattermost-plugin-zoom/server/queue"
)

// Shares of an inbox's room, and the room that a delivery takes.
const (
	// roomShare is the fraction (one in so many) of all room that only deliveries of the reserved kind get, and the fraction that only
	// new sources get besides them.
	roomShare = 8
	// spread is the number of ring slots per slot that a source may use, and spreadFrom the ring size from which that applies: the few
	// slots of a small ring are everyone's.
	spread     = 8
	spreadFrom = 1024
	// recordBytes is the memory that a held delivery takes besides its content.
	recordBytes = 512
)

// tag is what the inbox counts of a delivery: its source, and its memory while this server holds it.
type tag struct {
	source string
	bytes  int64
}

// tagOf counts the content as the inbox holds it: as it arrived, and encoded in the record.
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

// amount is a number of deliveries and the memory that they take.
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

// room counts what this server holds, and what it knows to be waiting in the table, so that no source takes the room of the others. The
// inbox's lock must be held to call its methods.
type room struct {
	reserved string // the source that has room of its own
	all      amount // the limit for everything
	each     amount // the limit for one source
	held     amount
	shared   amount // what is held for all sources but the reserved one
	of       map[string]amount
	waits    map[string]amount
}

func newRoom(o Options) room {
	return room{
		reserved: o.ReservedFor, all: amount{o.Backlog, o.Bytes}, each: amount{o.PerSource, o.PerSourceBytes},
		of: map[string]amount{}, waits: map[string]amount{},
	}
}

// fits reports whether one more delivery can be held. Errors: queue.ErrFull if the server has no room, queue.ErrQuota if the source has
// none. Within its limit a source gets no more than half of what is left, and an eighth is only for sources that hold nothing yet:
// however many send too much, there is room for one more. A new delivery counts in addition to those that wait; an old one is already
// among them.
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

// hold counts a delivery that this server now holds.
func (r *room) hold(t tag) {
	r.held = r.held.add(t)
	if t.source != r.reserved {
		r.shared = r.shared.add(t)
	}
	r.of[t.source] = r.of[t.source].add(t)
}

// release stops counting it.
func (r *room) release(t tag) {
	r.held = r.held.drop(t)
	if t.source != r.reserved {
		r.shared = r.shared.drop(t)
	}
	lower(r.of, t)
}

// wait counts a delivery that is in the table until it is due; ended stops counting it.
func (r *room) wait(t tag) { r.waits[t.source] = r.waits[t.source].add(t) }

func (r *room) ended(t tag) { lower(r.waits, t) }

func lower(amounts map[string]amount, t tag) {
	if left := amounts[t.source].drop(t); left.items > 0 {
		amounts[t.source] = left
		return
	}
	delete(amounts, t.source)
}
