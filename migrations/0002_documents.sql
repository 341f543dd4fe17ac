-- Documents of every collection: one parent, a partition a collection, so that one statement writes them all.
CREATE TABLE twinhost.documents (
    collection text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    body jsonb NOT NULL,
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    severity text COLLATE "C" GENERATED ALWAYS AS (body ->> 'severity') STORED,
    status text COLLATE "C" GENERATED ALWAYS AS (body ->> 'status') STORED,
    PRIMARY KEY (collection, tenant, key)
) PARTITION BY LIST (collection);

CREATE INDEX documents_expire ON twinhost.documents (expires_at) WHERE expires_at IS NOT NULL;
SELECT twinhost.guard_rows('twinhost.documents', true);
-- Not TRUNCATE, which row-level security does not bind; not on the partitions, which are reached through the parent.
GRANT SELECT, INSERT, UPDATE, DELETE ON twinhost.documents TO twinhost_app;

-- Creates the partition of a collection, named like it, if it is not there. Answers whether it was created.
CREATE FUNCTION twinhost.ensure_collection(name text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    existing regclass := to_regclass(format('twinhost.%I', name));
BEGIN
    IF name !~ '^[a-z][a-z0-9_]{0,47}$' THEN
        RAISE EXCEPTION 'a collection cannot be called `%`', name
            USING HINT = 'use 1 to 48 of a-z, 0-9 and _, starting with a letter';
    END IF;
    IF existing IS NOT NULL THEN
        IF EXISTS (SELECT FROM pg_inherits
                   WHERE inhrelid = existing AND inhparent = 'twinhost.documents'::regclass) THEN
            RETURN false;
        END IF;
        RAISE EXCEPTION 'a collection cannot be called `%`: twinhost has a table of that name', name
            USING HINT = 'rename the collection';
    END IF;
    -- Room on each page keeps updates of a document on its page, without touching an index.
    EXECUTE format(
        'CREATE TABLE twinhost.%I PARTITION OF twinhost.documents FOR VALUES IN (%L) WITH (fillfactor = 80)',
        name, name);
    PERFORM twinhost.guard_rows(format('twinhost.%I', name)::regclass, true);
    -- For questions an operator asks of a document's insides. Baselines are rewritten with every event
    -- and never searched by content; there the index would cost more than the write itself.
    IF name <> 'baselines' THEN
        EXECUTE format('CREATE INDEX %I ON twinhost.%I USING gin (body jsonb_path_ops)', name || '_body', name);
    END IF;
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION twinhost.ensure_collection FROM PUBLIC;

-- The collections of the cost watcher; an application's own are created from its manifest.
SELECT twinhost.ensure_collection(name)
FROM unnest(ARRAY['cost_events', 'baselines', 'anomalies', 'zombies', 'tenants', 'users', 'sources']) AS name;

-- Reads documents of several tenants in one round trip, each under exactly its own tenant. The three
-- arrays go together; `place` counts from 1. The arguments must be sorted by tenant.
CREATE FUNCTION twinhost.get_documents(tenants text[], collections text[], keys text[])
RETURNS TABLE (place int, version bigint, body text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    first int := 1;
    last int;
    total int := cardinality(tenants);
BEGIN
    WHILE first <= total LOOP
        last := first;
        WHILE last < total AND tenants[last + 1] = tenants[first] LOOP
            last := last + 1;
        END LOOP;
        PERFORM set_config('app.tenant', tenants[first], true);
        RETURN QUERY
            SELECT w.place, d.version, d.body::text
            FROM generate_series(first, last) AS w(place)
            -- OFFSET 0 makes it a look-up for each place: joined, the planner would read all the tenant has.
            CROSS JOIN LATERAL (
                SELECT version, body FROM twinhost.documents
                WHERE collection = collections[w.place] AND tenant = tenants[first] AND key = keys[w.place]
                    AND (expires_at IS NULL OR expires_at > clock_timestamp())
                OFFSET 0) AS d;
        first := last + 1;
    END LOOP;
END
$$;

-- Whether a document's top-level fields have these values; the arrays go together.
CREATE FUNCTION twinhost.has_fields(body jsonb, fields text[], vals text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN NOT EXISTS (
    SELECT FROM unnest(fields, vals) AS wanted(field, val)
    WHERE (body -> wanted.field) IS DISTINCT FROM wanted.val::jsonb);

-- One page of a collection under one tenant, in the order of keys: those with the prefix, after the cursor,
-- whose documents have the field values asked for. NULL as the cursor is the first page.
CREATE FUNCTION twinhost.query_documents(
    of_tenant text, of_collection text, prefix text, cursor text, descending boolean,
    fields text[], vals text[], page int)
RETURNS TABLE (key text, version bigint, body text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    -- Past every key of the prefix: keys are 1,024 bytes at the most, and this is the greatest character.
    past text := prefix || repeat(chr(1114111), 257);
BEGIN
    PERFORM set_config('app.tenant', of_tenant, true);
    IF descending THEN
        RETURN QUERY
            SELECT d.key, d.version, d.body::text
            FROM twinhost.documents d
            WHERE d.collection = of_collection AND d.tenant = of_tenant
                AND d.key < least(past COLLATE "C", cursor COLLATE "C") AND d.key >= prefix
                AND (d.expires_at IS NULL OR d.expires_at > clock_timestamp())
                AND (cardinality(fields) = 0 OR twinhost.has_fields(d.body, fields, vals))
            ORDER BY d.key DESC
            LIMIT page;
    ELSE
        RETURN QUERY
            SELECT d.key, d.version, d.body::text
            FROM twinhost.documents d
            WHERE d.collection = of_collection AND d.tenant = of_tenant
                AND d.key >= greatest(prefix COLLATE "C", cursor COLLATE "C") AND d.key < past
                AND d.key IS DISTINCT FROM cursor
                AND (d.expires_at IS NULL OR d.expires_at > clock_timestamp())
                AND (cardinality(fields) = 0 OR twinhost.has_fields(d.body, fields, vals))
            ORDER BY d.key
            LIMIT page;
    END IF;
END
$$;
