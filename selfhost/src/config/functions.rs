use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use twinhost::Manifest;

/// Which handlers of an application a process runs: those named, or all if none is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Functions(Vec<String>);

/// A name that no handler of the application has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`functions` names `{name}`, which is no handler of this application; they are: {known}")]
pub struct UnknownFunction {
    /// The name.
    pub name: String,
    /// The handlers there are.
    pub known: String,
}

impl Functions {
    /// The part of an application that these are.
    ///
    /// # Errors
    ///
    /// Names what is no handler of it.
    pub fn of(&self, mut manifest: Manifest) -> Result<Manifest, UnknownFunction> {
        if let Some(name) = self.0.iter().find(|name| manifest.handler(name).is_none()) {
            let known: Vec<&str> = manifest.handlers.iter().map(|handler| handler.name).collect();
            return Err(UnknownFunction { name: name.clone(), known: known.join(", ") });
        }
        manifest
            .handlers
            .retain(|handler| self.0.is_empty() || self.0.iter().any(|name| name == handler.name));
        Ok(manifest)
    }
}

impl<T: Into<String>> FromIterator<T> for Functions {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }
}

/// A list in a file, a text with commas in the environment.
impl<'de> Deserialize<'de> for Functions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Functions;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list of handlers' names")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Functions, E> {
                Ok(text.split(',').map(str::trim).filter(|name| !name.is_empty()).collect())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Functions, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = all.next_element()? {
                    names.push(name);
                }
                Ok(Functions(names))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use twinhost::{App, Context, Handler, HandlerResult, Schedule, Tick};

    use super::*;

    struct Clock<const N: usize>;

    impl<const N: usize> Handler for Clock<N> {
        type Event = Tick;
        const NAME: &'static str = ["daily", "hourly"][N];
        const TRIGGER: Schedule = Schedule::once("rate(1 hour)");

        async fn handle(&self, _: &Context, _: Tick) -> HandlerResult {
            Ok(())
        }
    }

    fn names(functions: &[&str]) -> Result<Vec<&'static str>, UnknownFunction> {
        let app = App::new("test").handler(Clock::<0>).handler(Clock::<1>);
        let manifest = functions.iter().copied().collect::<Functions>().of(app.manifest())?;
        Ok(manifest.handlers.iter().map(|handler| handler.name).collect())
    }

    #[test]
    fn a_process_runs_what_is_named_and_all_if_nothing_is() {
        assert_eq!(names(&["hourly"]).unwrap(), ["hourly"]);
        assert_eq!(names(&[]).unwrap(), ["daily", "hourly"]);
    }

    #[test]
    fn a_name_that_is_no_handlers_is_refused_with_those_that_are() {
        let error = names(&["hourly", "weekly"]).unwrap_err().to_string();
        assert!(error.contains("`weekly`") && error.contains("daily, hourly"), "{error}");
    }
}
