-- The ledger of occurrences: what became of each, how many ticks were sent, how many were left out because an earlier
-- one of their tenant was not done, and why when it was not fired.
ALTER TABLE twinhost.occurrences
    ADD COLUMN outcome text NOT NULL DEFAULT 'fired' CHECK (outcome IN ('fired', 'skipped', 'missed', 'dead')),
    ADD COLUMN ticks int,
    ADD COLUMN skipped int NOT NULL DEFAULT 0,
    ADD COLUMN reason text;
GRANT UPDATE ON twinhost.occurrences TO twinhost_app;
CREATE INDEX occurrences_newest ON twinhost.occurrences (scheduled_at DESC, schedule);

-- The occurrence of a schedule that could not be handed over yet, if there is one.
CREATE TABLE twinhost.unfired (
    schedule text COLLATE "C" PRIMARY KEY,
    scheduled_at timestamptz NOT NULL,
    attempts int NOT NULL,
    first_at timestamptz NOT NULL,
    next_at timestamptz NOT NULL,
    reason text NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON twinhost.unfired TO twinhost_app;

-- Writes an occurrence down and sends its ticks, or neither. Answers how many it sent, and NULL when it was written
-- down before. The three arrays go together; all are for `of_schedule`'s own queue, where `skip_overlapping` leaves
-- out those whose order group still has messages.
CREATE FUNCTION twinhost.fire_occurrence(
    of_schedule text, scheduled_micros bigint, missed bigint, node text, of_outcome text, of_reason text,
    skip_overlapping boolean, queues text[], headers text[], bodies text[])
RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    wanted int := cardinality(queues);
    busy text[];
BEGIN
    IF skip_overlapping AND wanted > 0 THEN
        EXECUTE format('SELECT array_agg(name) FROM (SELECT DISTINCT header::jsonb ->> ''x-pgmq-group'' AS name FROM unnest($1) AS header) AS g
            WHERE EXISTS (SELECT FROM pgmq.%I WHERE ((headers ->> ''x-pgmq-group'') COLLATE "C") = g.name)', 'q_' || queues[1])
        INTO busy USING headers;
        SELECT coalesce(array_agg(t.queue ORDER BY place), '{}'), coalesce(array_agg(t.header ORDER BY place), '{}'),
            coalesce(array_agg(t.body ORDER BY place), '{}')
        INTO queues, headers, bodies
        FROM unnest(queues, headers, bodies) WITH ORDINALITY AS t(queue, header, body, place)
        WHERE busy IS NULL OR t.header::jsonb ->> 'x-pgmq-group' <> ALL (busy);
    END IF;
    IF NOT twinhost.fire(of_schedule, scheduled_micros, missed, node, queues, headers, bodies) THEN
        RETURN NULL;
    END IF;
    UPDATE twinhost.occurrences
    SET outcome = CASE WHEN wanted > 0 AND cardinality(queues) = 0 THEN 'skipped' ELSE of_outcome END,
        ticks = cardinality(queues), skipped = wanted - cardinality(queues), reason = of_reason
    WHERE schedule = of_schedule
        AND scheduled_at = 'epoch'::timestamptz + scheduled_micros * interval '1 microsecond';
    DELETE FROM twinhost.unfired WHERE schedule = of_schedule;
    RETURN cardinality(queues);
END
$$;

-- Which migrations have been applied, so that one that is pending is told by name.
GRANT SELECT ON twinhost._migrations TO twinhost_app;

-- The oldest transaction in this database that keeps vacuum from clearing dead rows away: how long it has been open in
-- seconds, and the process or the prepared transaction that has it. Runs as the owner, who may see other users'.
CREATE FUNCTION twinhost.oldest_transaction(OUT seconds bigint, OUT holder text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT extract(epoch FROM clock_timestamp() - since)::bigint, who
    FROM (
        SELECT xact_start AS since, 'process ' || pid AS who FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND xact_start IS NOT NULL
            AND pid <> pg_backend_pid()
        UNION ALL
        SELECT prepared, 'prepared transaction ' || gid FROM pg_prepared_xacts WHERE database = current_database()
    ) AS open
    ORDER BY since LIMIT 1
$$;
REVOKE ALL ON FUNCTION twinhost.oldest_transaction FROM PUBLIC;
GRANT EXECUTE ON FUNCTION twinhost.oldest_transaction TO twinhost_app;
