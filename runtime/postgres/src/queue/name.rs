//! Names: of queues as pgmq knows them, and of deliveries.

use std::fmt;
use std::str::FromStr;

use twinhost::ports::PortError;

/// The pgmq queue of a handler: `webhook-ingestion` has `webhook_ingestion`, and `webhook_ingestion_dlq` for dead letters.
///
/// # Errors
///
/// `Invalid` for what cannot be a handler's name, so that no other text ever gets into a statement.
pub(crate) fn queue_name(handler: &str) -> Result<String, PortError> {
    let starts = handler.starts_with(|first: char| first.is_ascii_lowercase());
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    // pgmq allows 47 characters, four of which are `_dlq`.
    if starts && handler.len() <= 43 && handler.bytes().all(allowed) && !handler.ends_with("-dlq") {
        return Ok(handler.replace('-', "_"));
    }
    let shown: String = handler.chars().take(80).collect();
    Err(PortError::invalid(
        format!("queue `{shown}`"),
        "a queue has its handler's name: 1 to 43 of a-z, 0-9 and `-`, starting with a letter and not ending with `-dlq`",
    ))
}

/// One delivery of a message: its place in the queue and how often it was received by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Handle {
    pub(crate) message: i64,
    pub(crate) receives: i32,
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.message, self.receives)
    }
}

impl FromStr for Handle {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (message, receives) = text.split_once(':').ok_or(())?;
        let message = message.parse().map_err(drop)?;
        Ok(Self { message, receives: receives.parse().map_err(drop)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_has_its_handlers_name_with_underscores() {
        assert_eq!(queue_name("webhook-ingestion").unwrap(), "webhook_ingestion");
        for bad in ["", "A", "a_b", "1a", "-a", "a\"b", "a b", "x-dlq", &"x".repeat(44)] {
            let error = queue_name(bad).unwrap_err().to_string();
            assert!(error.contains("a-z"), "{bad}: {error}");
        }
    }

    #[test]
    fn a_handle_reads_as_it_is_written_and_nothing_else_does() {
        let handle = Handle { message: 7, receives: 2 };
        assert_eq!(handle.to_string().parse(), Ok(handle));
        for bad in ["", "7", "7:", ":2", "7:2:1", "x:1", "99999999999999999999:1"] {
            assert!(bad.parse::<Handle>().is_err(), "{bad}");
        }
    }
}
