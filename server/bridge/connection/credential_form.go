package connection

import (
	"net/url"
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// CredentialFields are the provider's questions; that for the address only where it is not known otherwise.
func CredentialFields(bearer provider.TokenAuth, site string, asksAddress bool) []chat.FormField {
	var fields []chat.FormField
	for _, field := range bearer.CredentialForm() {
		if field.Name == FieldAddress {
			if !asksAddress {
				continue
			}
			field.Default = site
		}
		fields = append(fields, field)
	}
	return fields
}

// baseAddress returns the address of a server as sites have it, if it can be one.
func baseAddress(text string) (string, bool) {
	text = strings.TrimRight(strings.TrimSpace(text), "/")
	u, err := url.Parse(text)
	if err != nil || len(text) > MaxSiteURL || strings.ContainsAny(text, "?#") || u.Scheme != "https" && u.Scheme != "http" {
		return "", false
	}
	return text, u.Host != "" && u.User == nil
}

// FieldErrorsAt is conversation.FieldErrors for what a provider answered to the form's values, as far as that tells which field is wrong.
func FieldErrorsAt(err error, fields []chat.FormField) (chat.FormErrors, error) {
	slips, err := conversation.FieldErrors(err)
	if err == nil {
		return slips, nil
	}
	at := ""
	switch {
	case fault.Is(err, fault.AccountRejected, fault.ProviderForbidden, fault.NotResourceAdmin):
		at = fieldToken
	case fault.Is(err, fault.HostUnknown, fault.ProviderUnavailable, fault.ResourceUnknown):
		at = FieldAddress
	}
	asked := func(name string) bool {
		return slices.ContainsFunc(fields, func(f chat.FormField) bool { return f.Name == name })
	}
	if at == FieldAddress && !asked(at) && fault.Is(err, fault.ResourceUnknown) {
		at = fieldToken // what the address names is there, and the token doesn't see it
	}
	if !asked(at) {
		return nil, err
	}
	return chat.FormErrors{at: chat.Failure(err)}, nil
}
