package stack

import (
	"cmp"
	"context"
	"database/sql"
	"regexp"
	"strings"
	"time"

	"github.com/lib/pq"
	"github.com/pkg/errors"
)

// Database looks into the database that the servers share, for what no API
// shows.
type Database struct{ db *sql.DB }

func openDatabase(ctx context.Context, dsn string) (*Database, error) {
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		return nil, errors.Wrap(err, "open the database")
	}
	// Not there on a server that MM_TEST_DSN names: then nothing is counted.
	_, _ = db.ExecContext(ctx, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
	return &Database{db: db}, nil
}

// Close ends the connections.
func (d *Database) Close() { _ = d.db.Close() }

// Record is one row of the plugin's tables.
type Record struct {
	Table string
	// Text has all columns, one a line. Bytes are shown as characters where they are some.
	Text string
}

// Records returns the rows of one of the plugin's tables, or of all for "". The pairs in the server's key-value table that the public
// plugin left count as a table, too.
func (d *Database) Records(ctx context.Context, table string) ([]Record, error) {
	// The database itself writes the query of each table.
	queries, err := d.texts(ctx, `/* e2e */ SELECT format('SELECT %L || E''\t'' || concat_ws(E''\n'', %s) FROM %I%s', table_name, string_agg(
		format(CASE data_type WHEN 'bytea' THEN 'encode(%I, ''escape'')' ELSE '%I' END, column_name), ', ' ORDER BY ordinal_position), table_name,
		CASE table_name WHEN 'pluginkeyvaluestore' THEN ' WHERE pluginid = ''`+PluginID+`''' ELSE '' END)
		FROM information_schema.columns WHERE table_schema = current_schema()
		AND (table_name LIKE 'zoom\_%' OR table_name = 'pluginkeyvaluestore') AND table_name LIKE `+pq.QuoteLiteral(cmp.Or(table, "%"))+` GROUP BY table_name`)
	if err != nil {
		return nil, err
	}
	var all []Record
	for _, query := range queries {
		rows, err := d.texts(ctx, "/* e2e */ "+query)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			name, text, _ := strings.Cut(row, "\t")
			all = append(all, Record{Table: name, Text: text})
		}
	}
	return all, nil
}

// texts returns the only column of a query.
func (d *Database) texts(ctx context.Context, query string) ([]string, error) {
	rows, err := d.db.QueryContext(ctx, query)
	if err != nil {
		return nil, errors.Wrap(err, "read the plugin's tables")
	}
	defer rows.Close()
	var texts []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, errors.Wrap(err, "read a row of the plugin's tables")
		}
		texts = append(texts, text)
	}
	return texts, errors.Wrap(rows.Err(), "read the plugin's tables")
}

// Text returns every text cell of a table as one text, to look for what must not
// be in it. Rows with these ids are left out.
func (d *Database) Text(ctx context.Context, table, column string, except ...string) (string, error) {
	var all sql.NullString
	// Both names come from the tests' own source.
	err := d.db.QueryRowContext(ctx,
		"SELECT string_agg("+column+"::text, E'\n') FROM "+table+" WHERE id <> ALL($1)", pq.Array(except)).Scan(&all)
	return all.String, errors.Wrapf(err, "read %s of %s", column, table)
}

// PostsLike returns the messages of the posts that a pattern of SQL fits, by the posts' ids.
func (d *Database) PostsLike(ctx context.Context, pattern string) (map[string]string, error) {
	rows, err := d.db.QueryContext(ctx, `SELECT id, message FROM posts WHERE message LIKE $1`, pattern)
	if err != nil {
		return nil, errors.Wrap(err, "look for posts")
	}
	defer rows.Close()
	found := map[string]string{}
	for rows.Next() {
		var id, message string
		if err := rows.Scan(&id, &message); err != nil {
			return nil, errors.Wrap(err, "read a post")
		}
		found[id] = message
	}
	return found, errors.Wrap(rows.Err(), "look for posts")
}

// Freeze holds rows or tables, so that statements that write them wait.
type Freeze struct {
	db   *sql.DB
	tx   *sql.Tx
	self int
}

// FreezePost freezes a post: it can't be rewritten.
func (d *Database) FreezePost(ctx context.Context, postID string) (*Freeze, error) {
	return d.freeze(ctx, `SELECT FROM posts WHERE id = $1 FOR UPDATE`, postID)
}

// FreezeTable freezes a table: nothing can be added or changed, and all can be read.
func (d *Database) FreezeTable(ctx context.Context, table string) (*Freeze, error) {
	return d.freeze(ctx, "LOCK TABLE "+table+" IN EXCLUSIVE MODE")
}

func (d *Database) freeze(ctx context.Context, lock string, args ...any) (*Freeze, error) {
	tx, err := d.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, errors.Wrap(err, "begin")
	}
	f := &Freeze{db: d.db, tx: tx}
	if err = tx.QueryRowContext(ctx, `SELECT pg_backend_pid()`).Scan(&f.self); err == nil {
		_, err = tx.ExecContext(ctx, lock, args...)
	}
	if err != nil {
		_ = tx.Rollback()
		return nil, errors.Wrap(err, "freeze")
	}
	return f, nil
}

