package oauth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pkg/errors"
	"golang.org/x/sync/singleflight"

	"mattermost-plugin-zoom/server/fault"
)

// ErrLocked is a key ring that none of the settings this server knows opens yet. It passes within a minute: another server seals
// the ring again, or it is given up and what it sealed is Unreadable.
var ErrLocked = errors.New("the stored keys were sealed with another encryption key; waiting for a server that knows it")

const (
	// version begins every blob.
	version = "v1"
	// minKey is the shortest setting that is taken for a key.
	minKey = 16
	// keySetting is what the System Console calls the setting.
	keySetting = "At-rest token encryption key"
	// ringTries is how often a lost race for the ring is tried again: each time, another server has won it.
	ringTries = 20
	// ringTimeout bounds reading and changing the ring.
	ringTimeout = 10 * time.Second
)

// Vault seals what must not lie open in the database, with AES-256-GCM. The key of a blob is one of the data keys in the
// ring, and the ring is sealed with the setting, so that the setting can change while everything stays readable.
// It is safe for use by several goroutines.
type Vault struct {
	keyring Keyring
	now     func() time.Time
	group   singleflight.Group

	mu sync.Mutex
	// keks are the settings since the server started; configured says that the last one holds now.
	keks       []kek
	configured bool
	switched   bool
	// keys are the opened data keys; active is the one to seal with, while current says that the ring is in line with the setting.
	keys    map[string][]byte
	active  string
	current bool
	// pruneAt is when the ring wants looking after next, zero for never.
	pruneAt time.Time
}

// NewVault returns a vault with this keyring. It opens nothing before SetKey.
func NewVault(keyring Keyring, now func() time.Time) *Vault {
	return &Vault{keyring: keyring, now: now, keys: map[string][]byte{}}
}

// SetKey tells the vault the text of the setting; less than 16 characters count as none. It calls nothing, so it may be used
// while the configuration changes; Rewrap, or the next use, does the work. Earlier settings are remembered, so that what they
// sealed can be sealed again.
func (v *Vault) SetKey(setting string) {
	setting = strings.TrimSpace(setting)
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(setting) < minKey {
		v.configured = false
		return
	}
	next, err := deriveKEK(setting)
	if err != nil {
		v.configured = false
		return
	}
	v.configured = true
	last := len(v.keks) - 1
	if last >= 0 && v.keks[last].id == next.id {
		return
	}
	v.switched = v.switched || last >= 0
	v.keks = append(v.keks, next)
	v.current = false
}

// Rewrap makes sure that the current setting opens the stored keys, and ends the use of earlier ones after a while. Every
// server may do it at the same time. It is cheap when there is nothing to do. Fault: NotConfigured.
func (v *Vault) Rewrap(ctx context.Context) error { return v.reconcile(ctx) }

// Seal returns the blob for the text, which only Open with the same name gives back. Fault: NotConfigured.
func (v *Vault) Seal(ctx context.Context, name string, plain []byte) ([]byte, error) {
	id, key, ready := v.sealKey()
	if !ready {
		if err := v.reconcile(ctx); err != nil {
			return nil, err
		}
		if id, key, _ = v.sealKey(); key == nil {
			return nil, fault.Wrap(errors.New("the encryption key changed meanwhile"), fault.Internal)
		}
	}
	sealed := seal(key, plain, blobContext(id, name))
	return []byte(blobPrefix(id) + base64.RawURLEncoding.EncodeToString(sealed)), nil
}

// Open returns the text of a blob that was sealed under this name. Faults: NotConfigured, and Unreadable for a blob that is
// broken, of another name, or of a key that is lost.
func (v *Vault) Open(ctx context.Context, name string, blob []byte) ([]byte, error) {
	id, sealed, err := parseBlob(blob)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unreadable)
	}
	key, err := v.openKey(ctx, id)
	if err != nil {
		return nil, err
	}
	plain, err := open(key, sealed, blobContext(id, name))
	if err != nil {
		return nil, fault.Wrap(err, fault.Unreadable)
	}
	return plain, nil
}

// Prefix returns the beginning of everything that is sealed with the data key in use. Faults: NotConfigured, and Internal while the ring is
// locked.
func (v *Vault) Prefix(ctx context.Context) (string, error) {
	if err := v.reconcile(ctx); err != nil {
		return "", err
	}
	id, _, _ := v.sealKey()
	return blobPrefix(id), nil
}

