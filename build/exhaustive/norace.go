//go:build !race

package exhaustive

const underRace = false
