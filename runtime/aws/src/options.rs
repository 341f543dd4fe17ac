//! Where an application's resources are, from the environment of its functions.

use std::collections::BTreeMap;

use twinhost::manifest::{Manifest, Trigger};
use twinhost::{Access, Grant};

use crate::error::StartError;

/// Names the table.
pub const TABLE: &str = "TWINHOST_TABLE";
/// Names the bucket.
pub const BUCKET: &str = "TWINHOST_BUCKET";
/// Names the KMS key.
pub const KMS_KEY: &str = "TWINHOST_KMS_KEY";
/// Names the sender of mail.
pub const MAIL_FROM: &str = "TWINHOST_MAIL_FROM";
/// Names the issuer of tokens.
pub const ISSUER: &str = "TWINHOST_COGNITO_ISSUER";
/// Names the client that tokens are for.
pub const CLIENT: &str = "TWINHOST_COGNITO_CLIENT";
/// Names the place of the issuer's public keys.
pub const JWKS_URL: &str = "TWINHOST_COGNITO_JWKS_URL";
/// With a handler's name in upper case and `-` as `_`, names its queue.
pub const QUEUE: &str = "TWINHOST_QUEUE_";
/// With a handler's name in upper case and `-` as `_`, names its dead-letter queue.
pub const DEAD_LETTERS: &str = "TWINHOST_DEAD_LETTERS_";

/// Where an application's resources are.
///
/// | variable | holds |
/// |---|---|
/// | `TWINHOST_TABLE` | the DynamoDB table of documents, units of work and the outbox |
/// | `TWINHOST_BUCKET` | the S3 bucket of objects |
/// | `TWINHOST_KMS_KEY` | the KMS key that seals: its id, ARN or alias |
/// | `TWINHOST_MAIL_FROM` | the sender of mail: `Twinhost <alerts@example.com>`, verified with SES |
/// | `TWINHOST_QUEUE_<HANDLER>` | the URL of a handler's queue: `TWINHOST_QUEUE_ZOMBIE_HUNTER` is `zombie-hunter`'s |
/// | `TWINHOST_DEAD_LETTERS_<HANDLER>` | the URL of its dead-letter queue |
/// | `TWINHOST_COGNITO_ISSUER` | the user pool: `https://cognito-idp.<region>.amazonaws.com/<pool>` |
/// | `TWINHOST_COGNITO_CLIENT` | the id of the app client that tokens are for |
/// | `TWINHOST_COGNITO_JWKS_URL` | the pool's public keys, if not at the issuer's `/.well-known/jwks.json` |
///
/// A function's environment needs only what its handler touches ([`check`](Self::check)). None of these is a secret:
/// the function's role is what lets it in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AwsOptions {
    /// The table.
    pub table: Option<String>,
    /// The bucket.
    pub bucket: Option<String>,
    /// The KMS key.
    pub kms_key: Option<String>,
    /// The sender of mail.
    pub mail_from: Option<String>,
    /// The URL of each handler's queue.
    pub queues: BTreeMap<String, String>,
    /// The URL of each handler's dead-letter queue.
    pub dead_letters: BTreeMap<String, String>,
    /// Whose tokens are good.
    pub cognito: Option<CognitoOptions>,
}

/// Whose tokens are good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CognitoOptions {
    /// The user pool, exactly as in a token's `iss`.
    pub issuer: String,
    /// The app client, as in a token's `aud` or `client_id`.
    pub client: String,
    /// Where the pool's public keys are.
    pub jwks_url: String,
}

