//! An application whose work takes as many seconds as it is told: what the tests stop in the middle.

use std::process::ExitCode;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use twinhost::{
    App, Consume, Context, Grant, Handler, HandlerResult, Limits, Message, OrReject as _, Payload,
    Request, Response, Route,
};
use twinhost_selfhost::{Config, ConfigOverrides};

#[derive(Serialize, Deserialize)]
struct Job {
    seconds: u64,
}

impl Payload for Job {
    const TOPIC: &'static str = "jobs";
    fn group(&self) -> String {
        self.seconds.to_string()
    }
}

struct Intake;

impl Handler for Intake {
    type Event = Request;
    const NAME: &'static str = "intake";
    const TRIGGER: Route = Route::public_post("/jobs/{tenant}/{seconds}");
    const GRANTS: &'static [Grant] = &[Grant::Publish(Job::TOPIC)];

    async fn handle(&self, ctx: &Context, request: Request) -> HandlerResult<Response> {
        let seconds = request.param("seconds").parse().or_reject("how many seconds?")?;
        ctx.publish(&Job { seconds })?;
        Ok(Response::new(http::StatusCode::ACCEPTED))
    }
}

struct Sleeper;

impl Handler for Sleeper {
    type Event = Message<Job>;
    const NAME: &'static str = "sleeper";
    const TRIGGER: Consume = Consume::DEFAULT;
    const LIMITS: Limits = Limits { timeout: Duration::from_secs(900), ..Limits::DEFAULT };

    async fn handle(&self, _: &Context, Message(job): Message<Job>) -> HandlerResult {
        tokio::time::sleep(Duration::from_secs(job.seconds)).await;
        Ok(())
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let app = App::new("slow").handler(Intake).handler(Sleeper);
    let ran = match Config::load(ConfigOverrides::default()) {
        Ok(config) => twinhost_selfhost::run(app, config).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
