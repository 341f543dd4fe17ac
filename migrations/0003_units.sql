-- Units of work that commit at most once: webhooks, by the sender's id of a delivery.
CREATE TABLE twinhost.once_keys (
    tenant text COLLATE "C" NOT NULL,
    handler text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, handler, key)
);
-- Rows come roughly in the order in which they expire: block ranges find them at next to no cost to inserts.
CREATE INDEX once_keys_expire ON twinhost.once_keys USING brin (expires_at) WITH (autosummarize);
SELECT twinhost.guard_rows('twinhost.once_keys', true);
GRANT SELECT, INSERT, UPDATE ON twinhost.once_keys TO twinhost_app;

-- De-duplication ids of messages sent in the last five minutes.
CREATE TABLE twinhost.deduplication (
    queue text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (queue, tenant, id)
);
CREATE INDEX deduplication_expire ON twinhost.deduplication USING brin (expires_at) WITH (autosummarize);
SELECT twinhost.guard_rows('twinhost.deduplication', true);
GRANT SELECT, INSERT, UPDATE ON twinhost.deduplication TO twinhost_app;

-- Objects under keys derived from their bytes. The bytes of large ones are in the object store, and `bytes` is NULL.
CREATE TABLE twinhost.objects (
    tenant text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    size bigint NOT NULL,
    bytes bytea,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant, key)
);
SELECT twinhost.guard_rows('twinhost.objects', false);
GRANT SELECT, INSERT ON twinhost.objects TO twinhost_app;

CREATE FUNCTION twinhost.get_object(of_tenant text, of_key text) RETURNS TABLE (bytes bytea)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.tenant', of_tenant, true);
    RETURN QUERY SELECT o.bytes FROM twinhost.objects o WHERE o.tenant = of_tenant AND o.key = of_key;
END
$$;

-- Commits the units of many requests in one statement, so in one transaction and one round trip.
--
-- The arrays of a group go together. `*_request` says whose an entry is: a request is all or nothing, but does
-- not hurt the others. What a request found in its way is answered, and the rest is committed without it:
--   conflicts   requests of which a document has changed since it was read
--   lost        requests of which a message is no longer ours
--   duplicates  places in `once_key`, from 1, that were taken before; their requests are not committed either
-- The caller sees to it that no two requests name the same document, message or once key, and sorts each
-- group by what it locks, so that flushes side by side wait for each other instead of in a circle.
--   put_version, delete_version  NULL: whatever is there; 0: nothing is there; else: this version is there
--   put_expires                  microseconds since 1970
--   ack_reason                   NULL: delete the message; else move it to the dead-letter queue
CREATE FUNCTION twinhost.flush(
    tenants text,
    once_request int[], once_tenant text[], once_handler text[], once_key text[], once_seconds float8[],
    ack_request int[], ack_queue text[], ack_message bigint[], ack_receives int[], ack_reason text[],
    put_request int[], put_version bigint[], put_collection text[], put_tenant text[], put_key text[],
    put_body text[], put_expires bigint[],
    delete_request int[], delete_version bigint[], delete_collection text[], delete_tenant text[], delete_key text[],
    object_request int[], object_tenant text[], object_key text[], object_size bigint[], object_bytes bytea[],
    send_request int[], send_queue text[], send_tenant text[], send_deduplication text[], send_headers text[],
    send_body text[],
    OUT conflicts int[], OUT lost int[], OUT duplicates bigint[])
LANGUAGE plpgsql AS $$
-- What is not among the rows of another statement is asked by NOT IN, never by a join: it is hashed
-- whatever the planner expects, and stays linear in the size of the flush.
#variable_conflict use_column
DECLARE
    -- Requests that are not to be committed.
    bad int[] := '{}';
    found int[];
    kept bigint[];
    dropped bigint[];
    name text;
