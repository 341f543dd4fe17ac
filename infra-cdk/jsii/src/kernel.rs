//! A running runtime: what it can be asked.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::panic::Location;
use std::rc::Rc;

use serde_json::{Value as Json, json};

use crate::callback::{Access, Call, Function, Override};
use crate::error::{Cause, Error};
use crate::object::Object;
use crate::process::Process;
use crate::protocol::{self, Answer, Callback, CallbackCall};
use crate::runtime::Package;
use crate::value::{FromValue, Value};

/// A running jsii runtime.
///
/// Cloning gives another handle to the same runtime. Every [`Object`] holds one; the process is
/// ended with the last of them.
#[derive(Clone)]
pub struct Kernel(Rc<Shared>);

struct Shared {
    process: RefCell<Process>,
    version: String,
    /// What JavaScript calls, by the cookie that its override was given.
    functions: RefCell<HashMap<String, Rc<Function>>>,
    cookies: Cell<u64>,
}

impl Kernel {
    /// Reads the greeting of a process that was just started.
    pub(crate) fn greet(mut process: Process) -> Result<Self, Cause> {
        let version = protocol::hello(&process.receive()?)?;
        Ok(Self(Rc::new(Shared {
            process: RefCell::new(process),
            version,
            functions: RefCell::default(),
            cookies: Cell::default(),
        })))
    }

    /// The runtime's version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// Loads a package; those it depends on must be loaded before.
    ///
    /// # Errors
    ///
    /// When the tarball cannot be read, or another version is loaded already.
    #[track_caller]
    pub fn load(&self, package: &Package) -> Result<(), Error> {
        let Package { name, version, tarball } = package;
        let request =
            json!({ "api": "load", "name": name, "version": version, "tarball": tarball });
        self.ask(request, name, Location::caller()).map(drop)
    }

    /// Creates an object of a class, `package.Class`.
    ///
    /// # Errors
    ///
    /// When its constructor throws.
    #[track_caller]
    pub fn create(&self, class: &str, arguments: Vec<Value>) -> Result<Object, Error> {
        self.create_with(class, arguments, &[], &[])
    }

    /// Creates an object of a class, which has some interfaces more and of which some members are Rust functions.
    ///
    /// With the class `Object` this implements interfaces in Rust.
    ///
    /// # Errors
    ///
    /// When its constructor throws.
    #[track_caller]
    pub fn create_with(
        &self,
        class: &str,
        arguments: Vec<Value>,
        interfaces: &[&str],
        overrides: &[Override],
    ) -> Result<Object, Error> {
        let at = Location::caller();
        let overrides: Vec<_> = overrides.iter().map(|it| self.register(it)).collect();
        let request = json!({
            "api": "create",
            "fqn": class,
            "args": list(arguments),
            "interfaces": interfaces,
            "overrides": overrides,
        });
        let created = self.ask(request, class, at)?;
        let read = Object::from_value(self, Value(created));
        read.map_err(|error| Error::new(error, class, at))
    }

    /// Keeps an override's function and describes the override to the runtime.
    fn register(&self, over: &Override) -> Json {
        let cookie = self.0.cookies.get() + 1;
        self.0.cookies.set(cookie);
        let cookie = cookie.to_string();
        let kind = if over.property { "property" } else { "method" };
        let described = json!({ kind: over.member, "cookie": cookie });
        self.0.functions.borrow_mut().insert(cookie, Rc::clone(&over.function));
        described
    }

    /// Calls a static method of a class.
    ///
    /// # Errors
    ///
    /// When it throws, or does not give a `T`.
    #[track_caller]
    pub fn invoke_static<T: FromValue>(
        &self,
        class: &str,
        method: &str,
        arguments: Vec<Value>,
    ) -> Result<T, Error> {
        let request =
            json!({ "api": "sinvoke", "fqn": class, "method": method, "args": list(arguments) });
        self.ask_for(request, "result", || format!("{class}.{method}"), Location::caller())
    }

    /// Reads a static property of a class.
    ///
    /// # Errors
    ///
    /// When it throws, or is no `T`.
    #[track_caller]
    pub fn get_static<T: FromValue>(&self, class: &str, property: &str) -> Result<T, Error> {
        let request = json!({ "api": "sget", "fqn": class, "property": property });
        self.ask_for(request, "value", || format!("{class}.{property}"), Location::caller())
    }

    /// Sets a static property of a class.
    ///
    /// # Errors
    ///
    /// When it throws.
    #[track_caller]
    pub fn set_static(
        &self,
        class: &str,
        property: &str,
        value: impl Into<Value>,
    ) -> Result<(), Error> {
        let at = Location::caller();
        let value = value.into().0;
        let request = json!({ "api": "sset", "fqn": class, "property": property, "value": value });
        self.ask(request, &format!("{class}.{property}"), at).map(drop)
    }

