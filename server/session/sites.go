package session

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/kv"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// maxSites is the most sites of one provider that an admin may add; they share a record that is read for each session.
	maxSites = 50
	// swapTries is how often a compare-and-set of that record is tried.
	swapTries = 20
	pauseMin  = 2 * time.Millisecond
	pauseMax  = 250 * time.Millisecond
)

// registered is a site and this server's registration there.
type registered struct {
	provider.Site
	ClientID string `json:"client_id,omitempty"`
	// Sealed is the client secret, encrypted.
	Sealed string `json:"sealed,omitempty"`
}

// key identifies the site among the provider's in records.
func (r registered) key() string { return kv.Hash(r.URL) }

// SiteList stores where a provider is installed: the vendor's own sites, and those that an admin has added.
type SiteList struct {
	*faults
}

// Sites returns the sites of the provider: the vendor's own first.
func (s *SiteList) Sites(ctx context.Context, providerID string) ([]provider.Site, error) {
	all, err := s.registrations(ctx, providerID)
	if err != nil {
		return nil, err
	}
	sites := make([]provider.Site, len(all))
	for i, r := range all {
		sites[i] = r.Site
	}
	return sites, nil
}

// SaveSite adds a site, or changes the one with the same address; of a vendor's own site only the client can be set. A blank client keeps
// the current one, and a blank secret keeps that of the same client. The caller checks permissions. Faults: AddressUnknown, InvalidInput
// for a client without a secret, TooMany, NotConfigured.
func (s *SiteList) SaveSite(ctx context.Context, providerID string, site provider.Site, clientID, clientSecret string) error {
	r, err := s.described(providerID, site)
	if err != nil {
		return err
	}
	if r.ClientID, clientSecret = strings.TrimSpace(clientID), strings.TrimSpace(clientSecret); r.ClientID != "" && clientSecret != "" {
		sealed, err := s.Vault.Seal(ctx, clientSeal(providerID, r), []byte(clientSecret))
		if err != nil {
			return errors.Wrap(err, "seal a client secret")
		}
		r.Sealed = string(sealed)
	}
	return s.editSites(ctx, providerID, func(all []registered) ([]registered, error) {
		at := slices.IndexFunc(all, func(old registered) bool { return old.URL == r.URL })
		next := r
		if at >= 0 && next.Sealed == "" && (next.ClientID == "" || next.ClientID == all[at].ClientID) {
			next.ClientID, next.Sealed = all[at].ClientID, all[at].Sealed
		}
		switch {
		case next.ClientID != "" && next.Sealed == "", next.ClientID == "" && clientSecret != "":
			return nil, fault.New(fault.InvalidInput)
		case at >= 0:
			all[at] = next
			return all, nil
		case len(all) >= maxSites:
			return nil, fault.New(fault.TooMany).With("Limit", strconv.Itoa(maxSites))
		}
		return append(all, next), nil
	})
}

// RemoveSite removes a site that an admin added, or the client of a vendor's own. Users' accounts there are kept, and work again if the
// site returns with the same client; until then they are unused.
func (s *SiteList) RemoveSite(ctx context.Context, providerID, siteURL string) error {
	address, ok := parseAddress(siteURL)
	if !ok {
		return nil // no such site can have been added
	}
	return s.editSites(ctx, providerID, func(all []registered) ([]registered, error) {
		return slices.DeleteFunc(all, func(r registered) bool { return r.URL == address }), nil
	})
}

// described returns the site with its addresses in the stored form; a vendor's own site as the vendor defines it.
func (s *SiteList) described(providerID string, site provider.Site) (registered, error) {
	url, ok := parseAddress(site.URL)
	api := url
	if site.API != "" && ok {
		api, ok = parseAddress(site.API)
	}
	if !ok {
		example := "https://" + providerID + ".example.com"
		return registered{}, s.fault(providerID, errors.New("not the address of a site"), fault.AddressUnknown).With("Example", example)
	}
	for _, own := range s.vendors(providerID) {
		if own.URL == url {
			return registered{Site: own}, nil
		}
	}
	site.URL, site.API, site.OAuth = url, api, false
	if site.ID == "" {
		site.ID = kv.Hash(url)
	}
	return registered{Site: site}, nil
}

