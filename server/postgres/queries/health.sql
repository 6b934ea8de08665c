-- name: Health :one
-- The version of the tables, how many rows they have by the database's estimate, how large they are with their indexes, and the jobs that
-- are due.
SELECT
    (SELECT coalesce(max(version_id), 0) FROM zoom_migration)::bigint AS version,
    coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint AS rows, coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint AS bytes,
    (SELECT count(*) FROM zoom_job j WHERE j.finished_at IS NULL AND j.due_at <= now())::bigint AS waiting,
    (SELECT coalesce(extract(epoch FROM now() - min(j.due_at)), 0) FROM zoom_job j WHERE j.finished_at IS NULL AND j.due_at <= now())::double precision
        AS oldest_seconds
FROM pg_catalog.pg_class c WHERE c.relkind = 'r' AND c.relname LIKE 'zoom\_%' AND pg_table_is_visible(c.oid);
