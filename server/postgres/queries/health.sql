-- name: Health :one
-- The version of the tables, and how large they are with their indexes.
SELECT
    (SELECT coalesce(max(version_id), 0) FROM zoom_migration)::bigint AS version,
    (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)
     FROM pg_catalog.pg_class c WHERE c.relkind = 'r' AND c.relname LIKE 'zoom\_%' AND pg_table_is_visible(c.oid))::bigint AS bytes;
