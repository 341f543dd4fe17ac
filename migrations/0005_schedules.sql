-- When each schedule was first known here: where a rate starts to count.
CREATE TABLE twinhost.schedules (
    schedule text COLLATE "C" PRIMARY KEY,
    first_seen timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT, INSERT ON twinhost.schedules TO twinhost_app;

-- Every tick that was fired: one row, so one firing, however many nodes try.
CREATE TABLE twinhost.occurrences (
    schedule text COLLATE "C" NOT NULL,
    scheduled_at timestamptz NOT NULL,
    missed bigint NOT NULL,
    node text NOT NULL,
    fired_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (schedule, scheduled_at)
);
GRANT SELECT, INSERT ON twinhost.occurrences TO twinhost_app;

-- When a schedule was first known, in microseconds since 1970; the first call makes it known.
CREATE FUNCTION twinhost.first_seen(of_schedule text) RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO twinhost.schedules (schedule) VALUES (of_schedule) ON CONFLICT DO NOTHING;
    RETURN (SELECT (extract(epoch FROM first_seen) * 1000000)::bigint
            FROM twinhost.schedules WHERE schedule = of_schedule);
END
$$;

-- Fires a tick: the occurrence and its messages, or neither and `false` when it was fired before. The three
-- arrays go together, `headers` and `bodies` as twinhost.flush stores them.
CREATE FUNCTION twinhost.fire(
    of_schedule text, scheduled_micros bigint, missed bigint, node text,
    queues text[], headers text[], bodies text[])
RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    INSERT INTO twinhost.occurrences (schedule, scheduled_at, missed, node)
    VALUES (of_schedule, 'epoch'::timestamptz + scheduled_micros * interval '1 microsecond', missed, node)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    FOR name IN SELECT DISTINCT queue FROM unnest(queues) AS queue LOOP
        PERFORM twinhost.send(name, array_fill(0, ARRAY[cardinality(queues)]), queues, headers, bodies, '{}', '{}');
    END LOOP;
    RETURN true;
END
$$;
