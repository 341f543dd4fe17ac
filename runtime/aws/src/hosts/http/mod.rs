//! The HTTP host: requests behind an API Gateway HTTP API, payload format 2.0.
//!
//! A handler sees what it would see at home: the stage is no part of the path, cookies are a header, a body is its
//! bytes. What API Gateway leaves to the function is answered with the home host's words.

mod recovery;
mod reply;
mod request;

use http::StatusCode;
use serde_json::value::RawValue;
use tokio::time::{Instant, timeout_at};
use twinhost::dispatch::{Delivery, Outcome, dispatch};
use twinhost::ports::Ports;
use twinhost::{App, Request, Response};

use super::event::InvocationError;
use request::Incoming;

pub(super) use recovery::Recovery;
pub(super) use reply::Reply;
pub(super) use request::Route;

/// Runs a handler on requests.
#[derive(Debug)]
pub(super) struct HttpHost {
    app: App,
    handler: &'static str,
    ports: Ports,
    route: Route,
    recovery: Option<Recovery>,
}

impl HttpHost {
    pub(super) const fn new(
        app: App,
        handler: &'static str,
        ports: Ports,
        route: Route,
        recovery: Option<Recovery>,
    ) -> Self {
        Self { app, handler, ports, route, recovery }
    }

    /// Answers a request before `cut`.
    pub(super) async fn answer(
        &self,
        event: &RawValue,
        request_id: &str,
        cut: Instant,
    ) -> Result<Reply, InvocationError> {
        let Incoming { id, request } = self.route.read(event)?;
        let id = id.unwrap_or_else(|| request_id.to_owned());
        let answer = async {
            match request {
                Err(status) => refuse(status),
                Ok(request) => timeout_at(cut, self.handle(id, request))
                    .await
                    .unwrap_or_else(|_| refuse(StatusCode::SERVICE_UNAVAILABLE)),
            }
        };
        let response = match self.recovery.as_ref().filter(|recovery| recovery.is_due()) {
            None => answer.await,
            Some(recovery) => recovery.beside(self.handler, answer).await,
        };
        Ok(Reply::of(response, self.handler))
    }

    async fn handle(&self, id: String, request: Request) -> Response {
        let delivery = Delivery::Request { id, request: Box::new(request) };
        match dispatch(&self.app, self.handler, &self.ports, delivery).await {
            Outcome::Response(response) => response,
            Outcome::Messages(_) | Outcome::Tick(_) => refuse(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

/// `{"message": …}` with the status in words, as at home.
fn refuse(status: StatusCode) -> Response {
    Response::message(status, status.canonical_reason().unwrap_or("error"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Method;
    use serde_json::{Value, json};
    use twinhost::{Context, Handler, HandlerError, HandlerResult};

    use super::*;
    use crate::hosts::testing::{World, raw};

    /// Does what its path says.
    struct Site;

    impl Handler for Site {
        type Event = Request;
        const NAME: &'static str = "site";
        const TRIGGER: twinhost::Route = twinhost::Route::public_post("/{tenant}/{what}");

        async fn handle(&self, ctx: &Context, request: Request) -> HandlerResult<Response> {
            match request.param("what") {
                "hang" => std::future::pending().await,
                "reject" => Err(HandlerError::reject("no such thing")),
                "panic" => panic!("at the disco"),
                _ => Ok(Response::message(StatusCode::OK, ctx.id())),
            }
        }
    }

    async fn answer(path: &str) -> Value {
        let world = World::new();
        let route = Route { method: Method::POST, path: "/{tenant}/{what}".to_owned() };
        let app = App::new("test").handler(Site);
        let host = HttpHost::new(app, Site::NAME, world.ports(), route, None);
        let event = json!({
            "version": "2.0",
            "rawPath": path,
            "requestContext": {"http": {"method": "POST"}, "requestId": "r-1", "stage": "$default"},
        });
        let cut = Instant::now() + Duration::from_secs(5);
        serde_json::to_value(host.answer(&raw(&event), "invocation", cut).await.unwrap()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn every_request_has_the_homes_answer() {
        for (path, status, message) in [
            ("/acme/hello", 200, "r-1"),
            ("/acme/reject", 400, "no such thing"),
            ("/acme/panic", 503, "Service Unavailable"),
            ("/acme/hang", 503, "Service Unavailable"),
            ("/A%20B/hello", 401, "Unauthorized"),
            ("/acme", 404, "Not Found"),
            ("/acme/%ff", 400, "Bad Request"),
        ] {
            let reply = answer(path).await;
            assert_eq!(reply["statusCode"], status, "{path}");
            assert_eq!(reply["body"], json!({"message": message}).to_string());
            assert_eq!(reply["headers"]["content-type"], "application/json");
        }
    }
}
