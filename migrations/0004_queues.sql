-- A message on a pgmq queue: `message` is the body as a JSON string, so that it comes out to the byte as it went in;
-- `headers` holds its id, tenant, order group (under pgmq's own name for it, with the tenant) and last failure.
-- Creates a queue and its dead-letter queue, or completes them. Answers whether the queue was created.
CREATE FUNCTION twinhost.ensure_queue(name text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    created boolean := NOT EXISTS (SELECT FROM pgmq.meta WHERE queue_name = name);
    part text;
BEGIN
    IF name !~ '^[a-z][a-z0-9_]{0,42}$' OR name LIKE '%\_dlq' THEN
        RAISE EXCEPTION 'a queue cannot be called `%`', name
            USING HINT = 'use 1 to 43 of a-z, 0-9 and _, starting with a letter and not ending with _dlq';
    END IF;
    FOREACH part IN ARRAY ARRAY[name, name || '_dlq'] LOOP
        IF NOT EXISTS (SELECT FROM pgmq.meta WHERE queue_name = part) THEN
            PERFORM pgmq.create(part);
            -- A receive changes `vt`. Without an index on it, and with room on the page, that touches no index.
            EXECUTE format('DROP INDEX pgmq.%I', 'q_' || part || '_vt_idx');
            EXECUTE format('ALTER TABLE pgmq.%I SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02,'
                ' autovacuum_vacuum_cost_delay = 0)', 'q_' || part);
            -- The head of each order group, in one step of the index each.
            EXECUTE format('CREATE INDEX %I ON pgmq.%I (((headers ->> ''x-pgmq-group'') COLLATE "C"), msg_id)',
                'q_' || part || '_group', 'q_' || part);
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON pgmq.%I TO twinhost_app', 'q_' || part);
        END IF;
    END LOOP;
    RETURN created;
END
$$;
REVOKE ALL ON FUNCTION twinhost.ensure_queue FROM PUBLIC;
