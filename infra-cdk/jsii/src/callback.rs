//! Rust that JavaScript calls: overridden members, and interfaces implemented in Rust.

use std::fmt;
use std::rc::Rc;

use crate::object::Object;
use crate::value::Value;

/// What keeps an override from giving a value; JavaScript throws it as an `Error` with this message.
pub type CallbackError = Box<dyn std::error::Error>;

pub(crate) type Function = dyn Fn(Call) -> Result<Value, CallbackError>;

/// A call of an overridden member.
#[derive(Clone, Debug)]
pub struct Call {
    /// The object whose member is used.
    pub object: Object,
    /// What is done with it.
    pub access: Access,
}

/// What JavaScript does with an overridden member.
#[derive(Clone, Debug, PartialEq)]
pub enum Access {
    /// Calls the method, with these arguments.
    Invoke(Vec<Value>),
    /// Reads the property.
    Get,
    /// Sets the property to this.
    Set(Value),
}

/// A member of a JavaScript object that is a Rust function.
#[derive(Clone)]
pub struct Override {
    pub(crate) member: &'static str,
    pub(crate) property: bool,
    pub(crate) function: Rc<Function>,
}

impl Override {
    /// A method, named as in JavaScript.
    ///
    /// The function stays until the runtime ends. If it holds an [`Object`], and so the runtime
    /// itself, end that with [`Kernel::end`](crate::Kernel::end).
    pub fn method(
        name: &'static str,
        function: impl Fn(Call) -> Result<Value, CallbackError> + 'static,
    ) -> Self {
        Self { member: name, property: false, function: Rc::new(function) }
    }

    /// A property, named as in JavaScript; the function is called to read it and to set it.
    pub fn property(
        name: &'static str,
        function: impl Fn(Call) -> Result<Value, CallbackError> + 'static,
    ) -> Self {
        Self { member: name, property: true, function: Rc::new(function) }
    }
}

impl fmt::Debug for Override {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { member, property, function: _ } = self;
        f.debug_struct("Override")
            .field("member", member)
            .field("property", property)
            .finish_non_exhaustive()
    }
}
