-- +goose Up
-- The queue of durable jobs. A finished job keeps only what recognizes a repeat, for 72 hours; see package queue.

CREATE TABLE zoom_job (
    id text PRIMARY KEY,
    kind text NOT NULL,
    -- The sender whose quota the job counts against.
    source text NOT NULL,
    -- Jobs with one key are handled one after another.
    key text NOT NULL,
    -- The request; empty once the job is finished. The header is JSON.
    header text NOT NULL,
    body bytea NOT NULL,
    received_at timestamptz NOT NULL,
    -- When it was first due: received_at, or later.
    due_at timestamptz NOT NULL,
    -- The number of failed attempts; of a finished job, of all.
    attempts integer NOT NULL DEFAULT 0,
    -- The server that has the lease, or ''.
    holder text NOT NULL,
    -- When any server may take it: the next attempt, or the end of the lease.
    next_at timestamptz NOT NULL,
    -- How many servers let their lease run out, and whether this one has begun to handle the job after that.
    crashes integer NOT NULL DEFAULT 0,
    started boolean NOT NULL DEFAULT false,
    finished_at timestamptz,
    result text NOT NULL DEFAULT ''
) WITH (
    -- Each job is updated once: room on its page keeps that near. Most rows are finished, so that few changes are a small part of the table.
    fillfactor = 85,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02
);
-- The work that is left: a few rows among a million.
CREATE INDEX zoom_job_next ON zoom_job (next_at, received_at) WHERE finished_at IS NULL;
CREATE INDEX zoom_job_finished ON zoom_job (finished_at) WHERE finished_at IS NOT NULL;
