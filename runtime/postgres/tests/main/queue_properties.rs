//! The durable queue against the model of SQS FIFO: random steps, and every connection killed in the middle of some.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use proptest::test_runner::{Config, FileFailurePersistence, TestCaseError, TestError, TestRunner};
use twinhost::conformance::properties::{Breakable, obeys_the_model, steps};
use twinhost::conformance::{Backend as _, ORDERS};
use twinhost::ports::Commit as _;
use twinhost::unit::{Once, Unit};
use uuid::Uuid;

use crate::database::{Pg, pg, run};

/// Those that once failed, which are tried first.
const FAILED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions/queue.txt");

/// Kills every other connection to this database.
const KILL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[async_trait]
impl Breakable for Pg {
    async fn crash(&self) {
        run(&mut self.database.admin().await, KILL).await;
    }

    /// Who gets a connection that is dead is told so, and the next gets a new one.
    async fn recover(&self) {
        let mut in_a_row = 0;
        while in_a_row < 5 {
            let mut unit = Unit::new("acme".parse().unwrap(), "tester");
            let key = Uuid::new_v4().to_string();
            unit.once = Some(Once { key, keep: Duration::from_secs(60) });
            let commits = self.host.store().commit(vec![unit]).await.is_ok();
            let answered = commits && self.queue().stats(ORDERS).await.is_ok();
            in_a_row = if answered { in_a_row + 1 } else { 0 };
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

#[test]
fn the_durable_queue_obeys_the_model() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let _entered = runtime.enter();
    let pg = runtime.block_on(pg());
    let config = Config {
        cases: 24,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(FAILED))),
        ..Config::default()
    };
    let tried = TestRunner::new(config).run(&steps(40), |steps| {
        runtime.block_on(async {
            for dead in [false, true] {
                pg.queue().purge(ORDERS, dead).await.unwrap();
            }
            obeys_the_model(&pg, &steps).await.map_err(TestCaseError::fail)
        })
    });
    if let Err(TestError::Fail(why, steps)) = tried {
        panic!("{why}\nthe least steps that show it: {steps:#?}");
    }
    tried.unwrap();
}
