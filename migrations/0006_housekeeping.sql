-- Deletes up to `batch` rows of each kind that have expired, of every tenant. Answers how many.
--
-- Runs as the owner, whom row-level security lets see expired rows and nothing else. An occurrence of a
-- schedule is kept for 90 days, and the newest of each for ever: the next is counted from it.
CREATE FUNCTION twinhost.housekeep(batch int) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    total bigint := 0;
    gone bigint;
BEGIN
    DELETE FROM twinhost.documents AS d
    USING (SELECT collection, tenant, key FROM twinhost.documents
           WHERE expires_at <= now() LIMIT batch FOR UPDATE SKIP LOCKED) AS x
    WHERE d.collection = x.collection AND d.tenant = x.tenant AND d.key = x.key;
    GET DIAGNOSTICS gone = ROW_COUNT; total := total + gone;

    DELETE FROM twinhost.once_keys AS k
    USING (SELECT tenant, handler, key FROM twinhost.once_keys
           WHERE expires_at <= now() LIMIT batch FOR UPDATE SKIP LOCKED) AS x
    WHERE k.tenant = x.tenant AND k.handler = x.handler AND k.key = x.key;
    GET DIAGNOSTICS gone = ROW_COUNT; total := total + gone;

    DELETE FROM twinhost.deduplication AS k
    USING (SELECT queue, tenant, id FROM twinhost.deduplication
           WHERE expires_at <= now() LIMIT batch FOR UPDATE SKIP LOCKED) AS x
    WHERE k.queue = x.queue AND k.tenant = x.tenant AND k.id = x.id;
    GET DIAGNOSTICS gone = ROW_COUNT; total := total + gone;

    DELETE FROM twinhost.occurrences AS o
    USING (SELECT schedule, scheduled_at FROM twinhost.occurrences AS old
           WHERE fired_at < now() - interval '90 days' AND EXISTS (
               SELECT FROM twinhost.occurrences AS newer
               WHERE newer.schedule = old.schedule AND newer.scheduled_at > old.scheduled_at)
           LIMIT batch FOR UPDATE SKIP LOCKED) AS x
    WHERE o.schedule = x.schedule AND o.scheduled_at = x.scheduled_at;
    GET DIAGNOSTICS gone = ROW_COUNT; total := total + gone;
    RETURN total;
END
$$;
REVOKE ALL ON FUNCTION twinhost.housekeep FROM PUBLIC;
GRANT EXECUTE ON FUNCTION twinhost.housekeep TO twinhost_app;

-- Forgets every de-duplication id of a queue, of every tenant, as SQS does when a queue is purged.
-- Runs as the owner because it crosses tenants: it sees nothing but the ids of one queue, and answers nothing.
DO $$
BEGIN
    EXECUTE format(
        'CREATE POLICY purge ON twinhost.deduplication TO %I'
        ' USING (queue = current_setting(''twinhost.purged_queue'', true))', current_user);
END
$$;
CREATE FUNCTION twinhost.forget_deduplication(of_queue text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM set_config('twinhost.purged_queue', of_queue, true);
    DELETE FROM twinhost.deduplication WHERE queue = of_queue;
    PERFORM set_config('twinhost.purged_queue', '', true);
END
$$;
REVOKE ALL ON FUNCTION twinhost.forget_deduplication FROM PUBLIC;
GRANT EXECUTE ON FUNCTION twinhost.forget_deduplication TO twinhost_app;