impl AwsOptions {
    /// Reads the process's environment.
    ///
    /// # Errors
    ///
    /// When a variable holds what it cannot hold.
    pub fn from_environment() -> Result<Self, StartError> {
        // A variable that is no UTF-8 is none of ours.
        let all = std::env::vars_os();
        Self::from_variables(all.filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }))
    }

    /// Reads variables.
    ///
    /// # Errors
    ///
    /// As [`from_environment`](Self::from_environment).
    pub fn from_variables(
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, StartError> {
        let mut options = Self::default();
        let (mut issuer, mut client, mut jwks_url) = (None, None, None);
        for (name, value) in variables {
            // An empty variable is how some tools write an absent one.
            if value.is_empty() {
                continue;
            }
            match name.as_str() {
                TABLE => options.table = Some(value),
                BUCKET => options.bucket = Some(value),
                KMS_KEY => options.kms_key = Some(value),
                MAIL_FROM => options.mail_from = Some(value),
                ISSUER => issuer = Some(url(ISSUER, value)?),
                CLIENT => client = Some(value),
                JWKS_URL => jwks_url = Some(url(JWKS_URL, value)?),
                _ => {
                    if let Some(handler) = name.strip_prefix(QUEUE) {
                        options.queues.insert(kebab(handler), url(&name, value)?);
                    } else if let Some(handler) = name.strip_prefix(DEAD_LETTERS) {
                        options.dead_letters.insert(kebab(handler), url(&name, value)?);
                    }
                }
            }
        }
        options.cognito = match (issuer, client) {
            (None, None) => None,
            (Some(issuer), Some(client)) => {
                let jwks_url =
                    jwks_url.unwrap_or_else(|| format!("{issuer}/.well-known/jwks.json"));
                Some(CognitoOptions { issuer, client, jwks_url })
            }
            (Some(_), None) => return Err(missing(CLIENT, &format!("`{ISSUER}` is"))),
            (None, Some(_)) => return Err(missing(ISSUER, &format!("`{CLIENT}` is"))),
        };
        Ok(options)
    }

    /// Checks that everything one handler touches is named.
    ///
    /// # Errors
    ///
    /// Names the first variable that is missing, and what needs it.
    pub fn check(&self, manifest: &Manifest, handler: &str) -> Result<(), StartError> {
        let handler = manifest
            .handler(handler)
            .ok_or_else(|| StartError::UnknownHandler(handler.to_owned()))?;
        let name = handler.name;
        if self.table.is_none() {
            return Err(missing(TABLE, &format!("`{name}` commits its units of work there")));
        }
        for grant in &handler.grants {
            let why = || format!("`{name}` may {grant}");
            match grant {
                Grant::ReadObjects(_) | Grant::WriteObjects(_) if self.bucket.is_none() => {
                    return Err(missing(BUCKET, &why()));
                }
                Grant::SendMail if self.mail_from.is_none() => {
                    return Err(missing(MAIL_FROM, &why()));
                }
                Grant::Seal | Grant::Open if self.kms_key.is_none() => {
                    return Err(missing(KMS_KEY, &why()));
                }
                Grant::Publish(topic) => {
                    for consumer in manifest.consumers(topic) {
                        if !self.queues.contains_key(consumer.name) {
                            return Err(missing(&variable(QUEUE, consumer.name), &why()));
                        }
                    }
                }
                _ => {}
            }
        }
        match &handler.trigger {
            Trigger::Route { access: Access::Bearer, .. } if self.cognito.is_none() => {
                Err(missing(ISSUER, &format!("`{name}` is behind a bearer token")))
            }
            // It puts failed messages off there; a schedule sends its ticks there, too.
            Trigger::Consume { .. } | Trigger::Schedule { .. }
                if !self.queues.contains_key(name) =>
            {
                let why = format!("`{name}` is invoked with messages of that queue");
                Err(missing(&variable(QUEUE, name), &why))
            }
            Trigger::Consume { .. } | Trigger::Schedule { .. }
                if !self.dead_letters.contains_key(name) =>
            {
                let why = format!("`{name}` rejects messages to there");
                Err(missing(&variable(DEAD_LETTERS, name), &why))
            }
            _ => Ok(()),
        }
    }
}

/// The variable that names a handler's queue or dead-letter queue.
#[must_use]
pub fn variable(prefix: &str, handler: &str) -> String {
    format!("{prefix}{}", handler.to_ascii_uppercase().replace('-', "_"))
}

/// The handler that a variable's end names.
fn kebab(upper: &str) -> String {
    upper.to_ascii_lowercase().replace('_', "-")
}

fn url(variable: &str, value: String) -> Result<String, StartError> {
    let what = "a URL; write https://host/path";
    let invalid = |value| StartError::Invalid { variable: variable.to_owned(), value, what };
    match value.parse::<http::Uri>() {
        Ok(uri) if uri.host().is_some() && matches!(uri.scheme_str(), Some("http" | "https")) => {
            Ok(value)
        }
        _ => Err(invalid(value)),
    }
}

