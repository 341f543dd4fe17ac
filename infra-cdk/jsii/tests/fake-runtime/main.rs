//! A runtime that follows a script, so that the client is tested without Node.js.
//!
//! The script is a file of JSON lines, done in order:
//!
//! | line | what the fake does |
//! |---|---|
//! | `{"expect": {…}}` | reads a line, of which these fields must be so; otherwise it answers with an error that says what it read |
//! | `{"say": {…}}` or `{"say": "text"}` | writes a line |
//! | `{"print": "text"}` | writes to its standard error |
//! | `{"end": 3}` | ends with this status |
//!
//! After the script it reads until its input ends or says `{"exit":…}`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use serde_json::{Value, json};

fn main() -> io::Result<ExitCode> {
    let script = std::env::args().nth(1).unwrap_or_default();
    let script = std::fs::read_to_string(script)?;
    let mut input = io::stdin().lines();
    let mut output = io::stdout();
    for line in script.lines() {
        let step: Value = serde_json::from_str(line)?;
        if let Some(expected) = step.get("expect") {
            let read: Value = serde_json::from_str(&input.next().transpose()?.unwrap_or_default())?;
            if !covers(&read, expected) {
                let error = format!("the script has {expected}, the client wrote {read}");
                writeln!(output, "{}", json!({ "error": error, "name": "Fake" }))?;
            }
        } else if let Some(said) = step.get("say") {
            match said {
                Value::String(text) => writeln!(output, "{text}")?,
                said => writeln!(output, "{said}")?,
            }
        } else if let Some(text) = step.get("print").and_then(Value::as_str) {
            eprintln!("{text}");
        } else if let Some(status) = step.get("end").and_then(Value::as_u64) {
            return Ok(ExitCode::from(u8::try_from(status).unwrap_or(1)));
        }
    }
    for line in input {
        if line?.contains("\"exit\"") {
            break;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether a value has at least what is expected of it.
fn covers(value: &Value, expected: &Value) -> bool {
    match expected {
        Value::Object(fields) => {
            fields.iter().all(|(name, field)| value.get(name).is_some_and(|it| covers(it, field)))
        }
        plain => value == plain,
    }
}
