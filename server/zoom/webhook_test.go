package zoom_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/zoom"
)

const secret = "a-secret-of-the-tests"

// validation is a request to validate a URL in the form in which Zoom sends it, fields in an odd order and signed. Its
// signature and the answer were computed with another provider, with the secret above.
const (
	validation          = `{"payload":{"plainToken":"q9ibPhGeRZ6ayx5WTrXjRw"},"event_ts":1689061099652,"event":"endpoint.url_validation"}`
	validationTimestamp = "1689061099"
	validationSignature = "v0=5446dee2b6f9c98b9d63775c80cd1b08951ade8fb49bc15086ed3c01ff6126dd"
	validationAnswer    = `{"plainToken":"q9ibPhGeRZ6ayx5WTrXjRw","encryptedToken":"8314c17d22110055cac8d5cc4fd680d258406ef625063afb96fa4a5289c6dd91"}`
)

func at(seconds int64) func() time.Time {
	return func() time.Time { return time.Unix(seconds, 0) }
}

func knowing(secrets ...string) func() []string { return func() []string { return secrets } }

// signed returns the header of a delivery.
func signed(timestamp, signature string) http.Header {
	h := http.Header{}
	h.Set("x-zm-request-timestamp", timestamp)
	h.Set("x-zm-signature", signature)
	return h
}

// verify returns why the verifier refuses the delivery.
func verify(v *zoom.Verifier, header http.Header, body []byte) error {
	_, err := v.SignedBy(header, body)
	return err
}

// sign signs as Zoom does.
func sign(key, timestamp, body string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte("v0:" + timestamp + ":" + body))
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

func TestZoomsValidationOfTheURLIsVerifiedAndAnswered(t *testing.T) {
	t.Parallel()
	v := zoom.NewVerifier(knowing("the-next-secret", secret), at(1689061100))
	by, err := v.SignedBy(signed(validationTimestamp, validationSignature), []byte(validation))
	require.NoError(t, err)
	require.Equal(t, secret, by)

	e, err := zoom.ParseEvent([]byte(validation))
	require.NoError(t, err)
	require.Equal(t, zoom.EventURLValidation, e.Type)
	answer, err := zoom.ValidationAnswer(by, e.PlainToken)
	require.NoError(t, err)
	require.Equal(t, validationAnswer, string(answer))
}

func TestDefect04_NobodyGetsAnEventSignedByAskingForAValidation(t *testing.T) {
	t.Parallel()
	event := `{"event":"meeting.ended"}`
	for _, token := range []string{
		"v0:1689061099:" + event, "v0:1689061099:", "", " ", "a b", "a:b", "{}", "ü", "abc\n", "\x00", strings.Repeat("a", 129),
	} {
		answer, err := zoom.ValidationAnswer(secret, token)
		require.ErrorIs(t, err, zoom.ErrPlainToken, "%q", token)
		require.Empty(t, answer)
	}
	_, err := zoom.ValidationAnswer("", "q9ibPhGeRZ6ayx5WTrXjRw")
	require.ErrorIs(t, err, zoom.ErrNoSecret)
	_, err = zoom.ValidationAnswer(secret, strings.Repeat("a", 128))
	require.NoError(t, err)
	// And a request for one is itself refused unless Zoom signed it.
	require.ErrorIs(t, verify(zoom.NewVerifier(knowing(secret), at(1689061099)), http.Header{}, []byte(validation)), zoom.ErrUnsigned)
}

func TestDefect05_WithoutASecretNothingIsAccepted(t *testing.T) {
	t.Parallel()
	for _, secrets := range [][]string{nil, {}, {""}, {"", ""}} {
		v := zoom.NewVerifier(knowing(secrets...), at(1689061099))
		header := signed(validationTimestamp, sign("", validationTimestamp, validation))
		require.ErrorIs(t, verify(v, header, []byte(validation)), zoom.ErrNoSecret)
	}
	// An empty secret beside a real one signs nothing.
	v := zoom.NewVerifier(knowing("", secret), at(1689061099))
	header := signed(validationTimestamp, sign("", validationTimestamp, validation))
	require.ErrorIs(t, verify(v, header, []byte(validation)), zoom.ErrSignature)
}

