use async_trait::async_trait;
use jiff::Timestamp;
use twinhost::ports::PortError;
use twinhost::schedule::{Failure, Occurrence};
use twinhost_postgres::PgSchedules;

use super::Occurrences;

#[async_trait]
impl Occurrences for PgSchedules {
    async fn now(&self) -> Result<Timestamp, PortError> {
        Self::now(self).await
    }

    async fn first_seen(&self, schedule: &str) -> Result<Timestamp, PortError> {
        Self::first_seen(self, schedule).await
    }

    async fn last(&self, schedule: &str) -> Result<Option<Timestamp>, PortError> {
        Self::last(self, schedule).await
    }

    async fn fire(&self, occurrence: &Occurrence<'_>) -> Result<Option<usize>, PortError> {
        Self::fire(self, occurrence).await
    }

    async fn failure(&self, schedule: &str) -> Result<Option<Failure>, PortError> {
        Self::failure(self, schedule).await
    }

    async fn fail(&self, schedule: &str, failure: &Failure) -> Result<(), PortError> {
        Self::fail(self, schedule, failure).await
    }
}
