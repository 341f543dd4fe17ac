//! The operator's side: `/metrics` for Prometheus, and the probes.
//!
//! On loopback anyone on the machine may ask; anywhere else the admin token is
//! wanted as a bearer token.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::IntoResponse as _;
use axum::routing::get;
use http::{StatusCode, header};
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use crate::health::Health;
use crate::http::probes;

/// Bounds of a handler's time in seconds: from a no-op to Lambda's limit.
const SECONDS: [f64; 18] = [
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
    10.0, 30.0, 120.0, 900.0,
];

/// Bounds of how many units share a commit.
const BATCH: [f64; 11] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0];

/// The type of Prometheus' text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Collects this process' metrics; the second call answers the same.
///
/// # Errors
///
/// When another recorder is installed in this process.
pub fn recorder() -> Result<PrometheusHandle, BuildError> {
    static RECORDER: Mutex<Option<PrometheusHandle>> = Mutex::new(None);
    let mut installed = RECORDER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*installed {
        return Ok(handle.clone());
    }
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_size".to_owned()), &BATCH)?
        .build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder)?;
    describe();
    Ok(installed.insert(handle).clone())
}

fn describe() {
    describe_counter!("twinhost_handler_events_total", "Events that a handler ran on, by outcome.");
    describe_counter!("twinhost_handler_retries_total", "Events that were delivered before.");
    describe_counter!(
        "twinhost_handler_conflicts_total",
        "Runs that were repeated because a document had changed."
    );
    describe_counter!(
        "twinhost_http_refused_total",
        "Requests that came to no handler, by the reason."
    );
    describe_histogram!("twinhost_handler_duration_seconds", Unit::Seconds, "Time for one event.");
    describe_histogram!("twinhost_commit_batch_size", "Units of work that shared a commit.");
    describe_counter!(
        "twinhost_schedule_occurrences_total",
        "Occurrences of schedules written down by this node, by outcome."
    );
    describe_gauge!("twinhost_queue_backlog", "Messages not yet acknowledged.");
    describe_gauge!("twinhost_queue_in_flight", "Messages that are in flight or put off.");
    describe_gauge!(
        "twinhost_queue_oldest_age_seconds",
        Unit::Seconds,
        "Age of the oldest message."
    );
    describe_gauge!("twinhost_queue_dead_letters", "Messages in the dead-letter queue.");
    describe_gauge!(
        "twinhost_table_dead_rows",
        "Rows that vacuum has not cleared away yet; many more than live ones make a queue slow."
    );
    describe_gauge!(
        "twinhost_table_live_rows",
        "Rows that are not dead, as the statistics have them."
    );
    describe_gauge!(
        "twinhost_oldest_transaction_seconds",
        Unit::Seconds,
        "How long the oldest transaction of the database has been open; minutes keep vacuum from its work."
    );
    describe_gauge!("twinhost_build_info", "1, with the version.");
}

/// The routes of the operator's side; `token` is wanted if there is one.
pub fn router(recorder: PrometheusHandle, health: &Health, token: Option<SecretString>) -> Router {
    let source = health.clone();
    let metrics = move || {
        let (recorder, health) = (recorder.clone(), source.clone());
        async move { ([(header::CONTENT_TYPE, TEXT)], scrape(&recorder, &health).await) }
    };
    let router = Router::new().route("/metrics", get(metrics)).merge(probes(health));
    match token {
        None => router,
        Some(token) => {
            let token = Arc::new(token);
            router.layer(middleware::from_fn(move |request, next| {
                let token = Arc::clone(&token);
                async move { guard(&token, request, next).await }
            }))
        }
    }
}

