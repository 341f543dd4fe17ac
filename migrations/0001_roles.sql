-- The role that applications act as: neither owner nor superuser, so that row-level security binds it.
-- The owner becomes a member, so that one connection URL serves for both; a superuser needs no membership.
-- Roles belong to the whole server, and another database may be creating it at this moment.
DO $$
BEGIN
    BEGIN
        IF to_regrole('twinhost_app') IS NULL THEN
            CREATE ROLE twinhost_app NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
        END IF;
    EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;
    END;
    IF NOT pg_has_role(current_user, 'twinhost_app', 'MEMBER') THEN
        EXECUTE format('GRANT twinhost_app TO %I', current_user);
    END IF;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'role "%" may not create the role "twinhost_app" or become a member of it', current_user
            USING HINT = format(
                'as a superuser run: CREATE ROLE twinhost_app NOLOGIN; GRANT twinhost_app TO %I', current_user);
END
$$;

REVOKE ALL ON SCHEMA twinhost FROM PUBLIC;
GRANT USAGE ON SCHEMA twinhost, pgmq TO twinhost_app;
GRANT SELECT ON pgmq.__pgmq_migrations TO twinhost_app;

-- The tenants whose rows this transaction may see: set with set_config('app.tenant', 'a,b', true),
-- whose effect ends with the transaction. Unset and '' are nobody.
CREATE FUNCTION twinhost.tenants() RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE
RETURN string_to_array(nullif(current_setting('app.tenant', true), ''), ',');

-- Row-level security for a table with a tenant column, binding its owner too.
-- A row belongs to the tenants of the transaction; the owner also sees what has expired, to delete it.
CREATE FUNCTION twinhost.guard_rows(guarded regclass, expires boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', guarded);
    -- The sub-select is evaluated once a statement, not once a row.
    EXECUTE format(
        'CREATE POLICY tenant ON %s TO twinhost_app USING (tenant = ANY ((SELECT twinhost.tenants())::text[]))',
        guarded);
    IF expires THEN
        EXECUTE format(
            'CREATE POLICY housekeeping ON %s TO %I USING (expires_at <= now())', guarded, current_user);
    END IF;
END
$$;
REVOKE ALL ON FUNCTION twinhost.guard_rows FROM PUBLIC;
