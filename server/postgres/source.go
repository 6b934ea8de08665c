package postgres

import (
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pkg/errors"
)

// Sizes and limits of the pool. It is small: the Mattermost server has a pool of its own on the same database.
const (
	maxConns = 8
	// idleTime and lifetime let connections go to a new primary after a failover.
	idleTime = 5 * time.Minute
	lifetime = 30 * time.Minute
	// connectTimeout bounds one attempt to connect.
	connectTimeout = 5 * time.Second
	// statementTimeout is a backstop on the database's side; each call also has a context.
	statementTimeout = "30000"
)

// ErrNotPostgres means that the server's data source is not that of a PostgreSQL database.
var ErrNotPostgres = errors.New("the server's data source is not a PostgreSQL database")

// driverParameters are parameters of the data source that lib/pq, the driver of the Mattermost server, takes for itself. pgx would send
// them to the database, which refuses what it doesn't know: https://pkg.go.dev/github.com/lib/pq#hdr-Connection_String_Parameters.
var driverParameters = []string{"binary_parameters", "disable_prepared_binary_result", "fallback_application_name", "sslinline"}

// poolConfig returns the pool's settings for the server's data source. No error contains the data source, since that has the password.
func poolConfig(dataSource string) (*pgxpool.Config, error) {
	if strings.TrimSpace(dataSource) == "" || strings.Contains(dataSource, "@tcp(") {
		return nil, ErrNotPostgres
	}
	config, err := pgxpool.ParseConfig(dataSource)
	if err != nil {
		return nil, errors.New("the server's data source can't be read as that of a PostgreSQL database")
	}
	parameters := config.ConnConfig.RuntimeParams
	pooled := parameters["binary_parameters"] == "yes"
	for _, name := range driverParameters {
		delete(parameters, name)
	}
	parameters["application_name"] = "mattermost-plugin-zoom"
	if pooled {
		// Admins set binary_parameters where a pooler such as PgBouncer hands each transaction another connection: no statement can stay
		// prepared then, and the pooler refuses startup parameters that it doesn't know.
		config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	} else {
		setDefault(parameters, "statement_timeout", statementTimeout)
		setDefault(parameters, "idle_in_transaction_session_timeout", statementTimeout)
		// To plan a statement takes as long as to run it, and each has one good plan for whatever it is about. The database would rather plan
		// each anew, as it takes an array of unknown length for longer than it is.
		setDefault(parameters, "plan_cache_mode", "force_generic_plan")
	}
	config.ConnConfig.ConnectTimeout = connectTimeout
	config.MaxConns, config.MinConns = maxConns, 0
	config.MaxConnIdleTime, config.MaxConnLifetime = idleTime, lifetime
	return config, nil
}

func setDefault(parameters map[string]string, name, value string) {
	if parameters[name] == "" {
		parameters[name] = value
	}
}
