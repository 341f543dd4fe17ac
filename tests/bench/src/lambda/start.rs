//! What a function's executable weighs, how fast it starts, and the memory it takes.

use std::collections::BTreeMap;
use std::time::Duration;

use twinhost::Manifest;
use twinhost_aws::options::{BUCKET, DEAD_LETTERS, KMS_KEY, MAIL_FROM, QUEUE, TABLE, variable};

use super::built::{Built, MB, peak_memory};
use crate::report::{Section, median, ms};

/// Cold starts of each function in a round.
const STARTS: usize = 5;

/// Built that do nothing, and the handler that they are called after: for comparison.
const OTHERS: [(&str, &str, &str); 2] = [
    ("`lambda_runtime` alone", "bench-bare", "no-op-queue"),
    ("Twinhost, a handler that does nothing", "bench-no-op", "no-op-queue"),
];

/// An executable, and what was measured of it.
struct Measured {
    label: String,
    executable: String,
    /// The function's name.
    name: String,
    inits: Vec<Duration>,
    memory: Vec<f64>,
}

/// Starts every function again and again. `peaks` is the memory of those that have handled events, in MB.
pub(super) async fn measure(
    built: &Built,
    rounds: u32,
    peaks: &BTreeMap<String, f64>,
) -> anyhow::Result<Section> {
    let manifest = functions::app::app(crate::watcher::outside()).manifest();
    let others = OTHERS.map(|(label, executable, name)| (label.to_owned(), executable, name));
    let ours = manifest.handlers.iter().map(|handler| {
        let name = handler.name;
        (format!("`{name}`"), name, name)
    });
    let mut all: Vec<Measured> = others
        .into_iter()
        .chain(ours)
        .map(|(label, executable, name)| Measured {
            label,
            executable: executable.to_owned(),
            name: name.to_owned(),
            inits: Vec::new(),
            memory: Vec::new(),
        })
        .collect();
    let variables = variables(&manifest);
    for _ in 0..rounds as usize * STARTS {
        for Measured { executable, name, inits, memory, .. } in &mut all {
            let function = built.function(executable, name, variables.clone());
            inits.push(function.provision().await?);
            memory.push(peak_memory(&function)?);
            function.shut_down().await;
        }
    }
    let rows = all.iter().map(|measured| {
        let (bytes, zipped) = built.sizes(&measured.executable)?;
        let megabytes = |bytes: usize| format!("{:.1} MB", bytes as f64 / MB);
        let init = median(measured.inits.iter().map(Duration::as_secs_f64));
        let peak = peaks.get(&measured.name).map_or(String::new(), |peak| format!("{peak:.1} MB"));
        Ok(vec![
            measured.label.clone(),
            megabytes(zipped),
            megabytes(bytes),
            ms(Duration::from_secs_f64(init)),
            format!("{:.1} MB", median(measured.memory.iter().copied())),
            peak,
        ])
    });
    Ok(Section {
        title: "The Lambda functions",
        how: format!(
            "Each handler's executable as it is deployed, and for comparison two that do nothing. Init is the time from \
             the start of the process until it asks for its first invocation, with the file in the page cache: median \
             of {}. Memory is the most that was resident (`VmHWM`), files that are mapped included.",
            rounds as usize * STARTS
        ),
        columns: [
            "",
            "zipped",
            "executable",
            "init",
            "memory after init",
            "memory after its events",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect::<anyhow::Result<_>>()?,
        aims: Vec::new(),
    })
}

/// Resources that need not be there: no function touches them until it is invoked.
fn variables(manifest: &Manifest) -> BTreeMap<String, String> {
    let url =
        |queue: &str| format!("https://sqs.us-east-1.amazonaws.com/123456789012/{queue}.fifo");
    let fixed = [
        (TABLE, "app"),
        (BUCKET, "objects"),
        (KMS_KEY, "alias/app"),
        (MAIL_FROM, "alerts@example.com"),
    ];
    let queues =
        manifest.handlers.iter().map(|handler| handler.name).chain(OTHERS.map(|other| other.2));
    let queues =
        queues.flat_map(|name| [QUEUE, DEAD_LETTERS].map(|kind| (variable(kind, name), url(name))));
    fixed
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into_iter()
        .chain(queues)
        .collect()
}