fn missing(variable: &str, why: &str) -> StartError {
    let what = match variable {
        TABLE => "the name of the DynamoDB table",
        BUCKET => "the name of the S3 bucket",
        KMS_KEY => "the id, ARN or alias of the KMS key",
        MAIL_FROM => "the sender's address, which SES has verified",
        ISSUER => "the user pool's URL, as in a token's `iss`",
        CLIENT => "the id of the user pool's app client",
        _ => "the queue's URL",
    };
    StartError::Missing { variable: variable.to_owned(), why: why.to_owned(), what }
}

#[cfg(test)]
mod tests {
    use twinhost::conformance::{BILLS, ORDERS, manifest};

    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<AwsOptions, StartError> {
        let pairs = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        AwsOptions::from_variables(pairs)
    }

    fn granted(grant: Grant) -> Manifest {
        let mut manifest = manifest();
        manifest.handlers.iter_mut().for_each(|handler| handler.grants = vec![grant]);
        manifest
    }

    #[test]
    fn a_queue_is_found_by_its_handlers_name() {
        let (queue, dead) = ("https://sqs/1/orders.fifo", "https://sqs/1/orders-dead.fifo");
        let options = read(&[
            (&variable(QUEUE, ORDERS), queue),
            ("TWINHOST_DEAD_LETTERS_ORDER_TAKER", dead),
            ("PATH", "/bin"),
        ])
        .unwrap();
        assert_eq!(options.queues.get(ORDERS).map(String::as_str), Some(queue));
        assert_eq!(options.dead_letters.get(ORDERS).map(String::as_str), Some(dead));
        assert_eq!(options.queues.len() + options.dead_letters.len(), 2);
    }

    #[test]
    fn what_a_handler_touches_must_be_named_and_nothing_else() {
        let (queue, dead) = (variable(QUEUE, ORDERS), variable(DEAD_LETTERS, ORDERS));
        let url = "https://sqs/1/orders.fifo";
        let base = [(TABLE, "app"), (queue.as_str(), url), (dead.as_str(), url)];
        read(&base).unwrap().check(&manifest(), ORDERS).unwrap();
        for (grant, wanted) in [
            (Grant::WriteObjects("payloads"), BUCKET),
            (Grant::ReadObjects("payloads"), BUCKET),
            (Grant::SendMail, MAIL_FROM),
            (Grant::Open, KMS_KEY),
            (Grant::Publish(BILLS), "TWINHOST_QUEUE_BILL_WRITER"),
        ] {
            let error =
                read(&base).unwrap().check(&granted(grant), ORDERS).unwrap_err().to_string();
            assert!(error.contains(wanted) && error.contains(ORDERS), "{error}");
            let more = [base[0], base[1], base[2], (wanted, "https://a.example/b")];
            read(&more).unwrap().check(&granted(grant), ORDERS).unwrap();
        }
        for (known, missing) in [(1, &queue), (2, &dead)] {
            let options = read(&base[..known]).unwrap();
            let error = options.check(&manifest(), ORDERS).unwrap_err().to_string();
            assert!(error.contains(missing), "{error}");
        }
        assert!(read(&[]).unwrap().check(&manifest(), ORDERS).is_err());
        assert!(read(&base).unwrap().check(&manifest(), "nobody").is_err());
    }

    #[test]
    fn a_bearer_route_needs_an_issuer_and_a_client() {
        let issuer = (ISSUER, "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a");
        let cognito = read(&[issuer, (CLIENT, "abc")]).unwrap().cognito.unwrap();
        assert_eq!(cognito.jwks_url, format!("{}/.well-known/jwks.json", issuer.1));
        assert!(read(&[issuer]).unwrap_err().to_string().contains(CLIENT));
        assert!(read(&[(CLIENT, "abc")]).unwrap_err().to_string().contains(ISSUER));
    }

    #[test]
    fn a_url_that_is_none_is_refused_by_the_variables_name() {
        for bad in ["orders", "ftp://host/queue", "https://", "/queue"] {
            let error = read(&[("TWINHOST_QUEUE_ORDERS", bad)]).unwrap_err().to_string();
            assert!(error.contains("TWINHOST_QUEUE_ORDERS") && error.contains(bad), "{error}");
        }
        assert_eq!(read(&[("TWINHOST_QUEUE_ORDERS", "")]).unwrap(), AwsOptions::default());
    }
}