    /// The number of objects that the runtime keeps for Rust.
    ///
    /// # Errors
    ///
    /// When the runtime does not answer.
    #[track_caller]
    pub fn object_count(&self) -> Result<u64, Error> {
        let at = Location::caller();
        let answer = self.ask(json!({ "api": "stats" }), "stats", at)?;
        let count = answer.get("objectCount").and_then(Json::as_u64);
        let wrong = || Cause::Protocol {
            line: answer.to_string(),
            why: "it has no `objectCount`".to_owned(),
        };
        count.ok_or_else(|| Error::new(wrong(), "stats", at))
    }

    /// Ends the runtime now, whoever still holds a handle; their calls then fail.
    ///
    /// Needed only where the function of an [`Override`] holds an object, and so would keep the
    /// runtime for ever; otherwise the last handle ends it.
    pub fn end(self) {
        self.0.functions.borrow_mut().clear();
        self.0.process.borrow_mut().end();
    }

    /// Sends a request and reads one field of its answer.
    pub(crate) fn ask_for<T: FromValue>(
        &self,
        request: Json,
        field: &str,
        call: impl Fn() -> String,
        at: &'static Location<'static>,
    ) -> Result<T, Error> {
        let mut answer = self.ask(request, &call(), at)?;
        let value = answer.get_mut(field).map_or(Json::Null, Json::take);
        T::from_value(self, Value(value)).map_err(|error| Error::new(error, call(), at))
    }

    /// Sends a request and waits for its answer; meanwhile does what JavaScript asks for.
    pub(crate) fn ask(
        &self,
        mut request: Json,
        call: &str,
        at: &'static Location<'static>,
    ) -> Result<Json, Error> {
        // The runtime drops the first frame, which it takes for the client's own.
        let frame = json!([at.file(), at.line(), at.column(), call]);
        request["$jsii.stacktrace"] = json!([frame, frame]);
        let answered = self.converse(&request);
        answered.map_err(|cause| Error::new(cause, call, at))
    }

    fn converse(&self, request: &Json) -> Result<Json, Cause> {
        self.send(request)?;
        loop {
            // The process is borrowed for a line only: a callback sends requests of its own.
            let line = self.0.process.borrow_mut().receive()?;
            match protocol::answer(&line)? {
                Answer::Done(ok) => return Ok(ok),
                Answer::Failed(cause) => return Err(cause),
                Answer::Callback(callback) => self.complete(callback)?,
            }
        }
    }

    fn send(&self, line: &Json) -> Result<(), Cause> {
        self.0.process.borrow_mut().send(line.to_string())
    }

    /// Runs an override and tells the runtime what came of it.
    fn complete(&self, callback: Callback) -> Result<(), Cause> {
        let Callback { cbid, cookie, call } = callback;
        let complete = match self.run(cookie.as_deref(), call) {
            Ok(value) => json!({ "cbid": cbid, "result": value.0 }),
            Err(error) => json!({ "cbid": cbid, "err": chain(&*error) }),
        };
        self.send(&json!({ "complete": complete }))
    }

    fn run(
        &self,
        cookie: Option<&str>,
        call: CallbackCall,
    ) -> Result<Value, Box<dyn std::error::Error>> {
        let (object, member, access) = match call {
            CallbackCall::Invoke { objref, method, args } => {
                (objref, method, Access::Invoke(args.into_iter().map(Value).collect()))
            }
            CallbackCall::Get { objref, property } => (objref, property, Access::Get),
            CallbackCall::Set { objref, property, value } => {
                (objref, property, Access::Set(Value(value)))
            }
        };
        let functions = self.0.functions.borrow();
        let function = cookie.and_then(|cookie| functions.get(cookie)).map(Rc::clone);
        // A function may create objects with functions of their own.
        drop(functions);
        let function = function.ok_or_else(|| format!("`{member}` is no override of ours"))?;
        function(Call { object: Object::from_value(self, Value(object))?, access })
    }
}

/// Arguments as JSON. Optional ones at the end are left out, as the runtime wants it.
pub(crate) fn list(mut arguments: Vec<Value>) -> Json {
    while arguments.last() == Some(&Value::NOTHING) {
        arguments.pop();
    }
    arguments.into_iter().map(|argument| argument.0).collect()
}

/// An error with its causes, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kernel").field("version", &self.0.version).finish_non_exhaustive()
    }
}