async fn scrape(recorder: &PrometheusHandle, health: &Health) -> String {
    gauge!("twinhost_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    for stats in health.queues().await {
        let queue = stats.queue;
        gauge!("twinhost_queue_backlog", "queue" => queue.clone()).set(stats.backlog as f64);
        gauge!("twinhost_queue_in_flight", "queue" => queue.clone()).set(stats.in_flight as f64);
        gauge!("twinhost_queue_oldest_age_seconds", "queue" => queue.clone())
            .set(stats.oldest_age_seconds as f64);
        gauge!("twinhost_queue_dead_letters", "queue" => queue).set(stats.dead_letters as f64);
    }
    if let Some(vitals) = health.vitals().await {
        gauge!("twinhost_oldest_transaction_seconds").set(vitals.oldest_transaction_seconds as f64);
        for rows in vitals.tables {
            gauge!("twinhost_table_dead_rows", "table" => rows.table.clone()).set(rows.dead as f64);
            gauge!("twinhost_table_live_rows", "table" => rows.table).set(rows.live as f64);
        }
    }
    recorder.render()
}

async fn guard(token: &SecretString, request: Request, next: Next) -> http::Response<Body> {
    let given = request.headers().get(header::AUTHORIZATION);
    let given = given.and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    let good = given.is_some_and(|given| given.ct_eq(token.expose_secret().as_bytes()).into());
    if good { next.run(request).await } else { StatusCode::UNAUTHORIZED.into_response() }
}

#[cfg(test)]
mod tests {
    use tower::ServiceExt as _;
    use twinhost::App;
    use twinhost::memory::Memory;
    use twinhost::ports::PortError;
    use twinhost_postgres::{TableRows, Vitals};

    use super::*;
    use crate::backend::Backend;

    #[derive(Debug)]
    struct Well;

    #[async_trait::async_trait]
    impl Backend for Well {
        async fn check(&self) -> Result<(), PortError> {
            Ok(())
        }

        async fn housekeep(&self) -> Result<(), PortError> {
            Ok(())
        }

        async fn vitals(&self) -> Result<Vitals, PortError> {
            let table = TableRows { table: "pgmq.q_some".to_owned(), dead: 7, live: 3 };
            Ok(Vitals { tables: vec![table], oldest_transaction_seconds: 9, holder: None })
        }
    }

    async fn ask(token: Option<&str>, authorization: Option<&str>) -> (StatusCode, String) {
        let memory = Arc::new(Memory::new("2026-01-01T00:00:00Z".parse().unwrap()));
        let health = Health::new(&App::new("test"), "here", memory, Arc::new(Well));
        let router = router(recorder().unwrap(), &health, token.map(SecretString::from));
        let mut request = http::Request::get("/metrics");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let answer = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = answer.status();
        let body = axum::body::to_bytes(answer.into_body(), 1_000_000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn metrics_are_prometheus_text_with_buckets() {
        recorder().unwrap();
        metrics::histogram!("twinhost_handler_duration_seconds", "handler" => "some").record(0.002);
        metrics::histogram!("twinhost_commit_batch_size").record(3.0);
        let (status, text) = ask(None, None).await;
        assert_eq!(status, StatusCode::OK);
        for line in [
            r#"twinhost_handler_duration_seconds_bucket{handler="some",le="0.0025"} 1"#,
            r#"twinhost_commit_batch_size_bucket{le="4"}"#,
            "# TYPE twinhost_build_info gauge",
            r#"twinhost_table_dead_rows{table="pgmq.q_some"} 7"#,
            r#"twinhost_table_live_rows{table="pgmq.q_some"} 3"#,
            "twinhost_oldest_transaction_seconds 9",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }

    #[tokio::test]
    async fn where_a_token_is_wanted_nothing_is_said_without_it() {
        for authorization in
            [None, Some("Bearer no"), Some("secret"), Some("Bearer secret2"), Some("Bearer ")]
        {
            assert_eq!(ask(Some("secret"), authorization).await.0, StatusCode::UNAUTHORIZED);
        }
        assert_eq!(ask(Some("secret"), Some("Bearer secret")).await.0, StatusCode::OK);
    }
}
