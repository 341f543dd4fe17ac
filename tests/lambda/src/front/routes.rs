//! Which route a request takes.

use std::collections::BTreeMap;

use http::Method;
use twinhost::http::path_params;
use twinhost::manifest::{Manifest, Trigger};

/// The routes of an application.
#[derive(Clone, Debug, Default)]
pub(super) struct Routes(Vec<Route>);

#[derive(Clone, Debug)]
struct Route {
    method: Method,
    path: String,
    function: String,
}

/// The route that a request takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) function: String,
    /// `POST /webhooks/{tenant}`.
    pub(super) key: String,
    /// The values of the `{name}` segments, percent-decoded.
    pub(super) parameters: BTreeMap<String, String>,
}

impl Routes {
    /// The routes of an application, to functions that are called as its handlers are.
    pub(super) fn of(manifest: &Manifest) -> Self {
        let routes = manifest.handlers.iter().filter_map(|handler| match &handler.trigger {
            Trigger::Route { method, path, .. } => {
                Some((Method::from(*method), path.clone(), handler.name.to_owned()))
            }
            Trigger::Consume { .. } | Trigger::Schedule { .. } => None,
        });
        Self::new(routes)
    }

    /// Routes: method, path and function.
    pub(super) fn new(routes: impl IntoIterator<Item = (Method, String, String)>) -> Self {
        let routes = routes.into_iter();
        let mut routes: Vec<Route> =
            routes.map(|(method, path, function)| Route { method, path, function }).collect();
        // The most literal route first: `{` is behind every letter.
        routes.sort_by(|a, b| a.path.cmp(&b.path));
        Self(routes)
    }

    pub(super) fn find(&self, method: &Method, path: &str) -> Option<Match> {
        self.0.iter().filter(|route| route.method == method).find_map(|route| {
            // What cannot be decoded is the function's to refuse.
            let parameters = path_params(&route.path, path)?.unwrap_or_default();
            let key = format!("{} {}", route.method, route.path);
            Some(Match { function: route.function.clone(), key, parameters })
        })
    }
}

/// A path as the gateway shows it: percent-decoded, but for what would make another path of it.
///
/// That blanks are decoded is on record; that `%2F` is not is what keeps a segment a segment.
pub(super) fn decode(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let byte = (*first == b'%')
            .then(|| behind.get(..2))
            .flatten()
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())
            .filter(|byte| !b"/%?#".contains(byte));
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &behind[2..] } else { behind };
    }
    // What is no text stays as it is.
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(all: &[(Method, &str, &str)]) -> Routes {
        let all = all.iter();
        Routes::new(all.map(|(method, path, function)| {
            (method.clone(), (*path).to_owned(), (*function).to_owned())
        }))
    }

    #[test]
    fn a_segment_in_braces_takes_one_segment_and_is_decoded() {
        let routes = routes(&[(Method::POST, "/webhooks/{tenant}/{source}", "ingest")]);
        let found = routes.find(&Method::POST, "/webhooks/acme/a%20%C3%A9%2Fb").unwrap();
        assert_eq!(found.key, "POST /webhooks/{tenant}/{source}");
        let expected = [("source", "a é/b"), ("tenant", "acme")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(found.parameters, BTreeMap::from(expected));
        for path in ["/webhooks/acme", "/webhooks/acme/", "/webhooks/a/b/c", "/Webhooks/a/b", "/"] {
            assert_eq!(routes.find(&Method::POST, path), None, "{path}");
        }
        assert_eq!(routes.find(&Method::GET, "/webhooks/a/b"), None);
    }

    #[test]
    fn a_literal_goes_before_a_parameter() {
        let all = [(Method::GET, "/things/{id}", "one"), (Method::GET, "/things/all", "all")];
        let routes = routes(&all);
        assert_eq!(routes.find(&Method::GET, "/things/all").unwrap().function, "all");
        assert_eq!(routes.find(&Method::GET, "/things/7").unwrap().function, "one");
    }

    #[test]
    fn a_path_is_shown_decoded_where_it_stays_the_same_path() {
        for (path, shown) in [
            ("/a%20b/%C3%A9%41", "/a b/éA"),
            ("/a%2Fb%25%3f%23", "/a%2Fb%25%3f%23"),
            ("/a%2", "/a%2"),
            ("/%zz", "/%zz"),
            ("/%ff%20", "/%ff%20"),
        ] {
            assert_eq!(decode(path), shown);
        }
    }
}
