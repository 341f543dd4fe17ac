use async_trait::async_trait;
use jiff::Timestamp;
use twinhost::ports::PortError;
use twinhost_postgres::PgSchedules;

use super::{Occurrence, Occurrences};

#[async_trait]
impl Occurrences for PgSchedules {
    async fn first_seen(&self, schedule: &str) -> Result<Timestamp, PortError> {
        Self::first_seen(self, schedule).await
    }

    async fn last(&self, schedule: &str) -> Result<Option<Timestamp>, PortError> {
        Self::last(self, schedule).await
    }

    async fn fire(&self, occurrence: Occurrence<'_>) -> Result<bool, PortError> {
        let Occurrence { schedule, scheduled_at, missed, node, ticks } = occurrence;
        Self::fire(self, schedule, scheduled_at, missed, node, &ticks).await
    }
}
