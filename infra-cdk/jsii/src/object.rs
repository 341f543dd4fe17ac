//! Objects that live in JavaScript.

use std::panic::Location;
use std::rc::Rc;

use serde_json::json;

use crate::error::Error;
use crate::kernel::{Kernel, list};
use crate::value::{FromValue, Value, WrongValue};

/// An object that lives in JavaScript, and a handle to the runtime it lives in.
///
/// JavaScript keeps it until the runtime ends, or until [`forget`](Self::forget).
#[derive(Clone, Debug)]
pub struct Object {
    kernel: Kernel,
    id: Rc<str>,
}

impl Object {
    /// The runtime it lives in.
    #[must_use]
    pub const fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// The runtime's name for it, which begins with its class: `package.Class@10001`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Calls a method.
    ///
    /// # Errors
    ///
    /// When it throws, or does not give a `T`.
    #[track_caller]
    pub fn invoke<T: FromValue>(&self, method: &str, arguments: Vec<Value>) -> Result<T, Error> {
        let request = json!({ "api": "invoke", "objref": self.json(), "method": method, "args": list(arguments) });
        self.kernel.ask_for(request, "result", || self.member(method), Location::caller())
    }

    /// Reads a property.
    ///
    /// # Errors
    ///
    /// When it throws, or is no `T`.
    #[track_caller]
    pub fn get<T: FromValue>(&self, property: &str) -> Result<T, Error> {
        let request = json!({ "api": "get", "objref": self.json(), "property": property });
        self.kernel.ask_for(request, "value", || self.member(property), Location::caller())
    }

    /// Sets a property.
    ///
    /// # Errors
    ///
    /// When it throws, or cannot be set.
    #[track_caller]
    pub fn set(&self, property: &str, value: impl Into<Value>) -> Result<(), Error> {
        let at = Location::caller();
        let value = value.into().0;
        let request =
            json!({ "api": "set", "objref": self.json(), "property": property, "value": value });
        self.kernel.ask(request, &self.member(property), at).map(drop)
    }

    /// Lets JavaScript forget it, once JavaScript has no use for it either.
    ///
    /// # Errors
    ///
    /// When it is forgotten already: another handle to it was.
    #[track_caller]
    pub fn forget(self) -> Result<(), Error> {
        let request = json!({ "api": "del", "objref": self.json() });
        self.kernel.ask(request, &self.id, Location::caller()).map(drop)
    }

    fn json(&self) -> serde_json::Value {
        json!({ "$jsii.byref": &*self.id })
    }

    /// `package.Class.member`, for errors.
    fn member(&self, member: &str) -> String {
        // The last `@`: the name of a scoped package begins with one.
        let class = self.id.rsplit_once('@').map_or(&*self.id, |(class, _)| class);
        format!("{class}.{member}")
    }
}

impl From<&Object> for Value {
    fn from(object: &Object) -> Self {
        Self(object.json())
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::from(&object)
    }
}

impl FromValue for Object {
    fn from_value(kernel: &Kernel, value: Value) -> Result<Self, WrongValue> {
        let id = value.as_reference().ok_or_else(|| WrongValue::new("an object", &value))?;
        Ok(Self { kernel: kernel.clone(), id: id.into() })
    }
}
