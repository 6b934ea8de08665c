package queue

// Shares of a server's room, and the memory that a job takes.
const (
	// roomShare is the fraction (one in so many) of all room that only jobs of the reserved kind get, and the fraction that only new
	// sources get besides them.
	roomShare = 8
	// jobBytes is the memory that a held job takes besides its content.
	jobBytes = 512
)

// tag is what is counted of a job: its source, and its memory while this server holds it.
type tag struct {
	source string
	bytes  int64
}

func tagOf(j Job) tag {
	t := tag{source: j.Source, bytes: jobBytes + int64(len(j.Body))}
	for name, value := range j.Header {
		t.bytes += int64(len(name) + len(value))
	}
	return t
}

func (a Amount) add(t tag) Amount { return Amount{Jobs: a.Jobs + 1, Bytes: a.Bytes + t.bytes} }

func (a Amount) drop(t tag) Amount { return Amount{Jobs: a.Jobs - 1, Bytes: a.Bytes - t.bytes} }

func (a Amount) plus(b Amount) Amount { return Amount{Jobs: a.Jobs + b.Jobs, Bytes: a.Bytes + b.Bytes} }

func (a Amount) less(b Amount) Amount { return Amount{Jobs: a.Jobs - b.Jobs, Bytes: a.Bytes - b.Bytes} }

func (a Amount) share() Amount { return Amount{Jobs: a.Jobs / roomShare, Bytes: a.Bytes / roomShare} }

func (a Amount) some() bool { return a.Jobs > 0 && a.Bytes > 0 }

func (a Amount) within(most Amount) bool { return a.Jobs <= most.Jobs && a.Bytes <= most.Bytes }

// room counts what this server holds and what waits in the store, so that no source takes the room of the others. Use it with the lock
// of the holdings held.
type room struct {
	reserved string // the source that has room of its own
	all      Amount // the limit for everything
	each     Amount // the limit for one source
	held     Amount
	shared   Amount // what is held for all sources but the reserved one
	of       map[string]Amount
	// waits is what waits in the store, by source: as read from there, and changed by what this server released or took since.
	waits map[string]Amount
}

func newRoom(o Options) room {
	return room{
		reserved: o.ReservedFor, all: Amount{o.Backlog, o.Bytes}, each: Amount{o.PerSource, o.PerSourceBytes},
		of: map[string]Amount{}, waits: map[string]Amount{},
	}
}

// fits reports whether one more job can be held. Errors: ErrFull if the server has no room, ErrQuota if the source has none. Within its
// limit a source gets no more than half of what is left, and an eighth is only for sources that hold nothing yet: however many send too
// much, there is room for one more. A new job counts in addition to those that wait; a taken one is among them.
func (r *room) fits(t tag, fresh bool) error {
	if !r.held.add(t).within(r.all) {
		return ErrFull
	}
	if t.source == r.reserved {
		return nil
	}
	if !r.shared.add(t).within(r.common()) {
		return ErrFull
	}
	has := r.of[t.source]
	if fresh {
		has = has.plus(r.waits[t.source])
	}
	if has.Jobs > 0 && !has.add(t).within(r.most()) {
		return ErrQuota
	}
	return nil
}

// common is the room for all sources but the reserved one.
func (r *room) common() Amount {
	if r.reserved == "" {
		return r.all
	}
	return r.all.less(r.all.share())
}

// most is the room that one source has now.
func (r *room) most() Amount {
	left := r.common().less(r.all.share()).less(r.shared)
	return Amount{min(r.each.Jobs, (left.Jobs+1)/2), min(r.each.Bytes, left.Bytes/2)}
}

// full returns the sources that have no room for another job, however small.
func (r *room) full() []string {
	var names []string
	for source := range r.of {
		if r.fits(tag{source: source, bytes: jobBytes}, false) != nil {
			names = append(names, source)
		}
	}
	return names
}

// roomy reports whether the source has half of its limit left.
func (r *room) roomy(source string) bool {
	return r.of[source].within(Amount{Jobs: r.each.Jobs / 2, Bytes: r.each.Bytes / 2})
}

// hold counts a job that this server now holds.
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

// wait counts a job that this server released and that is tried again; ended stops counting it.
func (r *room) wait(t tag) { r.waits[t.source] = r.waits[t.source].add(t) }

func (r *room) ended(t tag) { lower(r.waits, t) }

func lower(amounts map[string]Amount, t tag) {
	if left := amounts[t.source].drop(t); left.Jobs > 0 {
		amounts[t.source] = left
		return
	}
	delete(amounts, t.source)
}
