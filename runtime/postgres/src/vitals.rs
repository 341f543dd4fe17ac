//! Whether the database still clears away after itself.
//!
//! A message leaves dead rows behind, which vacuum clears away unless a transaction that is older than they are is open.
//! Then they pile up, and every read of a queue steps over them.

use sqlx::PgConnection;

/// Dead rows of the tables that change most. Partitions are named by the table that they are of.
const DEAD_ROWS: &str = "
SELECT coalesce(p.parent, s.schemaname || '.' || s.relname), sum(s.n_dead_tup)::bigint, sum(s.n_live_tup)::bigint
FROM pg_stat_user_tables AS s
LEFT JOIN LATERAL (SELECT inhparent::regclass::text AS parent FROM pg_inherits WHERE inhrelid = s.relid) AS p ON true
WHERE s.schemaname IN ('pgmq', 'twinhost')
GROUP BY 1 ORDER BY 1";

const OLDEST: &str =
    "SELECT seconds, holder FROM twinhost.oldest_transaction() WHERE seconds IS NOT NULL";

/// A transaction that has been open for longer than this is forgotten rather than slow; ours end within seconds.
const LONG_SECONDS: u64 = 300;

/// More dead rows than this, and more than live ones, are more than vacuum leaves between two of its rounds.
const MANY_DEAD: u64 = 50_000;

/// Figures that tell whether the database clears away after itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vitals {
    /// The tables, by name.
    pub tables: Vec<TableRows>,
    /// For how many seconds the oldest transaction has been open; 0 when none is.
    pub oldest_transaction_seconds: u64,
    /// Who has it open: `process 123`.
    pub holder: Option<String>,
}

/// The rows of a table, as its statistics have them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRows {
    /// The table, with its schema.
    pub table: String,
    /// Rows that nobody can see any more.
    pub dead: u64,
    /// The others.
    pub live: u64,
}

impl Vitals {
    pub(crate) async fn read(connection: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let tables: Vec<(String, i64, i64)> =
            sqlx::query_as(DEAD_ROWS).fetch_all(&mut *connection).await?;
        let oldest: Option<(i64, String)> =
            sqlx::query_as(OLDEST).fetch_optional(&mut *connection).await?;
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        let row = |(table, dead, live)| TableRows { table, dead: count(dead), live: count(live) };
        Ok(Self {
            tables: tables.into_iter().map(row).collect(),
            oldest_transaction_seconds: oldest.as_ref().map_or(0, |(seconds, _)| count(*seconds)),
            holder: oldest.map(|(_, holder)| holder),
        })
    }

    /// What is wrong, each with its cure behind the last semicolon; empty when all is well.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let seconds = self.oldest_transaction_seconds;
        if let Some(holder) = self.holder.as_ref().filter(|_| seconds > LONG_SECONDS) {
            let end = match holder.strip_prefix("process ") {
                Some(pid) => format!("SELECT pg_terminate_backend({pid})"),
                None => format!(
                    "ROLLBACK PREPARED '{}'",
                    holder.strip_prefix("prepared transaction ").unwrap_or(holder)
                ),
            };
            problems.push(format!(
                "{holder} has had a transaction open for {seconds} s, so what was deleted since cannot be cleared away and queues become slow; end it: `{end}`"
            ));
        }
        for TableRows { table, dead, live } in &self.tables {
            if *dead > MANY_DEAD && dead > live {
                problems.push(format!(
                    "`{table}` has {dead} dead rows and {live} live ones: vacuum does not keep up; see that `autovacuum` is on and no transaction is left open, then run `VACUUM {table}`"
                ));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vitals(dead: u64, live: u64, seconds: u64, holder: &str) -> Vitals {
        Vitals {
            tables: vec![TableRows { table: "pgmq.q_scorer".to_owned(), dead, live }],
            oldest_transaction_seconds: seconds,
            holder: Some(holder.to_owned()),
        }
    }

    #[test]
    fn only_what_vacuum_cannot_clear_away_is_a_problem_and_its_cure_is_told() {
        assert_eq!(vitals(50_000, 0, 300, "process 7").problems(), [""; 0]);
        assert_eq!(vitals(100_000, 100_000, 0, "process 7").problems(), [""; 0]);
        let said = vitals(50_001, 10, 301, "process 7").problems();
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].ends_with("; end it: `SELECT pg_terminate_backend(7)`"), "{said:?}");
        assert!(said[1].contains("`pgmq.q_scorer` has 50001 dead rows"), "{said:?}");
        let said = vitals(0, 0, 301, "prepared transaction x").problems();
        assert!(said[0].ends_with("`ROLLBACK PREPARED 'x'`"), "{said:?}");
    }
}
