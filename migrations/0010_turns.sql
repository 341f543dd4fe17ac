-- Senders take turns, so that what is sent to an order group is numbered in the order in which it can be received.
--
-- A message has its number when it is inserted, and can be received when that is committed. Of two transactions that
-- send to one group at once the one with the higher number may commit first: its message would be received, and the other
-- then beside it or after it. So whoever sends holds a lock until the commit, of the queue and one of 64 stripes that
-- the group's name falls into. A lock for each group would be too many for the server's table of locks. All take theirs by
-- queue and then by stripe, so they wait for each other instead of in a circle.
--
-- A queue without order, which has no index of groups, needs none of it.

-- Takes every stripe of a queue, for whoever sends to groups not known beforehand.
CREATE FUNCTION twinhost.take_turns(queue regclass) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(queue::oid::int, stripe) FROM generate_series(0, 63) AS stripe;
END
$$;

-- Writes twinhost.send and twinhost.acknowledge anew, with a branch for each queue: static statements are planned once.
-- The header `delay`, in seconds, says when a message can first be received.
CREATE OR REPLACE FUNCTION twinhost.write_queue_functions() RETURNS void
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
            IF to_regclass(%3$L) IS NOT NULL THEN
                PERFORM pg_advisory_xact_lock(%4$L::regclass::oid::int, turn.stripe)
                FROM (
                    SELECT DISTINCT hashtext(s.headers::json ->> 'x-pgmq-group') & 63 AS stripe
                    FROM unnest(requests, queues, all_headers) WITH ORDINALITY AS s(request, queue, headers, place)
                    WHERE s.queue = name AND s.request <> ALL (bad) AND s.place <> ALL (dropped)
                    ORDER BY stripe OFFSET 0) AS turn;
            END IF;
            INSERT INTO pgmq.%2$I (vt, message, headers)
            SELECT clock_timestamp() + coalesce((h.headers ->> 'delay')::int, 0) * interval '1 second',
                to_jsonb(s.body), h.headers
            FROM unnest(requests, queues, all_headers, bodies)
                WITH ORDINALITY AS s(request, queue, headers, body, place)
            CROSS JOIN LATERAL (SELECT s.headers::jsonb AS headers OFFSET 0) AS h
            WHERE s.queue = name AND s.request <> ALL (bad) AND s.place <> ALL (dropped)
            ORDER BY s.place;$branch$,
            queue, 'q_' || queue, format('pgmq.%I', 'q_' || queue || '_group'), format('pgmq.%I', 'q_' || queue));
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
SELECT twinhost.write_queue_functions();

-- A step of a redrive, in its turn.
ALTER FUNCTION twinhost.step_redrive(bigint, int) RENAME TO move_redrive;
CREATE FUNCTION twinhost.step_redrive(task bigint, batch int) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM twinhost.take_turns(to_regclass(format('pgmq.%I', 'q_' || r.queue)))
    FROM twinhost.redrives AS r WHERE r.id = task;
    RETURN twinhost.move_redrive(task, batch);
END
$$;
