package session

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// maxSites is the most sites of one provider that an admin may add.
	maxSites = 50
	// saveTries is how often a site is saved that another admin changes at the same time.
	saveTries = 20
)

// StoredSite is a site, and this server's registration there.
type StoredSite struct {
	provider.Site
	// ClientID and Sealed are the OAuth client and its secret, encrypted; "" for none.
	ClientID, Sealed string
	// Version is different for each content that a site ever had, and 0 for a site that isn't stored. The database chooses it.
	Version int64
}

// Sites stores the sites that admins have added, and the clients of the vendors' own sites.
type Sites interface {
	// Sites returns the provider's sites in the order in which they were added.
	Sites(ctx context.Context, providerID string) ([]StoredSite, error)
	// SaveSite stores the site if the stored one with this URL still has this version, and reports whether it did.
	SaveSite(ctx context.Context, providerID string, site StoredSite) (saved bool, err error)
	// DeleteSite removes the site; it is no error if there is none.
	DeleteSite(ctx context.Context, providerID, url string) error
}

// key identifies the site among the provider's in records.
func (r StoredSite) key() string { return digest.Of(r.URL) }

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
	for range saveTries {
		all, err := s.Records.Sites.Sites(ctx, providerID)
		if err != nil {
			return errors.Wrap(err, "read the sites")
		}
		next := r
		at := slices.IndexFunc(all, func(old StoredSite) bool { return old.URL == r.URL })
		if at >= 0 {
			next.Version = all[at].Version
			if next.Sealed == "" && (next.ClientID == "" || next.ClientID == all[at].ClientID) {
				next.ClientID, next.Sealed = all[at].ClientID, all[at].Sealed
			}
		}
		switch {
		case next.ClientID != "" && next.Sealed == "", next.ClientID == "" && clientSecret != "":
			return fault.New(fault.InvalidInput)
		case at < 0 && len(all) >= maxSites:
			return fault.New(fault.TooMany).With("Limit", strconv.Itoa(maxSites))
		}
		saved, err := s.Records.Sites.SaveSite(ctx, providerID, next)
		if err != nil || saved {
			return errors.Wrap(err, "save the site")
		}
	}
	return errors.New("the site is being changed by too many at once")
}

// RemoveSite removes a site that an admin added, or the client of a vendor's own. Users' accounts there are kept, and work again if the
// site returns with the same client; until then they are unused.
func (s *SiteList) RemoveSite(ctx context.Context, providerID, siteURL string) error {
	address, ok := parseAddress(siteURL)
	if !ok {
		return nil // no such site can have been added
	}
	return errors.Wrap(s.Records.Sites.DeleteSite(ctx, providerID, address), "remove the site")
}

// described returns the site with its addresses in the stored form; a vendor's own site as the vendor defines it.
func (s *SiteList) described(providerID string, site provider.Site) (StoredSite, error) {
	url, ok := parseAddress(site.URL)
	api := url
	if site.API != "" && ok {
		api, ok = parseAddress(site.API)
	}
	if !ok {
		example := "https://" + providerID + ".example.com"
		return StoredSite{}, s.fault(providerID, errors.New("not the address of a site"), fault.AddressUnknown).With("Example", example)
	}
	for _, own := range s.vendors(providerID) {
		if own.URL == url {
			return StoredSite{Site: own}, nil
		}
	}
	site.URL, site.API, site.OAuth = url, api, false
	if site.ID == "" {
		site.ID = digest.Of(url)
	}
	return StoredSite{Site: site}, nil
}

// vendors returns the sites that the provider's vendor runs.
func (s *SiteList) vendors(providerID string) []provider.Site {
	if clouded, ok := s.Registry.Get(providerID).(provider.CloudSites); ok {
		return clouded.Sites()
	}
	return nil
}

// registrations returns all sites of the provider: the vendor's own, then those that an admin has added.
func (s *SiteList) registrations(ctx context.Context, providerID string) ([]StoredSite, error) {
	if s.Registry.Get(providerID) == nil {
		return nil, errors.Errorf("there is no provider %q", providerID)
	}
	added, err := s.Records.Sites.Sites(ctx, providerID)
	if err != nil {
		return nil, errors.Wrap(err, "read the sites")
	}
	var all []StoredSite
	for _, own := range s.vendors(providerID) {
		r := StoredSite{Site: own}
		if at := slices.IndexFunc(added, func(a StoredSite) bool { return a.URL == own.URL }); at >= 0 {
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
func (s *SiteList) find(ctx context.Context, providerID, siteURL string) (StoredSite, bool, error) {
	all, err := s.registrations(ctx, providerID)
	if err != nil {
		return StoredSite{}, false, err
	}
	address, ok := parseAddress(siteURL)
	at := slices.IndexFunc(all, func(r StoredSite) bool { return ok && r.URL == address })
	if at < 0 {
		return StoredSite{}, false, nil
	}
	return all[at], true, nil
}

// Reseal encrypts the client secrets of all sites with the vault's data key in use, and returns how many weren't.
func (s *SiteList) Reseal(ctx context.Context) (resealed int, err error) {
	for _, p := range s.Registry.All() {
		id := p.Describe().ID
		all, err := s.Records.Sites.Sites(ctx, id)
		if err != nil {
			return resealed, errors.Wrap(err, "read the sites")
		}
		for _, r := range all {
			fresh, changed, err := s.Vault.Reseal(ctx, clientSeal(id, r), []byte(r.Sealed))
			if err != nil {
				return resealed, errors.Wrap(err, "reseal a client secret")
			}
			if !changed {
				continue
			}
			r.Sealed = string(fresh)
			saved, err := s.Records.Sites.SaveSite(ctx, id, r) // what was changed since is sealed with the new key already
			if err != nil {
				return resealed, errors.Wrap(err, "store a client secret that was sealed again")
			}
			if saved {
				resealed++
			}
		}
	}
	return resealed, nil
}

func clientSeal(providerID string, r StoredSite) string {
	return "session/client/" + providerID + "/" + r.key()
}
