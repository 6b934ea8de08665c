package zoom

import (
	"context"
	"net/http"

	"github.com/pkg/errors"
)

// User is someone with an account in Zoom.
type User struct {
	ID        string
	AccountID string
	Email     string
	// PMI is the number of the user's personal room; "" when there is none.
	PMI string
}

// User returns the caller as Zoom knows them.
func (c *Client) User(ctx context.Context, as Caller) (User, error) {
	id, err := segment(as.User)
	if err != nil {
		return User{}, errors.Wrap(err, "read a user")
	}
	var w wireUser
	if err := c.do(ctx, as, call{operation: "read a user", method: http.MethodGet, path: "/users/" + id}, &w); err != nil {
		return User{}, err
	}
	return User{ID: w.ID, AccountID: w.AccountID, Email: w.Email, PMI: string(w.PMI)}, nil
}

// wireUser is a user in Zoom's JSON.
type wireUser struct {
	ID        string `json:"id"`
	AccountID string `json:"account_id"`
	Email     string `json:"email"`
	// PMI is a number here and a string in meetings.
	PMI flexID `json:"pmi"`
}

func (w *wireUser) complete() bool { return w.ID != "" }
