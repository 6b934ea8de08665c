package oauth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"github.com/pkg/errors"
)

const (
	// keySize is the length of a data key and of a key-encryption key: AES-256.
	keySize = 32
	// overlap is how long a data key stays open to the earlier setting, for servers that learn of the new one late.
	overlap = 10 * time.Minute
	// grace is how long a ring that the setting does not open is left alone: a server that knows the earlier setting
	// may be about to seal it again.
	grace = time.Minute
)

// kek is a key-encryption key: what the setting of the System Console becomes.
type kek struct {
	id  string
	key []byte
}

// deriveKEK turns the setting's text into a key. Its id tells settings apart and nothing about the key.
func deriveKEK(setting string) (kek, error) {
	key, err := hkdf.Key(sha256.New, []byte(setting), nil, "mattermost-plugin-zoom vault kek v1", keySize)
	if err != nil {
		return kek{}, errors.Wrap(err, "derive the key-encryption key")
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("fingerprint"))
	return kek{id: base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:9]), key: key}, nil
}

// ring is the record of data keys. The tokens are sealed with a data key; the data key is sealed with the setting. So everything stays
// readable while the setting changes: a new setting comes with a new data key, and what the earlier ones sealed is sealed with it one by one.
// An old copy of the database with its old setting opens nothing that was sealed since.
type ring struct {
	// Active is the data key to seal with.
	Active string     `json:"active"`
	Keys   []*dataKey `json:"keys"`
	// Locked says for each setting that opens none of the keys since when that is known.
	Locked map[string]time.Time `json:"locked,omitempty"`
}

// dataKey is one data key, once for each setting that opens it.
type dataKey struct {
	ID string `json:"kid"`
	// Born is the setting that it was made for.
	Born  string  `json:"born,omitempty"`
	Wraps []*wrap `json:"wraps"`
}

// wrap is a data key sealed with one setting.
type wrap struct {
	KEK    string `json:"kek"`
	Sealed string `json:"sealed"`
	// Until is when the wrap of an earlier setting goes; zero for one that stays.
	Until time.Time `json:"until,omitzero"`
}

func parseRing(raw string) (*ring, error) {
	r := &ring{}
	if raw == "" {
		return r, nil
	}
	if err := json.Unmarshal([]byte(raw), r); err != nil {
		return nil, errors.Wrap(err, "decode the key ring")
	}
	r.Keys = slices.DeleteFunc(r.Keys, func(k *dataKey) bool { return k == nil })
	for _, k := range r.Keys {
		k.Wraps = slices.DeleteFunc(k.Wraps, func(w *wrap) bool { return w == nil })
	}
	return r, nil
}

// knowledge is what one server can open a ring with.
type knowledge struct {
	// keks are all settings since the server started; the last is the current one.
	keks []kek
	// keys are the data keys that it opened before, by id.
	keys map[string][]byte
	// switched says that the current setting took the place of another while the server ran.
	switched bool
}

func (k knowledge) current() kek { return k.keks[len(k.keks)-1] }

// reconcile opens what can be opened and makes sure that the current setting opens it from now on. It returns the opened keys
// and whether the ring has changed. ErrLocked means that nothing opens, and that it is too early to start over.
func (r *ring) reconcile(known knowledge, now time.Time) (opened map[string][]byte, changed bool, err error) {
	opened = map[string][]byte{}
	for _, k := range r.Keys {
		if key := k.open(known); key != nil {
			opened[k.ID] = key
			changed = k.rewrap(key, known, now) || changed
		}
	}
	if known.switched && len(opened) > 0 && r.bornBefore(known.current()) {
		id, key := r.succeed(known, now)
		opened[id], changed = key, true
	}
	current := known.current().id
	since, marked := r.Locked[current]
	switch {
	case len(opened) > 0:
		if marked {
			delete(r.Locked, current)
		}
		return opened, changed || marked, nil
	case len(r.Keys) > 0 && !marked:
		if r.Locked == nil {
			r.Locked = map[string]time.Time{}
		}
		r.Locked[current] = now
		return opened, true, ErrLocked
	case len(r.Keys) > 0 && now.Before(since.Add(grace)):
		return opened, changed, ErrLocked
	}
	delete(r.Locked, current)
	id, key := r.add(known.current())
	opened[id] = key
	return opened, true, nil
}

// add puts a new data key into the ring and makes it the active one.
func (r *ring) add(current kek) (id string, key []byte) {
	random := make([]byte, keySize+9)
	_, _ = rand.Read(random) // never fails: https://pkg.go.dev/crypto/rand#Read
	key, id = random[:keySize], base64.RawURLEncoding.EncodeToString(random[keySize:])
	r.Keys = append(r.Keys, &dataKey{ID: id, Born: current.id, Wraps: []*wrap{newWrap(id, key, current)}})
	r.Active = id
	return id, key
}

