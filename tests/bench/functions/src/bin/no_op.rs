//! Handlers that do nothing, as Lambda functions on Twinhost: the one that the function is called after.
//!
//! They write and send nothing, so there is nothing to commit: no call to AWS is made.

use std::process::ExitCode;

use http::StatusCode;
use serde::{Deserialize, Serialize};
use twinhost::{
    App, Consume, Context, Handler, HandlerError, HandlerResult, Message, Payload, Request,
    Response, Route,
};

/// What every message and every request says here.
#[derive(Serialize, Deserialize)]
struct Job {
    n: u64,
}

impl Payload for Job {
    const TOPIC: &'static str = "jobs";

    fn group(&self) -> String {
        self.n.to_string()
    }
}

/// Takes messages.
struct Queue;

impl Handler for Queue {
    type Event = Message<Job>;
    const NAME: &'static str = "no-op-queue";
    const TRIGGER: Consume = Consume::DEFAULT;

    async fn handle(&self, _: &Context, _: Message<Job>) -> HandlerResult {
        Ok(())
    }
}

/// Takes requests.
struct Web;

impl Handler for Web {
    type Event = Request;
    const NAME: &'static str = "no-op-web";
    const TRIGGER: Route = Route::public_post("/{tenant}/no-op");

    async fn handle(&self, _: &Context, request: Request) -> HandlerResult<Response> {
        match serde_json::from_slice::<Job>(&request.body) {
            Ok(job) => Ok(Response::json(StatusCode::OK, &job)),
            Err(error) => Err(HandlerError::reject(error.to_string())),
        }
    }
}

fn main() -> ExitCode {
    let name = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
    twinhost_aws::run(App::new("no-op").handler(Queue).handler(Web), &name)
}
