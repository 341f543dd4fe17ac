//! The deployed stack at work: its functions as processes, set off by what is deployed, each under its own role.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use http::Method;
use jiff::Timestamp;
use lambda_emulator::front::Front;
use lambda_emulator::{Function, FunctionOptions, Poller, Source, clients_as};
use serde_json::{Value, json};
use tests::home::Home;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use twinhost::filter::Filter;
use twinhost_aws::{AwsOptions, Clients};

use crate::cdk::Cdk;
use crate::deployed::{Deployed, DeployedFunction};
use crate::permissions::{ACCOUNT, Call, Permissions, REGION, Refused, allows};

/// Processes of a function at the same time, unless it has some reserved.
const CONCURRENCY: usize = 2;

/// The stack at work; it ends with this value.
#[derive(Debug)]
pub(crate) struct Cloud {
    deployed: Deployed,
    permissions: Permissions,
    functions: BTreeMap<String, Arc<Function>>,
    api: SocketAddr,
    wake: Arc<Notify>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Cloud {
    /// Lets what is deployed work.
    ///
    /// # Errors
    ///
    /// When something is deployed that AWS would not let work.
    pub(crate) async fn start(cdk: &Cdk, deployed: Deployed) -> anyhow::Result<Self> {
        let mut cloud = Self {
            permissions: Permissions::start(cdk.aws().url()).await?,
            functions: BTreeMap::new(),
            api: ([127, 0, 0, 1], 0).into(),
            wake: Arc::default(),
            stop: CancellationToken::new(),
            tasks: JoinSet::new(),
            deployed: deployed.clone(),
        };
        let logs = cdk.folder().join("logs");
        for (name, function) in &deployed.functions {
            let key = cloud.permissions.grant(name, function.statements.clone());
            let mut variables = function.variables.clone();
            let reach = [
                ("AWS_ENDPOINT_URL", cloud.permissions.url()),
                ("AWS_ACCESS_KEY_ID", key),
                ("AWS_SECRET_ACCESS_KEY", "of a role".to_owned()),
            ];
            variables.extend(reach.map(|(name, value)| (name.to_owned(), value)));
            let options = FunctionOptions {
                name: name.clone(),
                executable: function.executable.clone(),
                variables,
                region: REGION.to_owned(),
                timeout: Duration::from_secs(function.timeout),
                memory_mb: function.memory_mb,
                concurrency: function.reserved.unwrap_or(CONCURRENCY),
                log: logs.join(format!("{name}.log")),
            };
            cloud.functions.insert(name.clone(), Arc::new(Function::new(options)));
        }
        cloud.poll().await?;
        cloud.serve().await?;
        Ok(cloud)
    }

    /// Lambda's pollers. They receive and delete under the function's own role.
    async fn poll(&mut self) -> anyhow::Result<()> {
        for source in &self.deployed.sources {
            ensure!(
                source.response_types == ["ReportBatchItemFailures"],
                "Lambda would not read what `{}` reports",
                source.function
            );
            let sqs = self.clients(&source.function).await?.sqs().clone();
            let filters: Vec<&str> = source.filters.iter().map(String::as_str).collect();
            let source = Source {
                filter: Filter::of(&filters)?,
                url: source.url.clone(),
                arn: source.arn.clone(),
                region: REGION.to_owned(),
                batch: source.batch,
                window: Duration::from_secs(source.window_seconds),
                function: self.named(&source.function)?,
            };
            let poller = Poller::new(source, sqs, Arc::default(), Arc::clone(&self.wake));
            self.tasks.spawn(poller.run(self.stop.clone()));
        }
        Ok(())
    }

    /// The API's routes. Each function must let the API call it for the route.
    async fn serve(&mut self) -> anyhow::Result<()> {
        let api = &self.deployed.api;
        let mut routes = Vec::new();
        for route in &api.routes {
            let (method, path) = route.key.split_once(' ').context("a route has a method")?;
            let source = format!("{}/{}/{method}{path}", api.id, api.stage);
            let source = format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{source}");
            let DeployedFunction { arn, policy, .. } = self.function(&route.function)?;
            let mut call = Call::new("lambda:InvokeFunction", arn.as_str());
            call.context.push(("aws:SourceArn", source));
            let statement = allows(policy, &call);
            ensure!(
                statement.is_some_and(|it| it.is_about("apigateway.amazonaws.com")),
                "`{}` does not let the API call it for {}",
                route.function,
                route.key
            );
            let method = Method::from_bytes(method.as_bytes())?;
            routes.push((method, path.to_owned(), self.named(&route.function)?));
        }
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        self.api = listener.local_addr()?;
        let front = Front::with_routes(routes, &api.stage, Arc::clone(&self.wake));
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            if let Err(error) = front.serve(listener, stop).await {
                eprintln!("the API ended: {error}");
            }
        });
        Ok(())
    }

    /// Fires the occurrence of a schedule that was due then, as EventBridge does: under the schedule's role.
    ///
    /// # Errors
    ///
    /// When there is no such schedule, it may not invoke its function, or that fails.
    pub(crate) async fn fire(&self, name: &str, due: Timestamp) -> anyhow::Result<()> {
        let schedule = self.deployed.schedules.iter().find(|it| it.name == name);
        let schedule = schedule.with_context(|| format!("no schedule `{name}` is deployed"))?;
        let arn = &self.function(&schedule.function)?.arn;
        let call = Call::new("lambda:InvokeFunction", arn.as_str());
        let allowed = allows(&schedule.statements, &call).is_some();
        ensure!(allowed, "`{name}` may not invoke its function");
        // EventBridge fills in the attributes that stand in angle brackets.
        let event = schedule.input.replace("<aws.scheduler.scheduled-time>", &due.to_string());
        self.named(&schedule.function)?.invoke(event).await?;
        self.wake.notify_waiters();
        Ok(())
    }

    /// Where the API listens.
    pub(crate) fn api(&self) -> String {
        format!("http://{}", self.api)
    }

    /// The calls that no role allowed.
    pub(crate) fn refused(&self) -> Vec<Refused> {
        self.permissions.refused()
    }

    /// The statements of a function that have allowed something.
    pub(crate) fn used(&self, function: &str) -> Vec<String> {
        let used = self.permissions.used().into_iter();
        used.filter(|(of, _)| of == function).map(|(_, sid)| sid).collect()
    }

    /// All that the functions have printed.
    pub(crate) fn logs(&self) -> String {
        self.functions.values().map(|function| function.log()).collect()
    }

    /// Gives functions the roles that are deployed now.
    pub(crate) fn learn(&self, deployed: &Deployed) {
        for (name, function) in &deployed.functions {
            self.permissions.grant(name, function.statements.clone());
        }
    }

    /// Lets a home's command work on the deployed stack: it is where a `cloud-local` would say that it is.
    pub(crate) fn introduce(&self, home: &Home, endpoint: &str) -> anyhow::Result<()> {
        let AwsOptions { table, bucket, kms_key, mail_from, queues, dead_letters, .. } =
            self.deployed.resources()?;
        let state = json!({
            "api": self.api(), "endpoint": endpoint, "table": table, "bucket": bucket, "kms_key": kms_key,
            "mail_from": mail_from, "queues": queues, "dead_letters": dead_letters,
        });
        let folder = home.data().join("cloud-local");
        std::fs::create_dir_all(&folder)?;
        Ok(std::fs::write(folder.join("state.json"), Value::to_string(&state))?)
    }

    /// Takes nothing more, and ends every process.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
        for function in self.functions.values() {
            function.shut_down().await;
        }
    }

    fn function(&self, name: &str) -> anyhow::Result<&DeployedFunction> {
        self.deployed.functions.get(name).with_context(|| format!("no function `{name}`"))
    }

    fn named(&self, name: &str) -> anyhow::Result<Arc<Function>> {
        self.functions.get(name).cloned().with_context(|| format!("no function `{name}`"))
    }

    /// Clients of AWS under the role of a function.
    async fn clients(&self, function: &str) -> anyhow::Result<Clients> {
        let statements = self.function(function)?.statements.clone();
        let key = self.permissions.grant(function, statements);
        Ok(clients_as(&self.permissions.url(), &key).await)
    }
}
