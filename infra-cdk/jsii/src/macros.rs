//! What typed bindings are made of.

/// Declares the Rust type of a JavaScript class or interface: a newtype of [`Object`](crate::Object).
///
/// ```
/// jsii::object! {
///     /// A queue.
///     Queue = "lib.Queue" as [IQueue]
/// }
/// jsii::object! {
///     /// Anything that queues.
///     IQueue = "lib.IQueue" as []
/// }
///
/// fn widen(queue: &Queue) -> IQueue {
///     queue.into()
/// }
/// ```
///
/// The types in brackets are those it can be used as: its base classes and interfaces.
#[macro_export]
macro_rules! object {
    ($(#[$meta:meta])* $name:ident = $class:literal as [$($super:ty),* $(,)?]) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $name($crate::Object);

        impl $name {
            /// Its name in JavaScript.
            pub const CLASS: &'static str = $class;

            /// It without its type.
            #[must_use]
            pub const fn object(&self) -> &$crate::Object {
                &self.0
            }
        }

        /// Takes an object for one of this type, which Rust cannot check: calls fail if it is none.
        impl From<$crate::Object> for $name {
            fn from(object: $crate::Object) -> Self {
                Self(object)
            }
        }

        impl $crate::FromValue for $name {
            fn from_value(
                kernel: &$crate::Kernel,
                value: $crate::Value,
            ) -> Result<Self, $crate::WrongValue> {
                $crate::FromValue::from_value(kernel, value).map(Self)
            }
        }

        impl From<&$name> for $name {
            fn from(object: &$name) -> Self {
                object.clone()
            }
        }

        $crate::object!(@into $name, $crate::Value $(, $super)*);
    };
    (@into $name:ident $(, $super:ty)*) => {
        $(
            impl From<&$name> for $super {
                fn from(object: &$name) -> Self {
                    Self::from(object.0.clone())
                }
            }

            impl From<$name> for $super {
                fn from(object: $name) -> Self {
                    Self::from(object.0)
                }
            }
        )*
    };
}

/// Declares the Rust type of a JavaScript enum.
///
/// ```
/// jsii::enumeration! {
///     /// A colour.
///     Color = "lib.Color" { Red = "RED", Green = "GREEN" }
/// }
/// assert_eq!(jsii::Value::from(Color::Red), jsii::Value::member("lib.Color/RED"));
/// ```
#[macro_export]
macro_rules! enumeration {
    ($(#[$meta:meta])* $name:ident = $class:literal { $($variant:ident = $member:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $member, "`")] $variant,)*
        }

        impl From<$name> for $crate::Value {
            fn from(member: $name) -> Self {
                match member {
                    $($name::$variant => Self::member(concat!($class, "/", $member)),)*
                }
            }
        }

        impl $crate::FromValue for $name {
            fn from_value(
                _: &$crate::Kernel,
                value: $crate::Value,
            ) -> Result<Self, $crate::WrongValue> {
                match value.as_member() {
                    $(Some(concat!($class, "/", $member)) => Ok(Self::$variant),)*
                    _ => Err($crate::WrongValue::new(concat!("a member of `", $class, "`"), &value)),
                }
            }
        }
    };
}