// vendors returns the sites that the provider's vendor runs.
func (s *SiteList) vendors(providerID string) []provider.Site {
	if clouded, ok := s.Registry.Get(providerID).(provider.CloudSites); ok {
		return clouded.Sites()
	}
	return nil
}

// registrations returns all sites of the provider: the vendor's own, then those that an admin has added.
func (s *SiteList) registrations(ctx context.Context, providerID string) ([]registered, error) {
	if err := ctx.Err(); err != nil {
		return nil, errors.Wrap(err, "list the sites")
	}
	if s.Registry.Get(providerID) == nil {
		return nil, errors.Errorf("there is no provider %q", providerID)
	}
	added, _, err := s.readSites(providerID)
	if err != nil {
		return nil, err
	}
	var all []registered
	for _, own := range s.vendors(providerID) {
		r := registered{Site: own}
		if at := slices.IndexFunc(added, func(a registered) bool { return a.URL == own.URL }); at >= 0 {
			r.ClientID, r.Sealed = added[at].ClientID, added[at].Sealed
			added = slices.Delete(added, at, at+1)
		}
		all = append(all, r)
	}
	all = append(all, added...)
	authorizer, authorizes := s.Registry.Get(providerID).(provider.Authorizer)
	for i, r := range all {
		all[i].OAuth = authorizes && r.ClientID != "" && r.Sealed != "" && authorizer.Endpoints(r.Site).AuthURL != ""
	}
	return all, nil
}

// find returns the provider's site with this address, as stored; false if neither vendor nor admin defined it.
func (s *SiteList) find(ctx context.Context, providerID, siteURL string) (registered, bool, error) {
	all, err := s.registrations(ctx, providerID)
	if err != nil {
		return registered{}, false, err
	}
	address, ok := parseAddress(siteURL)
	at := slices.IndexFunc(all, func(r registered) bool { return ok && r.URL == address })
	if at < 0 {
		return registered{}, false, nil
	}
	return all[at], true, nil
}

func (s *SiteList) readSites(providerID string) (sites []registered, raw []byte, err error) {
	raw, err = s.KV.Get(sitesKey(providerID))
	if err != nil || raw == nil {
		return nil, nil, errors.Wrap(err, "read the sites")
	}
	return sites, raw, errors.Wrap(json.Unmarshal(raw, &sites), "decode the sites")
}

// editSites changes the record of the provider's sites, and starts over after a concurrent change.
func (s *SiteList) editSites(ctx context.Context, providerID string, change func([]registered) ([]registered, error)) error {
	for try := range swapTries {
		if try > 0 {
			if err := kv.Pause(ctx, try, pauseMin, pauseMax); err != nil {
				return errors.Wrap(err, "change the sites")
			}
		}
		sites, raw, err := s.readSites(providerID)
		if err != nil {
			return err
		}
		if sites, err = change(sites); err != nil {
			return err
		}
		var encoded []byte
		if len(sites) > 0 {
			if encoded, err = json.Marshal(sites); err != nil {
				return errors.Wrap(err, "encode the sites")
			}
		}
		if bytes.Equal(raw, encoded) {
			return nil
		}
		swapped, err := s.KV.Swap(sitesKey(providerID), raw, encoded, 0)
		if err != nil || swapped {
			return errors.Wrap(err, "write the sites")
		}
	}
	return errors.New("the sites are being changed by too many at once")
}

// Reseal encrypts the client secrets of the provider's sites with the vault's current key, and reports whether any wasn't.
func (s *SiteList) Reseal(ctx context.Context, providerID string) (changed bool, err error) {
	err = s.editSites(ctx, providerID, func(all []registered) ([]registered, error) {
		changed = false
		for i, r := range all {
			if r.Sealed == "" {
				continue
			}
			fresh, resealed, err := s.Vault.Reseal(ctx, clientSeal(providerID, r), []byte(r.Sealed))
			if err != nil {
				return nil, errors.Wrap(err, "reseal a client secret")
			}
			all[i].Sealed, changed = string(fresh), changed || resealed
		}
		return all, nil
	})
	return changed, err
}

func sitesKey(providerID string) string { return "sit." + providerID }

func clientSeal(providerID string, r registered) string {
	return "session/client/" + providerID + "/" + r.key()
}
