#![doc = include_str!("../README.md")]

mod callback;
mod error;
mod kernel;
mod macros;
mod object;
mod process;
mod protocol;
mod runtime;
mod structure;
mod value;

pub use callback::{Access, Call, CallbackError, Override};
pub use error::{Cause, Error};
pub use kernel::Kernel;
pub use object::Object;
pub use runtime::{Package, Runtime, Stream};
pub use structure::Struct;
pub use value::{FromValue, Value, WrongValue};
