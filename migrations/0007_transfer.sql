-- Moving a tenant between hosts: everything it has, page by page, and documents taken in as they were.

-- jsonb keeps a document's value, not its text: another host's spaces, order of fields and spelling of numbers would
-- be lost on the way there and back. So an imported document keeps its text until it is written again.
ALTER TABLE twinhost.documents ADD COLUMN original text;

-- Every write of a body forgets it. In the statements themselves, since a trigger would lock each row once more.
DO $$
DECLARE
    definition text := pg_get_functiondef('twinhost.flush'::regproc);
    assignment text;
BEGIN
    FOREACH assignment IN ARRAY ARRAY['SET version = d.version + 1, ', 'SET version = 1, ', 'ELSE d.created_at END,'] LOOP
        IF (length(definition) - length(replace(definition, assignment, ''))) / length(assignment) <> 1 THEN
            RAISE EXCEPTION 'twinhost.flush does not have `%` once', assignment;
        END IF;
        definition := replace(definition, assignment, assignment || ' original = NULL, ');
    END LOOP;
    EXECUTE definition;
END
$$;

-- One page of a collection after a key, as it was written. Expiry in microseconds since 1970.
CREATE FUNCTION twinhost.export_documents(of_tenant text, of_collection text, after text, page int)
RETURNS TABLE (key text, body text, expires bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.tenant', of_tenant, true);
    RETURN QUERY
        SELECT d.key, coalesce(d.original, d.body::text), (extract(epoch FROM d.expires_at) * 1000000)::bigint
        FROM twinhost.documents d
        WHERE d.collection = of_collection AND d.tenant = of_tenant AND d.key > coalesce(after, '')
            AND (d.expires_at IS NULL OR d.expires_at > clock_timestamp())
        ORDER BY d.key
        LIMIT page;
END
$$;

-- One page of a tenant's objects after a key.
CREATE FUNCTION twinhost.list_objects(of_tenant text, after text, page int)
RETURNS TABLE (key text, size bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.tenant', of_tenant, true);
    RETURN QUERY
        SELECT o.key, o.size FROM twinhost.objects o
        WHERE o.tenant = of_tenant AND o.key > coalesce(after, '')
        ORDER BY o.key
        LIMIT page;
END
$$;

-- Stores documents whatever has their keys now. The arrays go together; expiry in microseconds since 1970.
CREATE FUNCTION twinhost.restore_documents(of_tenant text, of_collection text, keys text[], bodies text[], expires bigint[])
RETURNS bigint
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    stored bigint;
BEGIN
    PERFORM set_config('app.tenant', of_tenant, true);
    INSERT INTO twinhost.documents AS d (collection, tenant, key, version, body, original, expires_at)
    SELECT of_collection, of_tenant, r.key, 1, r.body::jsonb, nullif(r.body, r.body::jsonb::text),
        'epoch'::timestamptz + r.expires * interval '1 microsecond'
    FROM unnest(keys, bodies, expires) AS r(key, body, expires)
    ORDER BY r.key
    ON CONFLICT (collection, tenant, key) DO UPDATE
        SET version = d.version + 1, body = excluded.body, original = excluded.original,
            expires_at = excluded.expires_at, updated_at = excluded.updated_at;
    GET DIAGNOSTICS stored = ROW_COUNT;
    RETURN stored;
END
$$;

-- How far the imports that are not finished have come: documents of the system tenant.
SELECT twinhost.ensure_collection('imports');
