//! The lines that the runtime reads and writes: one JSON each.
//!
//! | we write | it answers |
//! |---|---|
//! | *(nothing: it begins)* | `{"hello":"@jsii/runtime@1.140.0"}` |
//! | `{"api":"create","fqn":…,"args":[…],"overrides":[…],"interfaces":[…]}` | `{"ok":{"$jsii.byref":…}}` |
//! | `{"api":"invoke","objref":…,"method":…,"args":[…]}`, `sinvoke` with `fqn` | `{"ok":{"result":…}}` |
//! | `{"api":"get","objref":…,"property":…}`, `sget` with `fqn` | `{"ok":{"value":…}}` |
//! | `{"api":"set",…,"value":…}`, `sset` with `fqn` | `{"ok":{}}` |
//! | `{"api":"load","name":…,"version":…,"tarball":…}`, `del`, `stats` | `{"ok":{…}}` |
//! | any of them, when it does not work | `{"error":…,"name":…,"stack":…}` |
//! | any of them, when JavaScript calls an override | `{"callback":{"cbid":…,"cookie":…,"invoke":{…}}}`, and goes on once it has read `{"complete":{"cbid":…,"result":…}}` |
//! | `{"exit":0}` | *(it ends)* |
//!
//! While a callback runs it may send requests of its own: they are answered before the callback is complete.

use serde::Deserialize;
use serde_json::Value as Json;

use crate::error::Cause;
use crate::value::short;

/// How the runtime names errors that are the client's fault.
const FAULT: &str = "@jsii/kernel.Fault";

/// The first line of the runtime.
#[derive(Debug, Deserialize)]
struct Hello {
    hello: String,
}

/// Reads the greeting and answers the runtime's version.
///
/// # Errors
///
/// [`Cause::Hello`] when it is none, or of another major version.
pub(crate) fn hello(line: &str) -> Result<String, Cause> {
    let said = serde_json::from_str(line).map_or_else(|_| short(line), |Hello { hello }| hello);
    match said.strip_prefix("@jsii/runtime@").filter(|version| version.starts_with("1.")) {
        Some(version) => Ok(version.to_owned()),
        None => Err(Cause::Hello { said }),
    }
}

/// What the runtime writes after a request.
#[derive(Debug)]
pub(crate) enum Answer {
    Done(Json),
    Failed(Cause),
    Callback(Callback),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Line {
    ok: Option<Json>,
    error: Option<String>,
    name: Option<String>,
    stack: Option<String>,
    callback: Option<Callback>,
}

/// A call from JavaScript.
#[derive(Debug, Deserialize)]
pub(crate) struct Callback {
    pub(crate) cbid: String,
    pub(crate) cookie: Option<String>,
    #[serde(flatten)]
    pub(crate) call: CallbackCall,
}

/// What JavaScript does to an overridden member.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CallbackCall {
    Invoke {
        objref: Json,
        method: String,
        #[serde(default)]
        args: Vec<Json>,
    },
    Get {
        objref: Json,
        property: String,
    },
    Set {
        objref: Json,
        property: String,
        #[serde(default)]
        value: Json,
    },
}

/// Reads an answer.
///
/// # Errors
///
/// [`Cause::Protocol`] when the line is none.
pub(crate) fn answer(line: &str) -> Result<Answer, Cause> {
    let wrong = |why: String| Cause::Protocol { line: short(line), why };
    let read: Line = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
    match read {
        Line { callback: Some(callback), .. } => Ok(Answer::Callback(callback)),
        Line { error: Some(message), name, .. } if name.as_deref() == Some(FAULT) => {
            Ok(Answer::Failed(Cause::Fault { message }))
        }
        Line { error: Some(message), stack, .. } => {
            Ok(Answer::Failed(Cause::JavaScript { message, stack }))
        }
        Line { ok: Some(ok), .. } => Ok(Answer::Done(ok)),
        _ => Err(wrong("it has none of `ok`, `error`, `callback`".to_owned())),
    }
}