// AwaitBlocked waits until a statement waits for the frozen rows.
func (f *Freeze) AwaitBlocked(ctx context.Context) error {
	return eventually(ctx, 20*time.Second, 20*time.Millisecond, func() error {
		var n int
		err := f.db.QueryRowContext(ctx,
			`SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))`, f.self).Scan(&n)
		if err != nil {
			return errors.Wrap(err, "look for who waits")
		}
		if n == 0 {
			return errors.New("nobody waits for the frozen rows")
		}
		return nil
	})
}

// Release gives the rows free: the statements that wait for them are carried out.
func (f *Freeze) Release() error { return errors.Wrap(f.tx.Rollback(), "release") }

// Thaw gives the rows free after it has refused the statements that wait for
// them. Refusing matters: a statement that the server runs for a killed plugin
// would otherwise be carried out by the server after all.
func (f *Freeze) Thaw(ctx context.Context) error {
	_, err := f.db.ExecContext(ctx,
		`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))`, f.self)
	if rollback := f.tx.Rollback(); err == nil {
		err = rollback
	}
	return errors.Wrap(err, "thaw")
}

// Statements are SQL statements by what they are for.
type Statements struct {
	// Tables are those on the plugin's own tables.
	Tables int64
	// KeyValue are those on the server's table of the plugins' key-value pairs.
	KeyValue int64
	// Server are all others of the servers, including those for posts of the plugin.
	Server int64
	// ByText is how often each was run.
	ByText map[string]int64
}

// Own are the statements on behalf of the plugin's records.
func (s Statements) Own() int64 { return s.Tables + s.KeyValue }

var (
	ownTable = regexp.MustCompile(`\bzoom_`)
	keyValue = regexp.MustCompile(`(?i)pluginkeyvaluestore`)
)

// Statements counts the statements in this database since the last ResetStatements. Transactions' begin and commit, and the statements
// of this package, are left out. It fails when the database keeps no statistics.
func (d *Database) Statements(ctx context.Context) (Statements, error) {
	s := Statements{ByText: map[string]int64{}}
	rows, err := d.db.QueryContext(ctx, `/* e2e */ SELECT regexp_replace(query, '\s+', ' ', 'g'), sum(calls) FROM pg_stat_statements
		WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
		AND query !~ 'e2e' AND query ~* '^[^a-z]*(select|insert|update|delete|with|--)' GROUP BY 1`)
	if err != nil {
		return s, errors.Wrap(err, "read the statement statistics")
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		var calls int64
		if err := rows.Scan(&text, &calls); err != nil {
			return s, errors.Wrap(err, "read a statistic")
		}
		s.ByText[text] = calls
		switch {
		case ownTable.MatchString(text):
			s.Tables += calls
		case keyValue.MatchString(text):
			s.KeyValue += calls
		default:
			s.Server += calls
		}
	}
	return s, errors.Wrap(rows.Err(), "read the statement statistics")
}

// MeetingsEnded returns when the last of the meetings' posts was written. It fails while one of them doesn't say that its meeting ended.
func (d *Database) MeetingsEnded(ctx context.Context, posts []string) (time.Time, error) {
	var ended int
	var last sql.NullInt64
	err := d.db.QueryRowContext(ctx, `/* e2e */ SELECT count(*), max(updateat) FROM posts WHERE id = ANY($1) AND props->>'meeting_status' = 'ENDED'`,
		pq.Array(posts)).Scan(&ended, &last)
	if err == nil && ended < len(posts) {
		err = errors.Errorf("%d of %d meetings have ended", ended, len(posts))
	}
	return time.UnixMilli(last.Int64), errors.Wrap(err, "look at the meetings' posts")
}

// Stamp is when a card was posted, when it was last edited, and when it or its thread was last written.
type Stamp struct{ Posted, Edited, Written time.Time }

// Cards returns the bridge's cards in a channel, by their titles.
func (d *Database) Cards(ctx context.Context, channelID string) (map[string]Stamp, error) {
	rows, err := d.db.QueryContext(ctx,
		`/* e2e */ SELECT props->'attachments'->0->>'title', createat, editat, updateat FROM posts
		 WHERE channelid = $1 AND rootid = '' AND jsonb_typeof(props->'bridge') = 'object'`, channelID)
	if err != nil {
		return nil, errors.Wrap(err, "look for cards")
	}
	defer rows.Close()
	cards := map[string]Stamp{}
	for rows.Next() {
		var title string
		var posted, edited, written int64
		if err := rows.Scan(&title, &posted, &edited, &written); err != nil {
			return nil, errors.Wrap(err, "read a card")
		}
		cards[title] = Stamp{time.UnixMilli(posted), time.UnixMilli(edited), time.UnixMilli(written)}
	}
	return cards, errors.Wrap(rows.Err(), "look for cards")
}

// ResetStatements sets the counts to zero.
func (d *Database) ResetStatements(ctx context.Context) error {
	_, err := d.db.ExecContext(ctx, `/* e2e */ SELECT pg_stat_statements_reset()`)
	return errors.Wrap(err, "reset the statement statistics")
}
