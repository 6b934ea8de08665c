package store

import (
	"time"

	"mattermost-plugin-zoom/server/queue"
)

// rest keeps the item with its lease and its claim if the error means only that it is a moment too early: to release both and take them
// again would cost the table more than the attempt itself, and a flood consists of such attempts. If this server crashes meanwhile, its
// lease expires as usual.
func (i *Inbox) rest(it *item, err error) bool {
	wait, early := queue.Wait(err)
	if !early || wait > maxRest || i.now().Sub(it.delivery.Since()) >= i.opts.MaxAge {
		return false
	}
	it.mu.Lock()
	lost := it.over
	it.mu.Unlock()
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.closed || lost {
		return false
	}
	i.resting[it] = time.AfterFunc(wait, func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		if _, rests := i.resting[it]; rests && !i.closed {
			delete(i.resting, it)
			i.lines.add(it)
			i.more.Broadcast()
		}
	})
	return true
}
