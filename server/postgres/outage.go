package postgres

import (
	"io"
	"net"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
)

// outage reports whether an error code of PostgreSQL means that the database is not there for now: it is starting, stopping, out of
// connections, or a standby. https://www.postgresql.org/docs/current/errcodes-appendix.html
func outage(code string) bool {
	switch code {
	case "53300", "57P01", "57P02", "57P03", "25006":
		return true
	}
	return strings.HasPrefix(code, "08")
}

// isNetwork reports whether the connection broke.
func isNetwork(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// isOutage reports whether the error was classified as the database's absence.
func isOutage(err error) bool { return fault.Is(err, fault.DatabaseUnavailable) }
