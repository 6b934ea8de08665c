package oauth

import (
	"context"

	"github.com/pkg/errors"
)

// resealChunk is how many grants are read at once to be sealed again.
const resealChunk = 200

// ResealGrants seals all grants with the vault's data key in use that aren't yet, and returns how many. It may run on every server at the
// same time, and one that is stopped goes on with its next call. What can't be opened stays as it is.
func ResealGrants(ctx context.Context, grants Grants, vault *Vault) (resealed int, err error) {
	prefix, err := vault.Prefix(ctx)
	if err != nil {
		return 0, errors.Wrap(err, "look which data key is in use")
	}
	for after := (GrantKey{}); ; {
		chunk, err := grants.GrantsNotSealedWith(ctx, prefix, after, resealChunk)
		if err != nil {
			return resealed, errors.Wrap(err, "list grants to seal again")
		}
		for _, g := range chunk {
			after = g.Key
			fresh, changed, err := vault.Reseal(ctx, g.Key.SealName(), []byte(g.Sealed))
			if err != nil {
				return resealed, errors.Wrap(err, "seal a grant again")
			}
			if !changed {
				continue
			}
			// What was changed since is sealed with the new key already.
			done, err := grants.ResealGrant(ctx, g.Key, g.Sealed, string(fresh))
			if err != nil {
				return resealed, errors.Wrap(err, "store a grant that was sealed again")
			}
			if done {
				resealed++
			}
		}
		if len(chunk) < resealChunk {
			return resealed, nil
		}
	}
}
