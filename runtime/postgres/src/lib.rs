//! Twinhost's ports on Postgres, local files, SMTP and key files.
