-- +goose Up
-- The first version of the plugin's tables begins here. Each later file adds the tables of one part.
SELECT 1;