BEGIN
    conflicts := '{}'; lost := '{}'; duplicates := '{}';
    PERFORM set_config('app.tenant', tenants, true);
    LOOP
        BEGIN
            IF cardinality(once_request) > 0 THEN
                WITH claimed AS (
                    INSERT INTO twinhost.once_keys AS k (tenant, handler, key, expires_at)
                    SELECT o.tenant, o.handler, o.key, clock_timestamp() + o.seconds * interval '1 second'
                    FROM unnest(once_request, once_tenant, once_handler, once_key, once_seconds)
                        AS o(request, tenant, handler, key, seconds)
                    WHERE o.request <> ALL (bad)
                    ON CONFLICT (tenant, handler, key) DO UPDATE SET expires_at = excluded.expires_at
                        WHERE k.expires_at <= clock_timestamp()
                    RETURNING k.tenant, k.handler, k.key)
                SELECT array_agg(o.place), array_agg(o.request) INTO dropped, found
                FROM unnest(once_request, once_tenant, once_handler, once_key)
                    WITH ORDINALITY AS o(request, tenant, handler, key, place)
                WHERE o.request <> ALL (bad)
                    AND (o.tenant, o.handler, o.key) NOT IN (SELECT tenant, handler, key FROM claimed);
                IF found IS NOT NULL THEN
                    duplicates := duplicates || dropped;
                    RAISE EXCEPTION USING ERRCODE = 'TW001';
                END IF;
            END IF;

            IF cardinality(ack_request) > 0 THEN
                FOREACH name IN ARRAY (SELECT array_agg(DISTINCT queue ORDER BY queue) FROM unnest(ack_queue) AS queue) LOOP
                    kept := twinhost.acknowledge(
                        name, ack_request, ack_queue, ack_message, ack_receives, ack_reason, bad);
                    SELECT array_agg(DISTINCT a.request) INTO found
                    FROM unnest(ack_request, ack_queue, ack_message) AS a(request, queue, message)
                    WHERE a.queue = name AND a.request <> ALL (bad)
                        AND a.message NOT IN (SELECT unnest(kept));
                    IF found IS NOT NULL THEN
                        lost := lost || found;
                        RAISE EXCEPTION USING ERRCODE = 'TW001';
                    END IF;
                END LOOP;
            END IF;

            IF 0 < ANY (put_version) THEN
                WITH done AS (
                    UPDATE twinhost.documents AS d
                    SET version = d.version + 1, body = p.body::jsonb, updated_at = clock_timestamp(),
                        expires_at = 'epoch'::timestamptz + p.expires * interval '1 microsecond'
                    FROM unnest(put_request, put_version, put_collection, put_tenant, put_key, put_body, put_expires)
                        WITH ORDINALITY AS p(request, version, collection, tenant, key, body, expires, place)
                    WHERE p.version > 0 AND p.request <> ALL (bad)
                        AND d.collection = p.collection AND d.tenant = p.tenant AND d.key = p.key
                        AND d.version = p.version
                        AND (d.expires_at IS NULL OR d.expires_at > clock_timestamp())
                    RETURNING p.place)
                SELECT array_agg(DISTINCT p.request) INTO found
                FROM unnest(put_request, put_version) WITH ORDINALITY AS p(request, version, place)
                WHERE p.version > 0 AND p.request <> ALL (bad)
                    AND p.place NOT IN (SELECT place FROM done);
                IF found IS NOT NULL THEN
                    conflicts := conflicts || found;
                    RAISE EXCEPTION USING ERRCODE = 'TW001';
                END IF;
            END IF;

            IF 0 = ANY (put_version) THEN
                WITH done AS (
                    INSERT INTO twinhost.documents AS d (collection, tenant, key, version, body, expires_at)
                    SELECT p.collection, p.tenant, p.key, 1, p.body::jsonb,
                        'epoch'::timestamptz + p.expires * interval '1 microsecond'
                    FROM unnest(put_request, put_version, put_collection, put_tenant, put_key, put_body, put_expires)
                        AS p(request, version, collection, tenant, key, body, expires)
                    WHERE p.version = 0 AND p.request <> ALL (bad)
                    ON CONFLICT (collection, tenant, key) DO UPDATE
                        SET version = 1, body = excluded.body, expires_at = excluded.expires_at,
                            created_at = excluded.created_at, updated_at = excluded.updated_at
                        WHERE d.expires_at <= clock_timestamp()
                    RETURNING d.collection, d.tenant, d.key)
                SELECT array_agg(DISTINCT p.request) INTO found
                FROM unnest(put_request, put_version, put_collection, put_tenant, put_key)
                    AS p(request, version, collection, tenant, key)
                WHERE p.version = 0 AND p.request <> ALL (bad)
                    AND (p.collection, p.tenant, p.key) NOT IN (SELECT collection, tenant, key FROM done);
                IF found IS NOT NULL THEN
                    conflicts := conflicts || found;
                    RAISE EXCEPTION USING ERRCODE = 'TW001';
                END IF;
            END IF;

            IF array_position(put_version, NULL) IS NOT NULL THEN
                INSERT INTO twinhost.documents AS d (collection, tenant, key, version, body, expires_at)
                SELECT p.collection, p.tenant, p.key, 1, p.body::jsonb,
                    'epoch'::timestamptz + p.expires * interval '1 microsecond'
                FROM unnest(put_request, put_version, put_collection, put_tenant, put_key, put_body, put_expires)
                    AS p(request, version, collection, tenant, key, body, expires)
                WHERE p.version IS NULL AND p.request <> ALL (bad)
                ON CONFLICT (collection, tenant, key) DO UPDATE
                    SET version = CASE WHEN d.expires_at <= clock_timestamp() THEN 1 ELSE d.version + 1 END,
                        created_at = CASE WHEN d.expires_at <= clock_timestamp()
                            THEN excluded.created_at ELSE d.created_at END,
                        body = excluded.body, expires_at = excluded.expires_at, updated_at = excluded.updated_at;
            END IF;

            IF cardinality(delete_request) > 0 THEN
                WITH done AS (
                    DELETE FROM twinhost.documents AS d
                    USING unnest(delete_request, delete_version, delete_collection, delete_tenant, delete_key)
                        WITH ORDINALITY AS x(request, version, collection, tenant, key, place)
                    WHERE x.request <> ALL (bad)
                        AND d.collection = x.collection AND d.tenant = x.tenant AND d.key = x.key
                    RETURNING x.place,
                        CASE WHEN d.expires_at <= clock_timestamp() THEN 0 ELSE d.version END AS version)
                SELECT array_agg(DISTINCT x.request) INTO found
                FROM unnest(delete_request, delete_version) WITH ORDINALITY AS x(request, version, place)
                LEFT JOIN done USING (place)
                WHERE x.request <> ALL (bad) AND x.version <> coalesce(done.version, 0);
                IF found IS NOT NULL THEN
                    conflicts := conflicts || found;
                    RAISE EXCEPTION USING ERRCODE = 'TW001';
                END IF;
            END IF;

            IF cardinality(object_request) > 0 THEN
                INSERT INTO twinhost.objects (tenant, key, size, bytes)
                SELECT o.tenant, o.key, o.size, o.bytes
                FROM unnest(object_request, object_tenant, object_key, object_size, object_bytes)
                    AS o(request, tenant, key, size, bytes)
                WHERE o.request <> ALL (bad)
                ON CONFLICT DO NOTHING;
            END IF;

            IF cardinality(send_request) > 0 THEN
                dropped := '{}';
                IF cardinality(array_remove(send_deduplication, NULL)) > 0 THEN
                    WITH first AS (
                        SELECT DISTINCT ON (s.queue, s.tenant, s.id) s.queue, s.tenant, s.id, s.place
                        FROM unnest(send_request, send_queue, send_tenant, send_deduplication)
                            WITH ORDINALITY AS s(request, queue, tenant, id, place)
                        WHERE s.id IS NOT NULL AND s.request <> ALL (bad)
                        ORDER BY s.queue, s.tenant, s.id, s.place),
                    new AS (
                        INSERT INTO twinhost.deduplication AS k (queue, tenant, id, expires_at)
                        SELECT queue, tenant, id, clock_timestamp() + interval '5 minutes' FROM first
                        ON CONFLICT (queue, tenant, id) DO UPDATE SET expires_at = excluded.expires_at
                            WHERE k.expires_at <= clock_timestamp()
                        RETURNING k.queue, k.tenant, k.id)
                    SELECT coalesce(array_agg(s.place), '{}') INTO dropped
                    FROM unnest(send_queue, send_tenant, send_deduplication)
                        WITH ORDINALITY AS s(queue, tenant, id, place)
                    WHERE s.id IS NOT NULL AND (s.place NOT IN (SELECT place FROM first)
                        OR (s.queue, s.tenant, s.id) NOT IN (SELECT queue, tenant, id FROM new));
                END IF;
                FOREACH name IN ARRAY (SELECT array_agg(DISTINCT queue ORDER BY queue) FROM unnest(send_queue) AS queue) LOOP
                    PERFORM twinhost.send(name, send_request, send_queue, send_headers, send_body, bad, dropped);
                END LOOP;
            END IF;
            RETURN;
        EXCEPTION
            -- Everything since BEGIN is undone; again without the requests that were in the way.
            WHEN SQLSTATE 'TW001' THEN
                bad := bad || found;
        END;
    END LOOP;
END
$$;