// Reseal returns the blob sealed with the data key in use, and whether it was not before. What can't be opened stays as it is.
// Faults: those of Seal and Open but Unreadable.
func (v *Vault) Reseal(ctx context.Context, name string, blob []byte) (fresh []byte, changed bool, err error) {
	id, _, err := parseBlob(blob)
	if active, _, ready := v.sealKey(); err != nil || ready && id == active {
		return blob, false, nil //nolint:nilerr // what is no blob of ours is left alone
	}
	plain, err := v.Open(ctx, name, blob)
	if fault.Is(err, fault.Unreadable) {
		return blob, false, nil
	}
	if err != nil {
		return blob, false, err
	}
	fresh, err = v.Seal(ctx, name, plain)
	return fresh, err == nil, err
}

// sealKey returns the key to seal with; ready says that the ring needs no care first.
func (v *Vault) sealKey() (id string, key []byte, ready bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	pruned := v.pruneAt.IsZero() || v.now().Before(v.pruneAt)
	key = v.keys[v.active]
	return v.active, key, v.configured && v.current && pruned && key != nil
}

// openKey returns the data key with this id. One that another server added is in the ring.
func (v *Vault) openKey(ctx context.Context, id string) ([]byte, error) {
	key, err := v.openedKey(id)
	if key != nil || err != nil {
		return key, err
	}
	if err := v.reconcile(ctx); err != nil {
		return nil, err
	}
	if key, err = v.openedKey(id); key == nil && err == nil {
		err = fault.Wrap(errors.New("the data key is not known or cannot be opened"), fault.Unreadable)
	}
	return key, err
}

// openedKey returns the data key if it was opened before, or nil. Fault: NotConfigured.
func (v *Vault) openedKey(id string) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.configured {
		return nil, notConfigured(keySetting)
	}
	return v.keys[id], nil
}

// reconcile reads the ring, brings it in line with the setting and remembers the opened keys. Callers at the same time share it.
func (v *Vault) reconcile(ctx context.Context) error {
	_, err, _ := v.group.Do("ring", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ringTimeout) // the others may have more time than the first
		defer cancel()
		for range ringTries {
			if finished, err := v.reconcileOnce(ctx); finished || err != nil {
				return nil, err
			}
		}
		return nil, errors.New("the key ring is being changed by too many servers at once")
	})
	return err
}

// reconcileOnce returns false if another server changed the ring meanwhile.
func (v *Vault) reconcileOnce(ctx context.Context) (finished bool, err error) {
	known, err := v.knowledge()
	if err != nil {
		return false, err
	}
	raw, version, err := v.keyring.Keyring(ctx)
	if err != nil {
		return false, errors.Wrap(err, "read the key ring")
	}
	r, err := parseRing(raw)
	if err != nil {
		return false, err
	}
	opened, changed, locked := r.reconcile(known, v.now())
	if changed {
		encoded, err := json.Marshal(r)
		if err != nil {
			return false, errors.Wrap(err, "encode the key ring")
		}
		saved, err := v.keyring.SaveKeyring(ctx, string(encoded), version)
		if err != nil || !saved {
			return false, errors.Wrap(err, "write the key ring")
		}
	}
	if locked != nil {
		return true, fault.Wrap(locked, fault.Internal)
	}
	v.adopt(r, opened, known)
	return true, nil
}

// knowledge returns a copy of what the vault can open rings with.
func (v *Vault) knowledge() (knowledge, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.configured {
		return knowledge{}, notConfigured(keySetting)
	}
	return knowledge{keks: slices.Clip(v.keks), keys: maps.Clone(v.keys), switched: v.switched}, nil
}

// adopt remembers what was opened, unless the setting has changed since.
func (v *Vault) adopt(r *ring, opened map[string][]byte, known knowledge) {
	v.mu.Lock()
	defer v.mu.Unlock()
	maps.Copy(v.keys, opened)
	v.active, v.pruneAt = r.sealWith(opened), r.pruneAt(opened)
	if len(v.keks) == len(known.keks) {
		v.current, v.switched = true, false
	}
}

func notConfigured(setting string) error {
	return fault.New(fault.NotConfigured).With("Setting", setting)
}

func blobPrefix(id string) string { return version + "." + id + "." }

func blobContext(id, name string) string { return version + "|" + id + "|" + name }

// parseBlob splits a blob into the id of its data key and what is sealed.
func parseBlob(blob []byte) (id string, sealed []byte, err error) {
	head, rest, _ := strings.Cut(string(blob), ".")
	id, text, ok := strings.Cut(rest, ".")
	if head != version || !ok || id == "" {
		return "", nil, errors.New("not a sealed record")
	}
	sealed, err = base64.RawURLEncoding.Strict().DecodeString(text)
	return id, sealed, errors.Wrap(err, "not a sealed record")
}
