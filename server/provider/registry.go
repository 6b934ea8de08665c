package provider

import (
	"fmt"
	"regexp"
	"slices"
)

var idPattern = regexp.MustCompile(`^[a-z]{2,16}$`)

// Registry has the providers that this plugin was built with.
type Registry struct {
	all  []Provider
	byID map[string]Provider
	desc map[string]Descriptor
}

// NewRegistry returns a registry of the providers. It panics for an invalid or duplicate ID, which is a programming error.
func NewRegistry(providers ...Provider) *Registry {
	r := &Registry{byID: map[string]Provider{}, desc: map[string]Descriptor{}}
	for _, p := range providers {
		d := p.Describe()
		if !idPattern.MatchString(d.ID) || r.byID[d.ID] != nil {
			panic(fmt.Sprintf("provider: %q is an invalid or duplicate provider ID", d.ID))
		}
		r.all, r.byID[d.ID], r.desc[d.ID] = append(r.all, p), p, d
	}
	return r
}

// All returns the providers in registration order.
func (r *Registry) All() []Provider { return slices.Clone(r.all) }

// Commands returns the default command of each provider, by ID.
func (r *Registry) Commands() map[string]string {
	words := make(map[string]string, len(r.all))
	for id, d := range r.desc {
		if words[id] = id; d.Command != "" {
			words[id] = d.Command
		}
	}
	return words
}

// Get returns the provider with this ID, or nil.
func (r *Registry) Get(id string) Provider { return r.byID[id] }

// Describe returns the descriptor of the provider with this ID, or a zero one.
func (r *Registry) Describe(id string) Descriptor { return r.desc[id] }
