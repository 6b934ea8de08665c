package oauth_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
)

// Shapes of Zoom's answers to a refresh token that is no longer accepted. Sources: the list of OAuth error messages at
// https://developers.zoom.us/docs/integrations/oauth-error-messages/, and answers quoted in public issues
// (raycast/extensions#10896, raycast/extensions#10525, tl-its-umich-edu/remote-office-hours-queue#363).
var deadGrants = map[string]struct {
	status int
	body   string
	logged string
}{
	"invalid_grant":            {400, `{"reason":"Invalid Token!","error":"invalid_grant"}`, `"Invalid Token!"`},
	"invalid_grant alone":      {400, `{"error":"invalid_grant"}`, "400 invalid_grant"},
	"invalid_request":          {400, `{"reason":"Invalid Token!","error":"invalid_request"}`, `"Invalid Token!"`},
	"in other words":           {400, `{"reason":"Refresh token invalid","error":"invalid_request"}`, `"Refresh token invalid"`},
	"expired":                  {401, `{"reason":"The refresh token has expired.","error":"invalid_request"}`, "has expired"},
	"revoked, by a number":     {400, `{"errorCode":4741}`, "400 4741"},
	"revoked, number as text":  {401, `{"code":"4741","message":"The token has been revoked."}`, `"The token has been revoked."`},
	"the owner is gone":        {400, `{"errorCode":4735,"errorMessage":"The owner of the token can not be found."}`, "4735"},
	"the API's bad token":      {401, `{"code":124,"message":"Invalid access token."}`, "124"},
	"number in the error":      {400, `{"error":4741,"reason":"revoked"}`, "4741"},
	"described as in the RFC":  {400, `{"error":"invalid_request","error_description":"Token is revoked"}`, `"Token is revoked"`},
	"an invalid_token":         {401, `{"error":"invalid_token"}`, "invalid_token"},
	"over two lines of reason": {400, "{\"reason\":\"Invalid\\nToken!\",\"error\":\"invalid_grant\"}", `"Invalid Token!"`},
}

func TestC5_EveryDeadGrantLeadsToConnectingAgainAndIsLoggedWithItsReason(t *testing.T) {
	t.Parallel()
	for name, tc := range deadGrants {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				s := w.server(firstKey)
				w.connect(s, "ann", "ann@example.com", 0)
				w.zoom.breakWith(answerWith(tc.status, "application/json", tc.body))
				_, err := s.tokens.Of("ann").Token(t.Context())
				wantFault(t, fault.Revoked, err)
				require.Equal(t, 1, w.logged(tc.logged), "the reason is in the log, once")
				w.zoom.breakWith(nil)
				_, err = s.tokens.Of("ann").Token(t.Context())
				wantFault(t, fault.Revoked, err)
			})
		})
	}
}

func TestC5_WhatIsNotTheGrantsFaultKeepsIt(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		body   string
		code   fault.Code
		params map[string]string
	}{
		"a client that Zoom does not know": {401, `{"errorCode":4702,"errorMessage":"Invalid client."}`, fault.ClientRejected, nil},
		"a wrong client secret":            {400, `{"errorCode":"4704","errorMessage":"Invalid client secret."}`, fault.ClientRejected, nil},
		"an app that an admin disabled": {
			400, `{"errorCode":4738,"errorMessage":"App has been disabled by admin."}`, fault.ZoomRefused,
			map[string]string{"Code": "4738", "Message": "App has been disabled by admin."},
		},
		"a redirect address that differs": {
			400, `{"errorCode":4709,"errorMessage":"Redirect URI mismatch."}`, fault.ZoomRefused,
			map[string]string{"Code": "4709", "Message": "Redirect URI mismatch."},
		},
		"a limit": {429, `{"code":429,"message":"Invalid token rate"}`, fault.RateLimited, nil},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				s := w.server(firstKey)
				w.connect(s, "ann", "ann@example.com", 0)
				w.zoom.breakWith(answerWith(tc.status, "application/json", tc.body))
				_, err := s.tokens.Of("ann").Token(t.Context())
				wantFault(t, tc.code, err)
				if tc.params != nil {
					require.Equal(t, tc.params, fault.ParamsOf(err))
				}
				w.zoom.breakWith(nil)
				_, err = s.tokens.Of("ann").Token(t.Context())
				require.NoError(t, err)
			})
		})
	}
}

// An answer may repeat what it was sent; that never reaches the log.
func TestC5_TheReasonIsLoggedWithoutTheToken(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		w.connect(s, "ann", "ann@example.com", 0)
		var sent string
		w.zoom.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
			sent = r.PostFormValue("refresh_token")
			refuse(rw, http.StatusBadRequest, "invalid_grant", "Token "+sent+" of eyJhbGciOiJIUzUxMiJ9.payload.signature is invalid")
			return true
		})
		_, err := s.tokens.Of("ann").Token(t.Context())
		wantFault(t, fault.Revoked, err)
		require.NotEmpty(t, sent)
		require.Equal(t, 1, w.logged("Token … of … is invalid"))
		require.Zero(t, w.logged(sent))
		require.Zero(t, w.logged("eyJ"))
	})
}
