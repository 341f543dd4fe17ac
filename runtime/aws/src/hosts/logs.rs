//! Logs of a function: a JSON object a line on standard output, from where Lambda takes them.
//!
//! Standard output is flushed at the end of each line, so nothing is held back when Lambda freezes the process between
//! two invocations. The span that `lambda_runtime` opens for an invocation puts its request id and X-Ray trace into
//! each line.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// What says how much to log: the home host's variable, then Lambda's own.
const LEVELS: [&str; 2] = ["TWINHOST__LOG__LEVEL", "AWS_LAMBDA_LOG_LEVEL"];

/// Starts logging: a level (`info`, the default) or levels for modules (`warn,twinhost=debug`). Has no effect the
/// second time.
pub(super) fn start() {
    let given = LEVELS.iter().find_map(|name| std::env::var(name).ok());
    let read = given.as_deref().map(levels);
    let layer = fmt::layer().json().flatten_event(true).with_span_list(false);
    let layer = layer.log_internal_errors(false);
    let filter = read.clone().and_then(Result::ok).unwrap_or_else(default_levels);
    // Fails only when somebody has set up logging already, as a test may.
    let _already = tracing_subscriber::registry().with(layer).with(filter).try_init();
    if let Some(Err(why)) = read {
        let variables = LEVELS.join("` or `");
        tracing::warn!(
            "`{variables}` cannot be read ({why}); use a level (`info`) or levels for modules (`warn,twinhost=debug`)"
        );
    }
}

fn default_levels() -> Targets {
    Targets::new().with_default(LevelFilter::INFO)
}

fn levels(text: &str) -> Result<Targets, String> {
    // Lambda knows a level that nothing else does.
    let text = if text.eq_ignore_ascii_case("fatal") { "error" } else { text };
    text.parse().map_err(|error: tracing_subscriber::filter::ParseError| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_read_as_at_home_and_as_lambda_writes_it() {
        for text in ["info", "WARN", "FATAL", "warn,twinhost=debug"] {
            levels(text).unwrap();
        }
        assert!(levels("twinhost=loud").is_err());
    }
}
