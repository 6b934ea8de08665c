package mattermost

import "sync"

// together calls all functions at the same time and returns when all have. A panic in one of them becomes one of the caller, who may be
// guarded against it; in a goroutine of its own it would end the process.
func together(calls ...func()) {
	var all sync.WaitGroup
	causes := make([]any, len(calls))
	for i, call := range calls {
		all.Go(func() {
			defer func() { causes[i] = recover() }()
			call()
		})
	}
	all.Wait()
	for _, cause := range causes {
		if cause != nil {
			panic(cause)
		}
	}
}
