//go:build race

package exhaustive

const underRace = true
