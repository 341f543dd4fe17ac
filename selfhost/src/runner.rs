//! One process that runs an application: routes, consumers, schedules.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use twinhost::App;
use twinhost::ports::{Ports, Queue};

use crate::admin;
use crate::backend::Backend;
use crate::config::{self, Config};
use crate::consumer::{Consumer, ConsumerOptions};
use crate::health::{Health, Phase};
use crate::http::{self, Server};
use crate::quiet::Quiet;
use crate::scheduler::{Occurrences, Scheduler};

/// How often what has expired is removed.
const HOUSEKEEPING: Duration = Duration::from_secs(60);

/// How often samples of histograms are put into their buckets; they take memory until then.
const UPKEEP: Duration = Duration::from_secs(5);

/// What is left after the grace period for giving back what did not end.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// Everything a process needs to run an application.
#[derive(Debug)]
pub struct Runner {
    /// The application.
    pub app: App,
    /// What its handlers reach.
    pub ports: Ports,
    /// Its queues.
    pub queue: Arc<dyn Queue>,
    /// What its schedules have fired.
    pub occurrences: Arc<dyn Occurrences>,
    /// The database behind all this.
    pub backend: Arc<dyn Backend>,
    /// What is wanted of callers of the operator's side if it is not on loopback.
    pub admin_token: SecretString,
}