// bornBefore reports whether the active data key was made for another setting.
func (r *ring) bornBefore(current kek) bool {
	return !slices.ContainsFunc(r.Keys, func(k *dataKey) bool { return k.ID == r.Active && k.Born == current.id })
}

// succeed puts a new data key in the place of the active one. Settings that open that one for a while open the new one as long, for servers
// that learn of the change late.
func (r *ring) succeed(known knowledge, now time.Time) (id string, key []byte) {
	before := r.Active
	id, key = r.add(known.current())
	next := r.Keys[len(r.Keys)-1]
	for _, k := range r.Keys {
		for _, w := range k.Wraps {
			at := slices.IndexFunc(known.keks, func(earlier kek) bool { return earlier.id == w.KEK })
			if k.ID != before || at < 0 || w.KEK == known.current().id || w.Until.IsZero() {
				continue
			}
			late := newWrap(id, key, known.keks[at])
			late.Until = now.Add(overlap)
			next.Wraps = append(next.Wraps, late)
		}
	}
	return id, key
}

// sealWith returns the key to seal with: the active one, or the latest that this server can open.
func (r *ring) sealWith(opened map[string][]byte) string {
	if opened[r.Active] != nil {
		return r.Active
	}
	for _, k := range slices.Backward(r.Keys) {
		if opened[k.ID] != nil {
			return k.ID
		}
	}
	return ""
}

// pruneAt returns when the first wrap of an earlier setting goes that this server can replace, zero when there is none.
func (r *ring) pruneAt(opened map[string][]byte) (first time.Time) {
	for _, k := range r.Keys {
		if opened[k.ID] == nil {
			continue
		}
		for _, w := range k.Wraps {
			if !w.Until.IsZero() && (first.IsZero() || w.Until.Before(first)) {
				first = w.Until
			}
		}
	}
	return first
}

// open returns the data key, or nil.
func (k *dataKey) open(known knowledge) []byte {
	if key := known.keys[k.ID]; key != nil {
		return key
	}
	for _, w := range k.Wraps {
		for _, candidate := range known.keks {
			if candidate.id != w.KEK {
				continue
			}
			sealed, err := base64.RawURLEncoding.DecodeString(w.Sealed)
			if err != nil {
				continue
			}
			key, err := open(candidate.key, sealed, wrapContext(k.ID, w.KEK))
			if err == nil && len(key) == keySize {
				return key
			}
		}
	}
	return nil
}

// rewrap makes sure that the current setting opens the data key. Only a server on which the setting changed ends the wraps of
// other settings, after the overlap; else servers whose settings differ for a while would take turns at shutting each other out.
func (k *dataKey) rewrap(key []byte, known knowledge, now time.Time) (changed bool) {
	current := known.current()
	at := slices.IndexFunc(k.Wraps, func(w *wrap) bool { return w.KEK == current.id })
	if at < 0 {
		k.Wraps = append(k.Wraps, newWrap(k.ID, key, current))
		changed = true
	} else if own := k.Wraps[at]; !own.Until.IsZero() && (known.switched || !now.Before(own.Until)) {
		own.Until = time.Time{}
		changed = true
	}
	for _, w := range k.Wraps {
		if known.switched && w.KEK != current.id && w.Until.IsZero() {
			w.Until = now.Add(overlap)
			changed = true
		}
	}
	before := len(k.Wraps)
	k.Wraps = slices.DeleteFunc(k.Wraps, func(w *wrap) bool {
		return w.KEK != current.id && !w.Until.IsZero() && !now.Before(w.Until)
	})
	return changed || len(k.Wraps) < before
}

func newWrap(id string, key []byte, with kek) *wrap {
	sealed := seal(with.key, key, wrapContext(id, with.id))
	return &wrap{KEK: with.id, Sealed: base64.RawURLEncoding.EncodeToString(sealed)}
}

func wrapContext(id, kek string) string { return "v1|ring|" + id + "|" + kek }

// seal encrypts with AES-256-GCM; the random nonce goes first, the context must be the same to open it.
func seal(key, plain []byte, context string) []byte {
	return aead(key).Seal(nil, nil, plain, []byte(context))
}

func open(key, sealed []byte, context string) ([]byte, error) {
	return aead(key).Open(nil, nil, sealed, []byte(context))
}

// aead returns the cipher for a key of keySize bytes, the only length there is here.
func aead(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return gcm
}
