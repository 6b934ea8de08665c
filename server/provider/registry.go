package provider

import (
	"fmt"
	"regexp"
	"slices"
)

var idPattern = regexp.MustCompile(`^[a-z]{2,16}$`)

// Registry holds the providers that this plugin was built with.
type Registry struct {
	all  []Provider
	byID map[string]Provider
	desc map[string]Descriptor
}

// NewRegistry returns a registry of these. It panics where two have one ID or an ID cannot be one: a slip of who builds the plugin.
func NewRegistry(providers ...Provider) *Registry {
	r := &Registry{byID: map[string]Provider{}, desc: map[string]Descriptor{}}
	for _, p := range providers {
		d := p.Describe()
		if !idPattern.MatchString(d.ID) || r.byID[d.ID] != nil {
			panic(fmt.Sprintf("provider: %q cannot be the ID of a provider, or is that of two", d.ID))
		}
		r.all, r.byID[d.ID], r.desc[d.ID] = append(r.all, p), p, d
	}
	return r
}

// All returns the providers in the order they were given.
func (r *Registry) All() []Provider { return slices.Clone(r.all) }

// Commands returns the words of their commands, by ID, until an admin chooses others.
func (r *Registry) Commands() map[string]string {
	words := make(map[string]string, len(r.all))
	for id, d := range r.desc {
		if words[id] = id; d.Command != "" {
			words[id] = d.Command
		}
	}
	return words
}

// Get returns the provider with this ID, nil where there is none.
func (r *Registry) Get(id string) Provider { return r.byID[id] }

// Describe returns the descriptor of the provider with this ID, zero where there is none.
func (r *Registry) Describe(id string) Descriptor { return r.desc[id] }
