//! From webhook to stored score, on a system that does nothing else.

use std::time::{Duration, Instant};

use crate::report::{Section, ms};
use crate::server::Server;
use crate::{load, watcher};

/// Webhooks sent, one after the other.
const SENT: u64 = 200;

/// Time between one score and the next webhook, so that everything is idle again.
const PAUSE: Duration = Duration::from_millis(20);

/// Sends webhooks of one event and waits for each score.
pub(crate) async fn measure(server: &Server) -> anyhow::Result<Section> {
    let database = server.create().await?;
    let mut framework = watcher::open(&database).await?;
    let address = framework.serve().await?;
    framework.consume();
    let mut scored = framework.meter.scored();
    let (mut answered, mut stored) = (Vec::new(), Vec::new());
    for n in 0..SENT {
        tokio::time::sleep(PAUSE).await;
        let request = watcher::delivery(&format!("delivery-{n}"), &watcher::log_file(n))?;
        scored.mark_unchanged();
        let began = Instant::now();
        load::once(address, &request).await?;
        answered.push(began.elapsed());
        tokio::time::timeout(Duration::from_secs(30), scored.changed()).await??;
        stored.push(scored.borrow().duration_since(began));
    }
    framework.close().await?;
    server.drop(database).await?;
    let row = |what: &str, mut took: Vec<Duration>| {
        took.sort_unstable();
        let at = |share: f64| ms(took[((took.len() - 1) as f64 * share) as usize]);
        vec![what.to_owned(), at(0.5), at(0.99)]
    };
    Ok(Section {
        title: "From webhook to stored score, idle",
        how: format!(
            "{SENT} webhooks of one event, each on a new connection once the one before is scored: through \
             `webhook-ingestion`, `normalizer` and `scorer`, three commits."
        ),
        columns: ["", "p50", "p99"].map(str::to_owned).to_vec(),
        rows: vec![row("answered", answered), row("score stored", stored)],
        aims: Vec::new(),
    })
}
