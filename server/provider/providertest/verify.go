package providertest

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/provider"
)

// secret and former are shared with the provider; stranger isn't.
const (
	secret   = "KSOXMWX5UBLQTBRPBKVCZMAFWE"
	former   = "4ZQ6JH2TTXN6MJRV7KJ3YH5W2A"
	stranger = "QIGD4JUX2CQHQYAKWUUDBV2UJE"
)

// checkVerify checks each proof with each fixture.
func (tr *conformance) checkVerify(t *testing.T) {
	for _, f := range tr.Fixtures {
		if f.Secret != "" {
			continue // it has its own proof; see checkRecordedDeliveries
		}
		bare := tr.delivery(f, 0)
		tr.checkUnproved(t, f, bare)
		for _, proof := range tr.Proofs {
			if len(bare.Body) == 0 && proof.CoversBody {
				continue // an empty body can't be signed
			}
			label := f.Name + ", " + proof.Name
			tr.requireAccepted(t, label, proof, bare)
			tr.requireRefused(t, label, proof, bare)
		}
	}
}

func (tr *conformance) checkUnproved(t *testing.T, f Fixture, bare provider.Delivery) {
	for _, secrets := range [][]string{nil, {}, {""}, {secret}} {
		_, err := tr.p.Verify(bare, secrets)
		if f.Ping {
			require.ErrorIs(t, err, provider.ErrPing, f.Name)
			continue
		}
		require.ErrorIs(t, err, provider.ErrUnsigned, f.Name)
	}
}

func (tr *conformance) requireAccepted(t *testing.T, label string, proof Proof, bare provider.Delivery) {
	for position, with := range []string{secret, former} {
		got, err := tr.p.Verify(proof.apply(bare, with), []string{secret, former})
		require.NoError(t, err, label)
		require.Equal(t, provider.Proof{Secret: position, By: proof.By}, got, "%s: which secret it was", label)
	}
	got, err := tr.p.Verify(proof.apply(bare, former), []string{"", former})
	require.NoError(t, err, label)
	require.Equal(t, 1, got.Secret, "%s: a blank secret keeps its place", label)
}

func (tr *conformance) requireRefused(t *testing.T, label string, proof Proof, bare provider.Delivery) {
	right := proof.apply(bare, secret)
	refused := func(why string, d provider.Delivery, secrets ...string) {
		t.Helper()
		_, err := tr.p.Verify(d, secrets)
		require.Error(t, err, "%s: %s", label, why)
		require.True(t, isRefusal(err), "%s: %s: %v", label, why, err)
		require.NotContains(t, err.Error(), secret)
	}
	refused("no secrets", right)
	refused("a blank secret", right, "")
	refused("made with a blank secret", proof.apply(bare, ""), "")
	refused("made with a blank secret", proof.apply(bare, ""), secret, "")
	refused("another secret", right, stranger)
	refused("made with another secret", proof.apply(bare, stranger), secret, former)

	value := proof.shown(right)
	for _, cut := range []int{1, 2, len(value) / 2, len(value) - 2, len(value) - 1} {
		refused("cut short", proof.show(bare, value[:cut]), secret)
	}
	refused("cut at the front", proof.show(bare, value[1:]), secret)
	refused("one too long", proof.show(bare, value+"0"), secret)
	refused("much too long", proof.show(bare, strings.Repeat(value, 2000)), secret)
	refused("blank", proof.show(bare, " "), secret)
	refused("with a zero byte", proof.show(bare, value+"\x00"), secret)
	if proof.Prefix != "" {
		refused("the prefix alone", proof.show(bare, proof.Prefix), secret)
	}
	if !proof.CoversBody {
		return
	}
	tampered := right
	tampered.Body = append(bytes.Clone(right.Body), ' ')
	refused("a body with more", tampered, secret)
	tampered.Body = bytes.Clone(right.Body[:len(right.Body)-1])
	refused("a body with less", tampered, secret)
	tampered.Body = bytes.Clone(right.Body)
	tampered.Body[len(tampered.Body)/2] ^= 1
	refused("another body", tampered, secret)
}

func isRefusal(err error) bool {
	return errors.Is(err, provider.ErrForged) || errors.Is(err, provider.ErrUnsigned) || errors.Is(err, provider.ErrPing)
}

// checkRecordedDeliveries checks pairs of headers and body from the provider's documentation or a recording.
func (tr *conformance) checkRecordedDeliveries(t *testing.T) {
	for _, f := range tr.Fixtures {
		if f.Secret == "" {
			continue
		}
		_, err := tr.p.Verify(tr.delivery(f, 0), []string{f.Secret})
		require.NoError(t, err, f.Name)
		_, err = tr.p.Verify(tr.delivery(f, 0), []string{secret})
		require.ErrorIs(t, err, provider.ErrForged, f.Name)
	}
}
