//! Durable ingestion: a webhook of 1 KB, answered after the commit.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use serde::{Deserialize, Serialize};
use twinhost::{
    App, Consume, Context, Grant, Handler, HandlerResult, Message, Payload, Request, Response,
    Route,
};

use crate::framework::Framework;
use crate::load::{self, MakeRequest, Measured};
use crate::report::{Aim, Section, count, ms};
use crate::server::Server;
use crate::{peers, watcher};

const CONNECTIONS: [usize; 3] = [1, 64, 256];

const BARE: &str = "axum, no database";
const INSERT: &str = "axum + one `INSERT` a request";
const GROUPED: &str = "axum + group commit by hand, two lanes";
const MINIMAL: &str = "Twinhost, body published as a message";
const SIGNED: &str = "Twinhost, the real `webhook-ingestion`";
const CONTESTANTS: [&str; 5] = [BARE, INSERT, GROUPED, MINIMAL, SIGNED];

/// Connections of the pool that inserts: with more the two cores only wait for each other.
const POOL: u32 = 16;

/// A body on its way to nowhere.
#[derive(Serialize, Deserialize)]
struct Taken {
    id: String,
    body: String,
}

impl Payload for Taken {
    const TOPIC: &'static str = "taken";

    fn group(&self) -> String {
        self.id.clone()
    }
}

/// Publishes the body.
struct Take;

impl Handler for Take {
    type Event = Request;
    const NAME: &'static str = "take";
    const TRIGGER: Route = Route::public_post("/take/{tenant}");
    const GRANTS: &'static [Grant] = &[Grant::Publish(Taken::TOPIC)];

    async fn handle(&self, ctx: &Context, request: Request) -> HandlerResult<Response> {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        ctx.publish(&Taken { id: ctx.id().to_owned(), body })?;
        Ok(Response::new(StatusCode::ACCEPTED))
    }
}

/// Owns the queue that [`Take`] fills; nothing is consumed while requests are measured.
struct Leave;

impl Handler for Leave {
    type Event = Message<Taken>;
    const NAME: &'static str = "leave";
    const TRIGGER: Consume = Consume::DEFAULT;

    async fn handle(&self, _: &Context, _: Message<Taken>) -> HandlerResult {
        Ok(())
    }
}

/// Measures every contestant at every number of connections.
pub(crate) async fn measure(
    server: &Server,
    rounds: u32,
    lasting: Duration,
) -> anyhow::Result<Section> {
    let mut all = BTreeMap::<_, Vec<Measured>>::new();
    for _ in 0..rounds {
        for connections in CONNECTIONS {
            for name in CONTESTANTS {
                let measured = one(server, name, connections, lasting).await?;
                all.entry((name, connections)).or_default().push(measured);
            }
        }
    }
    let middle = |name, connections| Measured::median(&all[&(name, connections)]);
    let rate = |name, connections| middle(name, connections).per_second;
    let cell = |name, connections| {
        let Measured { per_second, p50, p99 } = middle(name, connections);
        let ratio = per_second / rate(INSERT, connections);
        format!("{} ({ratio:.2} ×), {} / {}", count(per_second), ms(p50), ms(p99))
    };
    let row = |name: &'static str| {
        let cells = CONNECTIONS.iter().map(|connections| cell(name, *connections));
        std::iter::once(name.to_owned()).chain(cells).collect()
    };
    let aim = |name, connections, than, at_least| {
        let of = format!("{name}, {connections} connections, beside {than}");
        Aim::ratio(&of, rate(name, connections), rate(than, connections), at_least)
    };
    Ok(Section {
        title: "Durable ingestion",
        how: format!(
            "Webhooks of 1 KB over keep-alive connections for {} s, each answered after its commit: \
             requests a second (beside one `INSERT` a request), p50 / p99. The real handler also verifies \
             a signature, parses the body, archives it and remembers the delivery.",
            lasting.as_secs()
        ),
        columns: std::iter::once("connections".to_owned())
            .chain(CONNECTIONS.iter().map(ToString::to_string))
            .collect(),
        rows: CONTESTANTS.into_iter().map(row).collect(),
        aims: vec![
            aim(MINIMAL, 64, INSERT, 4.0),
            aim(MINIMAL, 64, BARE, 0.5),
            aim(MINIMAL, 1, INSERT, 1.0),
        ],
    })
}

async fn one(
    server: &Server,
    name: &str,
    connections: usize,
    lasting: Duration,
) -> anyhow::Result<Measured> {
    if name == BARE {
        let address = peers::bare_axum().await?;
        return load::run(address, connections, lasting, &plain("/")).await;
    }
    let database = server.create().await?;
    let measured = if name == INSERT || name == GROUPED {
        let pool = database.pool(if name == INSERT { POOL } else { 2 }).await?;
        let address = match name {
            INSERT => peers::inserting_axum(pool.clone()).await?,
            _ => peers::group_committing_axum(pool.clone()).await?,
        };
        let measured = load::run(address, connections, lasting, &plain("/")).await;
        pool.close().await;
        measured?
    } else {
        let (mut framework, make): (_, MakeRequest) = if name == MINIMAL {
            let app = App::new("bench").handler(Take).handler(Leave);
            (Framework::open(app, &database).await?, plain("/take/bench"))
        } else {
            let signed = |n| watcher::delivery(&format!("delivery-{n}"), &watcher::log_file(n));
            (watcher::open(&database).await?, Arc::new(signed))
        };
        let address = framework.serve().await?;
        let measured = load::run(address, connections, lasting, &make).await;
        framework.close().await?;
        measured?
    };
    server.drop(database).await?;
    Ok(measured)
}

/// Posts the same log file each time, so that the load costs little.
fn plain(path: &str) -> MakeRequest {
    let request = load::post(path, "", &watcher::log_file(0));
    Arc::new(move |_| Ok(request.clone()))
}