/// Why an application cannot run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunnerError {
    /// An address cannot be listened on.
    #[error(
        "cannot listen on {address}; set `{setting}` to another address, or stop what listens there"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Where it is set.
        setting: &'static str,
        /// Why not.
        source: std::io::Error,
    },
    /// The application cannot run on any host.
    #[error(transparent)]
    App(#[from] twinhost::InvalidApp),
    /// The configuration names a handler that is none.
    #[error(transparent)]
    Function(#[from] config::UnknownFunction),
    /// A route takes a path of the host's.
    #[error(transparent)]
    Route(#[from] http::ReservedPath),
    /// A schedule cannot be read.
    #[error(transparent)]
    Schedule(#[from] crate::scheduler::ScheduleError),
    /// Metrics cannot be collected.
    #[error("metrics cannot be collected")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
    /// A part of the process ended by itself.
    #[error("{0} ended unexpectedly; this is a bug, the log says where")]
    Ended(String),
}

/// An application whose addresses are taken and that is ready to run.
#[derive(Debug)]
pub struct Bound {
    http: Server,
    admin: Server,
    routes: Router,
    admin_routes: Router,
    recorder: PrometheusHandle,
    consumers: Vec<Consumer>,
    scheduler: Scheduler,
    health: Health,
    backend: Arc<dyn Backend>,
    grace: Duration,
    /// Where HTTP is served.
    pub http_address: SocketAddr,
    /// Where the operator's side is.
    pub admin_address: SocketAddr,
}

impl Runner {
    /// Checks the application and takes its addresses. Requests wait until [`Bound::run`].
    ///
    /// Of the application it runs what [`Config::functions`] names: a process that has no route or
    /// schedule of it is a worker.
    ///
    /// # Errors
    ///
    /// Says which part cannot run and what to change.
    pub async fn bind(self, config: &Config) -> Result<Bound, RunnerError> {
        let Self { app, ports, queue, occurrences, backend, admin_token } = self;
        app.check()?;
        let manifest = config.functions.of(app.manifest())?;
        let recorder = admin::recorder()?;
        let health = Health::new(&app, &config.node, Arc::clone(&queue), Arc::clone(&backend));
        let routes = http::router(&app, &manifest, ports.clone(), &health, &config.http)?;
        let scheduler = Scheduler::new(&manifest, &ports, occurrences, &config.node)?;
        let options = ConsumerOptions::default();
        let consumer = |handler| {
            Consumer::new(app.clone(), handler, ports.clone(), Arc::clone(&queue), options.clone())
        };
        let consumers = manifest.handlers.iter().filter_map(consumer).collect();
        let (listener, http_address) = listen(config.http.listen, "http.listen").await?;
        let (admin_listener, admin_address) = listen(config.admin.listen, "admin.listen").await?;
        let token = Some(admin_token).filter(|_| !admin_address.ip().is_loopback());
        Ok(Bound {
            http: Server::new(listener, &config.http),
            admin: Server::new(admin_listener, &config::Http::default()),
            routes,
            admin_routes: admin::router(recorder.clone(), &health, token),
            recorder,
            consumers,
            scheduler,
            health,
            backend,
            grace: config.shutdown_grace(),
            http_address,
            admin_address,
        })
    }
}

async fn listen(
    address: SocketAddr,
    setting: &'static str,
) -> Result<(TcpListener, SocketAddr), RunnerError> {
    let failed = |source| RunnerError::Listen { address, setting, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

impl Bound {
    /// Runs until `stop`, then drains: unready at once, nothing new is taken,
    /// what is in hand ends or is given back within the grace period.
    ///
    /// HTTP is served on while consumers drain, so that whoever balances load
    /// sees the unready answer before a connection is refused; for half of the
    /// grace period at the most, because requests in hand need some, too.
    ///
    /// # Errors
    ///
    /// When a part of the process ends by itself; the rest is drained all the same.
    pub async fn run(self, stop: CancellationToken) -> Result<(), RunnerError> {
        let (cut, http_stop) = (CancellationToken::new(), CancellationToken::new());
        // What takes work of its own accord, and what answers.
        let (mut takers, mut servers) = (JoinSet::new(), JoinSet::new());
        let _helpers = self.help();
        for consumer in self.consumers {
            let (stop, cut) = (stop.clone(), cut.clone());
            takers.spawn(async move {
                let name = consumer.name();
                consumer.run(stop, cut).await;
                format!("the consumer of `{name}`")
            });
        }
        let (scheduler, scheduler_stop) = (self.scheduler, stop.clone());
        takers.spawn(async move {
            scheduler.run(scheduler_stop).await;
            "the scheduler".to_owned()
        });
        for (server, routes, name) in [
            (self.http, self.routes, "HTTP"),
            (self.admin, self.admin_routes, "the operator's side"),
        ] {
            let work = server.serve(routes, http_stop.clone(), cut.clone());
            servers.spawn(async move {
                work.await;
                name.to_owned()
            });
        }
        self.health.set(Phase::Ready);
        let ended = tokio::select! {
            () = stop.cancelled() => None,
            Some(ended) = takers.join_next() => Some(ended),
            Some(ended) = servers.join_next() => Some(ended),
        };
        // What ends because it was told to is no fault.
        let ended = ended.filter(|_| !stop.is_cancelled());
        self.health.set(Phase::Draining);
        stop.cancel();
        let began = Instant::now();
        tracing::info!(grace_seconds = self.grace.as_secs(), "Draining");
        let end = began + self.grace;
        let drain = async {
            let _in_time = tokio::time::timeout(self.grace / 2, join(&mut takers)).await;
            http_stop.cancel();
            tokio::join!(join(&mut takers), join(&mut servers));
        };
        tokio::pin!(drain);
        if tokio::time::timeout_at(end, &mut drain).await.is_err() {
            tracing::warn!("The grace period is over; giving back what did not end");
            cut.cancel();
            if tokio::time::timeout(LAST_WORDS, drain).await.is_err() {
                tracing::warn!("Not everything could be given back; leases will run out");
            }
        }
        tracing::info!(duration_ms = began.elapsed().as_millis() as u64, "Drained");
        match ended {
            None => Ok(()),
            Some(Ok(name)) => Err(RunnerError::Ended(name)),
            Some(Err(error)) => Err(RunnerError::Ended(format!("a task ({error})"))),
        }
    }

    /// Starts what goes on in the background for as long as the answer lives.
    fn help(&self) -> JoinSet<()> {
        let mut helpers = JoinSet::new();
        let recorder = self.recorder.clone();
        helpers.spawn(async move {
            let mut every = tokio::time::interval(UPKEEP);
            loop {
                every.tick().await;
                recorder.run_upkeep();
            }
        });
        let backend = Arc::clone(&self.backend);
        helpers.spawn(async move {
            let mut every = tokio::time::interval(HOUSEKEEPING);
            every.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut quiet = Quiet::default();
            loop {
                every.tick().await;
                match backend.housekeep().await {
                    Ok(()) => quiet.recovered(),
                    Err(error) => quiet.warn(|times| {
                        tracing::warn!(%error, times, "Cannot remove what has expired");
                    }),
                }
            }
        });
        helpers
    }
}

async fn join(tasks: &mut JoinSet<String>) {
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "A part of the process ended badly");
        }
    }
}
