-- A message on a pgmq queue: `message` is the body as a JSON string, so that it comes out to the byte as it went in;
-- `headers` holds its id, tenant, order group (under pgmq's own name for it, with the tenant) and last failure.

-- Writes the two functions that flushes work on queues with: a branch a queue, so that each statement names
-- its table and is planned once a session, not once a flush, which would cost more than the statement.
--   twinhost.send         sends what is for queue `name`, but for bad requests and dropped places
--   twinhost.acknowledge  deletes deliveries of queue `name` whose receipts are good, or moves those that have
--                         a reason to the dead-letter queue; answers which
CREATE FUNCTION twinhost.write_queue_functions() RETURNS void
LANGUAGE plpgsql AS $write$
DECLARE
    queue text;
    -- A branch that is never taken, since a CASE must have one.
    sends text := ' WHEN '''' THEN NULL;';
    acknowledgements text := sends;
BEGIN
    FOR queue IN
        SELECT q.queue_name FROM pgmq.meta q JOIN pgmq.meta d ON d.queue_name = q.queue_name || '_dlq' ORDER BY 1
    LOOP
        sends := sends || format($branch$
        WHEN %1$L THEN
            INSERT INTO pgmq.%2$I (vt, message, headers)
            SELECT clock_timestamp(), to_jsonb(s.body), s.headers::jsonb
            FROM unnest(requests, queues, all_headers, bodies)
                WITH ORDINALITY AS s(request, queue, headers, body, place)
            WHERE s.queue = name AND s.request <> ALL (bad) AND s.place <> ALL (dropped)
            ORDER BY s.place;$branch$, queue, 'q_' || queue);
        acknowledgements := acknowledgements || format($branch$
        WHEN %1$L THEN
            WITH gone AS (
                DELETE FROM pgmq.%2$I AS m
                USING unnest(requests, queues, messages, receives, reasons)
                    AS a(request, queue, message, receives, reason)
                WHERE a.queue = name AND a.request <> ALL (bad)
                    AND m.msg_id = a.message AND m.read_ct = a.receives AND m.vt > clock_timestamp()
                RETURNING m.*, a.reason),
            dead AS (
                INSERT INTO pgmq.%3$I (read_ct, enqueued_at, last_read_at, vt, message, headers)
                SELECT read_ct, enqueued_at, last_read_at, clock_timestamp(), message,
                    headers || jsonb_build_object('reason', reason)
                FROM gone WHERE reason IS NOT NULL ORDER BY msg_id)
            SELECT array_agg(msg_id) INTO kept FROM gone;$branch$, queue, 'q_' || queue, 'q_' || queue || '_dlq');
    END LOOP;
    EXECUTE format($function$
        CREATE OR REPLACE FUNCTION twinhost.send(
            name text, requests int[], queues text[], all_headers text[], bodies text[], bad int[], dropped bigint[])
        RETURNS void LANGUAGE plpgsql AS $body$
        #variable_conflict use_column
        BEGIN
            CASE name%s
            ELSE RAISE undefined_table USING MESSAGE = format('queue "%%s" does not exist', name);
            END CASE;
        END
        $body$ $function$, sends);
    EXECUTE format($function$
        CREATE OR REPLACE FUNCTION twinhost.acknowledge(
            name text, requests int[], queues text[], messages bigint[], receives int[], reasons text[], bad int[])
        RETURNS bigint[] LANGUAGE plpgsql AS $body$
        #variable_conflict use_column
        DECLARE
            kept bigint[];
        BEGIN
            CASE name%s
            ELSE RAISE undefined_table USING MESSAGE = format('queue "%%s" does not exist', name);
            END CASE;
            RETURN kept;
        END
        $body$ $function$, acknowledgements);
END
$write$;
REVOKE ALL ON FUNCTION twinhost.write_queue_functions FROM PUBLIC;
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
    IF created THEN
        PERFORM twinhost.write_queue_functions();
    END IF;
    RETURN created;
END
$$;
REVOKE ALL ON FUNCTION twinhost.ensure_queue FROM PUBLIC;

-- No queue yet: every name is refused.
SELECT twinhost.write_queue_functions();
