package teamchat

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"mattermost-plugin-zoom/sandbox/kit"
)

// ContextHeader is the header in which the client tells an app's page who opened it,
// where.
const ContextHeader = "X-Zoom-App-Context"

// The features that a page can be opened from.
const (
	fromCard    = "interactiveCard"
	fromMessage = "messageShortcut"
	fromCompose = "composeShortcut"
)

// appContext is what the header contains.
// https://developers.zoom.us/docs/zoom-apps/zoomappcontext/
type appContext struct {
	Type      string `json:"typ"`
	UserID    string `json:"uid"`
	ActionID  string `json:"aid"`
	ChatID    string `json:"chid"`
	MessageID string `json:"msgid"`
	ThreadID  string `json:"tid"`
	From      string `json:"of"`
	TriggerID string `json:"trid"`
	Timestamp int64  `json:"ts"` // milliseconds
}

// seal encrypts a context for the app: base64 of the lengths and values of nonce, extra
// data and ciphertext, and then the tag. The key is a hash of the client secret.
func seal(g *kit.IDs, secret string, context appContext) string {
	key := sha256.Sum256([]byte(secret))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // the key has the right length
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	nonce, extra := g.Bytes(gcm.NonceSize()), []byte{}
	sealed := gcm.Seal(nil, nonce, kit.Compact(context), extra)
	text, tag := sealed[:len(sealed)-gcm.Overhead()], sealed[len(sealed)-gcm.Overhead():]
	out := append([]byte{byte(len(nonce))}, nonce...)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(extra)))
	out = append(out, extra...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(text)))
	return base64.RawURLEncoding.EncodeToString(append(append(out, text...), tag...))
}