func TestWhatIsNotZoomsDeliveryIsRefused(t *testing.T) {
	t.Parallel()
	with := func(change func(http.Header)) http.Header {
		h := signed(validationTimestamp, validationSignature)
		change(h)
		return h
	}
	for _, test := range []struct {
		name   string
		header http.Header
		body   string
		want   error
	}{
		{"genuine", with(func(http.Header) {}), validation, nil},
		{"nothing in the header", http.Header{}, validation, zoom.ErrUnsigned},
		{"no signature", with(func(h http.Header) { h.Del("x-zm-signature") }), validation, zoom.ErrUnsigned},
		{"no timestamp", with(func(h http.Header) { h.Del("x-zm-request-timestamp") }), validation, zoom.ErrUnsigned},
		{"signed with another secret", signed(validationTimestamp, sign("guess", validationTimestamp, validation)), validation, zoom.ErrSignature},
		{"a changed body", with(func(http.Header) {}), validation + " ", zoom.ErrSignature},
		{"no body", with(func(http.Header) {}), "", zoom.ErrSignature},
		{"a changed timestamp", signed("1689061100", validationSignature), validation, zoom.ErrSignature},
		{"signed twice", with(func(h http.Header) { h.Add("x-zm-signature", "v0=00") }), validation, zoom.ErrSignature},
		{"signed twice in one line", signed(validationTimestamp, "v0=00,"+validationSignature), validation, zoom.ErrSignature},
		{"two timestamps", with(func(h http.Header) { h.Add("x-zm-request-timestamp", validationTimestamp) }), validation, zoom.ErrSignature},
		{"another scheme", signed(validationTimestamp, strings.Replace(validationSignature, "v0", "v1", 1)), validation, zoom.ErrSignature},
		{"no scheme", signed(validationTimestamp, validationSignature[3:]), validation, zoom.ErrSignature},
		{"not hexadecimal", signed(validationTimestamp, "v0=zz"), validation, zoom.ErrSignature},
		{"half a signature", signed(validationTimestamp, validationSignature[:35]), validation, zoom.ErrSignature},
		{"an empty signature", signed(validationTimestamp, ""), validation, zoom.ErrSignature},
		{"a timestamp with a sign", signed("+1689061099", sign(secret, "+1689061099", validation)), validation, zoom.ErrSignature},
		{"a timestamp that is a date", signed("2023-07-11", sign(secret, "2023-07-11", validation)), validation, zoom.ErrSignature},
		{"a timestamp beyond all time", signed("99999999999999999999", sign(secret, "99999999999999999999", validation)), validation, zoom.ErrStale},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.ErrorIs(t, verify(zoom.NewVerifier(knowing(secret), at(1689061099)), test.header, []byte(test.body)), test.want)
		})
	}
}

func TestTrapTheLastRetryOf85MinutesMayCarryTheFirstTimestamp(t *testing.T) {
	t.Parallel()
	const sent = 1689061099
	for age, want := range map[time.Duration]error{
		0:                             nil,
		85 * time.Minute:              nil,
		100 * time.Minute:             nil,
		100*time.Minute + time.Second: zoom.ErrStale,
		-5 * time.Minute:              nil,
		-5*time.Minute - time.Second:  zoom.ErrStale,
	} {
		v := zoom.NewVerifier(knowing(secret), at(sent+int64(age/time.Second)))
		require.ErrorIs(t, verify(v, signed(validationTimestamp, validationSignature), []byte(validation)), want, age)
	}
	// Milliseconds, which Zoom uses inside of events, are no seconds.
	v := zoom.NewVerifier(knowing(secret), at(sent))
	require.ErrorIs(t, verify(v, signed("1689061099652", sign(secret, "1689061099652", validation)), []byte(validation)), zoom.ErrStale)
}

func TestAnAdminReplacesTheSecretWithoutLosingEvents(t *testing.T) {
	t.Parallel()
	setting := "old-secret"
	v := zoom.NewVerifier(func() []string { return zoom.Secrets(setting) }, at(1689061099))
	signedWith := func(key string) error {
		return verify(v, signed(validationTimestamp, sign(key, validationTimestamp, validation)), []byte(validation))
	}
	require.NoError(t, signedWith("old-secret"))
	setting = "new-secret,\n old-secret "
	require.NoError(t, signedWith("old-secret"))
	require.NoError(t, signedWith("new-secret"))
	setting = "new-secret"
	require.ErrorIs(t, signedWith("old-secret"), zoom.ErrSignature)
	setting = " ,\n"
	require.ErrorIs(t, signedWith(""), zoom.ErrNoSecret)
}

func FuzzVerify(f *testing.F) {
	f.Add(validationTimestamp, validationSignature, validation)
	f.Add("", "", "")
	f.Add("-1", "v0=", "{}")
	f.Add("1689061099", "v0=zz", "\x00")
	f.Fuzz(func(t *testing.T, timestamp, signature, body string) {
		v := zoom.NewVerifier(knowing(secret), at(1689061099))
		if verify(v, signed(timestamp, signature), []byte(body)) == nil {
			require.True(t, strings.EqualFold(sign(secret, timestamp, body), signature), "only what the secret signs is accepted")
			_, err := strconv.ParseInt(timestamp, 10, 64)
			require.NoError(t, err)
		}
		if answer, err := zoom.ValidationAnswer(secret, body); err == nil {
			require.True(t, json.Valid(answer))
			require.NotContains(t, body, ":", "such a text could be the beginning of an event's signature")
		}
	})
}
