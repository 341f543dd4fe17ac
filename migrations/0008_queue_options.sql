-- Queues as their payload types declare them: with or without order, with a delay; dead letters sent back in steps
-- that survive a crash; and a record of those sent back with another body.

-- Creates a queue and its dead-letter queue, or completes them. Answers whether the queue was created.
--
-- An ordered queue is read by the heads of its groups, and a receive touches no index. One without order is read by
-- when a message becomes visible, so its index is led by that, for each tenant: what is hidden, however much, is not
-- in the way.
DROP FUNCTION twinhost.ensure_queue(text);
CREATE FUNCTION twinhost.ensure_queue(name text, ordered boolean DEFAULT true) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    created boolean := NOT EXISTS (SELECT FROM pgmq.meta WHERE queue_name = name);
    part text;
    -- What a dead letter's retention is counted from: of an ordered queue its move, of another when it was sent.
    since text := CASE WHEN ordered THEN 'vt' ELSE 'enqueued_at' END;
BEGIN
    IF name !~ '^[a-z][a-z0-9_]{0,42}$' OR name LIKE '%\_dlq' THEN
        RAISE EXCEPTION 'a queue cannot be called `%`', name
            USING HINT = 'use 1 to 43 of a-z, 0-9 and _, starting with a letter and not ending with _dlq';
    END IF;
    FOREACH part IN ARRAY ARRAY[name, name || '_dlq'] LOOP
        IF NOT EXISTS (SELECT FROM pgmq.meta WHERE queue_name = part) THEN
            PERFORM pgmq.create(part);
            EXECUTE format('DROP INDEX pgmq.%I', 'q_' || part || '_vt_idx');
            -- Room on the page keeps an update that touches no index on its page.
            EXECUTE format('ALTER TABLE pgmq.%I SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02,'
                ' autovacuum_vacuum_cost_delay = 0)', 'q_' || part);
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON pgmq.%I TO twinhost_app', 'q_' || part);
        END IF;
    END LOOP;
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON pgmq.%I (%I)', 'q_' || name || '_dlq_' || since,
        'q_' || name || '_dlq', since);
    IF ordered THEN
        EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON pgmq.%I (((headers ->> ''x-pgmq-group'') COLLATE "C"), msg_id)',
            'q_' || name || '_group', 'q_' || name);
        EXECUTE format('DROP INDEX IF EXISTS pgmq.%I', 'q_' || name || '_visible');
    ELSE
        EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON pgmq.%I (((coalesce(headers ->> ''tenant'', '' '') || ''/'')'
            ' COLLATE "C"), vt)', 'q_' || name || '_visible', 'q_' || name);
        EXECUTE format('DROP INDEX IF EXISTS pgmq.%I', 'q_' || name || '_group');
    END IF;
    IF created THEN
        PERFORM twinhost.write_queue_functions();
    END IF;
    RETURN created;
END
$$;
REVOKE ALL ON FUNCTION twinhost.ensure_queue FROM PUBLIC;

-- twinhost.send as it was, with a delay: the header `delay`, in seconds.
DO $$
DECLARE
    definition text := pg_get_functiondef('twinhost.write_queue_functions'::regproc);
    before text := 'SELECT clock_timestamp(), to_jsonb(s.body), s.headers::jsonb
            FROM unnest(requests, queues, all_headers, bodies)
                WITH ORDINALITY AS s(request, queue, headers, body, place)';
BEGIN
    IF position(before IN definition) = 0 THEN
        RAISE EXCEPTION 'twinhost.write_queue_functions does not send as expected';
    END IF;
    EXECUTE replace(definition, before,
        'SELECT clock_timestamp() + coalesce((h.headers ->> ''delay'')::int, 0) * interval ''1 second'',
                to_jsonb(s.body), h.headers
            FROM unnest(requests, queues, all_headers, bodies)
                WITH ORDINALITY AS s(request, queue, headers, body, place)
            CROSS JOIN LATERAL (SELECT s.headers::jsonb AS headers OFFSET 0) AS h');
    PERFORM twinhost.write_queue_functions();
END
$$;

-- Redrives: dead letters on their way back to their queue, and how far each is. Kept as a record.
CREATE TABLE twinhost.redrives (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    queue text COLLATE "C" NOT NULL,
    -- Which dead letters: ids, tenant, group, reason, sent_before; what is absent does not matter.
    selection jsonb NOT NULL,
    -- Messages a second at the most.
    rate int CHECK (rate BETWEEN 1 AND 500),
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'cancelled')),
    moved bigint NOT NULL DEFAULT 0,
    -- The dead letters looked at so far, and those that there were when it began, by number.
    looked_at bigint NOT NULL DEFAULT 0,
    last bigint NOT NULL,
    -- Up to when its rate is used up.
    paid timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- One at a time for each queue.
CREATE UNIQUE INDEX redrives_running ON twinhost.redrives (queue) WHERE state = 'running';
CREATE INDEX redrives_of ON twinhost.redrives (queue, id);
GRANT SELECT, INSERT, UPDATE ON twinhost.redrives TO twinhost_app;

-- Begins a redrive of a queue. Answers its number.
CREATE FUNCTION twinhost.start_redrive(of_queue text, of_selection jsonb, of_rate int) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    newest bigint;
    started bigint;
BEGIN
    EXECUTE format('SELECT coalesce(max(msg_id), 0) FROM pgmq.%I', 'q_' || of_queue || '_dlq') INTO newest;
    INSERT INTO twinhost.redrives (queue, selection, rate, last) VALUES (of_queue, of_selection, of_rate, newest)
    RETURNING id INTO started;
    RETURN started;
END
$$;

-- Moves the next messages of a redrive that is running, `batch` at the most and no more than its rate allows by now, and
-- notes how far it is: one transaction, so that a message is in one place whatever happens. Answers its queue.
CREATE FUNCTION twinhost.step_redrive(task bigint, batch int) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    r twinhost.redrives;
    clock timestamptz := clock_timestamp();
    allowed bigint := batch;
    sent bigint;
    reached bigint;
    looked bigint;
BEGIN
    -- Whoever else takes a step waits here, and goes on from where this one ends.
    SELECT * INTO r FROM twinhost.redrives WHERE id = task FOR UPDATE;
    IF r.id IS NULL OR r.state <> 'running' THEN
        RETURN r.queue;
    END IF;
    IF r.rate IS NOT NULL THEN
        -- No more than of one second, however long nobody took a step.
        r.paid := greatest(r.paid, clock - interval '1 second');
        allowed := least(batch, floor(extract(epoch FROM clock - r.paid) * r.rate));
        r.paid := r.paid + allowed * interval '1 second' / r.rate;
        IF allowed < 1 THEN
            RETURN r.queue;
        END IF;
    END IF;
    EXECUTE format($step$
        WITH page AS MATERIALIZED (
            SELECT msg_id, enqueued_at, headers FROM pgmq.%2$I
            WHERE msg_id > $1 AND msg_id <= $2 ORDER BY msg_id LIMIT $3),
        wanted AS MATERIALIZED (
            SELECT msg_id FROM page
            WHERE ($5 -> 'ids' IS NULL OR $5 -> 'ids' ? (headers ->> 'id'))
                AND ($5 ->> 'tenant' IS NULL OR headers ->> 'tenant' = $5 ->> 'tenant')
                AND ($5 ->> 'group' IS NULL OR headers ->> 'x-pgmq-group' = $5 ->> 'group')
                AND ($5 ->> 'reason' IS NULL OR position($5 ->> 'reason' IN headers ->> 'reason') > 0)
                AND ($5 ->> 'sent_before' IS NULL OR enqueued_at < ($5 ->> 'sent_before')::timestamptz)
            ORDER BY msg_id LIMIT $4),
        gone AS (
            DELETE FROM pgmq.%2$I AS m USING wanted WHERE m.msg_id = wanted.msg_id
            RETURNING m.msg_id, m.message, m.headers),
        back AS (
            INSERT INTO pgmq.%1$I (vt, message, headers)
            SELECT clock_timestamp(), message, headers - '{reason,uncounted}'::text[] FROM gone
            ORDER BY msg_id RETURNING 1)
        SELECT (SELECT count(*) FROM back), (SELECT count(*) FROM page),
            CASE WHEN (SELECT count(*) FROM wanted) < $4 THEN (SELECT max(msg_id) FROM page)
                ELSE (SELECT max(msg_id) FROM wanted) END
        $step$, 'q_' || r.queue, 'q_' || r.queue || '_dlq')
    INTO sent, looked, reached USING r.looked_at, r.last, batch, allowed, r.selection;
    UPDATE twinhost.redrives AS u
    SET moved = u.moved + sent, looked_at = coalesce(reached, u.looked_at), paid = r.paid,
        updated_at = clock_timestamp(),
        -- Done when all that there were are looked at; fewer than were asked for are the last.
        state = CASE WHEN looked = 0 OR coalesce(reached, 0) >= u.last OR (looked < batch AND sent < allowed)
            THEN 'done' ELSE 'running' END
    WHERE u.id = task;
    RETURN r.queue;
END
$$;

-- Dead letters that were sent back with another body: who did it, when, and what the body was. Never changed.
CREATE TABLE twinhost.replays (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    queue text COLLATE "C" NOT NULL,
    message text NOT NULL,
    of_tenant text COLLATE "C" NOT NULL,
    by text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    old_sha256 text NOT NULL,
    new_sha256 text NOT NULL
);
CREATE INDEX replays_of ON twinhost.replays (queue, id);
GRANT SELECT, INSERT ON twinhost.replays TO twinhost_app;
