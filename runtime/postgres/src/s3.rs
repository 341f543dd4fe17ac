//! Large objects in a bucket: of AWS, or of any server that speaks S3.

use secrecy::SecretString;
use serde::Deserialize;

use crate::error::StartError;
use crate::objects::LargeObjects;

/// A bucket, and how it is reached.
#[derive(Clone, Debug)]
pub struct S3Options {
    /// The bucket's name. It must exist.
    pub bucket: String,
    /// The server's URL, without the bucket. `None`: AWS, in the region.
    pub endpoint: Option<String>,
    /// Whether the endpoint may be plain HTTP. On this machine it always may.
    pub allow_http: bool,
    /// The region, which is part of what is signed.
    pub region: String,
    /// The id of the key that requests are signed with. It must be allowed to put and get objects.
    pub access_key_id: String,
    /// The key itself.
    pub secret_access_key: SecretString,
    /// Where a request names the bucket.
    pub style: Style,
    /// What keys begin with, for a bucket that others use too. May be empty.
    pub prefix: String,
}

/// Where a request names the bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// In the path: `https://host/bucket/key`. Every server understands it.
    #[default]
    Path,
    /// In the host's name: `https://bucket.host/key`, which some demand.
    Virtual,
}

impl LargeObjects {
    /// In a bucket. Nothing is asked of it yet: a server that is away keeps nobody from starting.
    ///
    /// # Errors
    ///
    /// When an option cannot be, or this build has no S3 (feature `s3`).
    pub fn s3(options: &S3Options) -> Result<Self, StartError> {
        #[cfg(feature = "s3")]
        let opened = client::open(options);
        #[cfg(not(feature = "s3"))]
        let opened = Err("this build has no S3 in it; build it with the feature `s3`".to_owned());
        opened.map_err(|why| StartError::Bucket { bucket: options.bucket.clone(), why })
    }
}

#[cfg(feature = "s3")]
mod client {
    use std::time::Duration;

    use object_store::aws::AmazonS3Builder;
    use object_store::path::Path;
    use object_store::prefix::PrefixStore;
    use object_store::{ClientOptions, RetryConfig};
    use secrecy::ExposeSecret as _;
    use url::{Host, Url};

    use super::{S3Options, Style};
    use crate::objects::LargeObjects;

    /// What a request that goes nowhere costs. With the pause before the last retry it stays under the
    /// 30 s after which gateways, and senders of webhooks, give up.
    const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
    const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
    const LAST_RETRY_AFTER: Duration = Duration::from_secs(5);
    const RETRIES: usize = 3;

    const CURE: &str = "check the endpoint, the region and the network between";

    pub(super) fn open(options: &S3Options) -> Result<LargeObjects, String> {
        let S3Options { bucket, region, .. } = options;
        check_name("bucket", bucket, 3)?;
        check_name("region", region, 1)?;
        let server = match &options.endpoint {
            Some(text) => server(text, options.allow_http)?,
            // Its name has been checked.
            None => parse(&format!("https://s3.{region}.amazonaws.com"))?,
        };
        let prefix = Path::parse(&options.prefix)
            .map_err(|error| format!("prefix `{}`: {error}", options.prefix))?;

        let is_http = server.scheme() == "http";
        let client = ClientOptions::new()
            .with_allow_http(is_http)
            // Plain HTTP works on a machine that has no certificates.
            .with_no_system_certificates(is_http)
            .with_timeout(REQUEST_TIMEOUT)
            .with_connect_timeout(CONNECT_TIMEOUT);
        let retry = RetryConfig {
            max_retries: RETRIES,
            retry_timeout: LAST_RETRY_AFTER,
            ..RetryConfig::default()
        };
        let store = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_region(region)
            .with_endpoint(endpoint(&server, bucket, options.style)?)
            .with_virtual_hosted_style_request(options.style == Style::Virtual)
            .with_access_key_id(&options.access_key_id)
            .with_secret_access_key(options.secret_access_key.expose_secret())
            .with_client_options(client)
            .with_retry(retry)
            .build()
            .map_err(|error| {
                format!("{error}; HTTPS needs certificates (package `ca-certificates`)")
            })?;

        let place = format!("the bucket `{bucket}` at {}", trimmed(&server));
        Ok(if prefix.as_ref().is_empty() {
            LargeObjects::new(store, place, CURE)
        } else {
            let place = format!("{place}, under `{prefix}`");
            LargeObjects::new(PrefixStore::new(store, prefix), place, CURE)
        })
    }

    /// Both stand in a URL. Older buckets have capitals and underscores, too.
    fn check_name(what: &str, name: &str, least: usize) -> Result<(), String> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if (least..=63).contains(&name.len()) && name.bytes().all(allowed) {
            return Ok(());
        }
        let name: String = name.chars().take(80).collect();
        Err(format!(
            "`{name}` cannot be a {what}'s name; use {least} to 63 letters, digits, `.`, `-` and `_`"
        ))
    }

    fn parse(text: &str) -> Result<Url, String> {
        // Not repeated: it may hold a password.
        Url::parse(text).map_err(|error| {
            format!("the endpoint is no URL: {error}; write it as https://s3.example.org")
        })
    }

    /// The endpoint, if it is one, and safe to send objects to.
    fn server(text: &str, allow_http: bool) -> Result<Url, String> {
        let url = parse(text)?;
        let is_bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !matches!(url.scheme(), "http" | "https") || !is_bare || !url.has_host() {
            return Err(
                "the endpoint must be http:// or https:// with a host, and no user, password, query or fragment; keys are options of their own"
                    .to_owned(),
            );
        }
        if url.scheme() == "http" && !allow_http && !is_this_machine(&url) {
            return Err(format!(
                "the endpoint {url} is not encrypted; use https://, or set `allow_http` if nobody can listen in on the way"
            ));
        }
        Ok(url)
    }

    fn is_this_machine(url: &Url) -> bool {
        match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        }
    }

    /// The endpoint as the builder wants it: with the bucket in the host's name, if it belongs there.
    fn endpoint(server: &Url, bucket: &str, style: Style) -> Result<String, String> {
        if style == Style::Path {
            return Ok(trimmed(server));
        }
        let Some(Host::Domain(host)) = server.host() else {
            return Err(format!(
                "the endpoint {server} has no host name that a bucket could stand in front of; use the style `path`"
            ));
        };
        let mut url = server.clone();
        url.set_host(Some(&format!("{bucket}.{host}")))
            .map_err(|error| format!("`{bucket}` cannot be part of a host's name: {error}"))?;
        Ok(trimmed(&url))
    }

    fn trimmed(url: &Url) -> String {
        url.as_str().trim_end_matches('/').to_owned()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn options(endpoint: Option<&str>) -> S3Options {
            S3Options {
                bucket: "large".to_owned(),
                endpoint: endpoint.map(str::to_owned),
                allow_http: false,
                region: "eu-west-1".to_owned(),
                access_key_id: "AKIACANARY".to_owned(),
                secret_access_key: "canary-secret".into(),
                style: Style::Path,
                prefix: String::new(),
            }
        }

        #[test]
        fn a_place_names_bucket_server_and_prefix_and_no_key() {
            let aws = open(&options(None)).unwrap();
            assert_eq!(aws.place(), "the bucket `large` at https://s3.eu-west-1.amazonaws.com");
            let prefix = "/twinhost/home/".to_owned();
            let own = S3Options { prefix, ..options(Some("http://[::1]:9000/")) };
            let own = open(&own).unwrap();
            assert_eq!(
                own.place(),
                "the bucket `large` at http://[::1]:9000, under `twinhost/home`"
            );
            let shown = format!("{own:?} {:?}", options(None));
            assert!(!shown.contains("canary-secret"), "{shown}");
        }

        #[test]
        fn plain_http_is_for_this_machine_unless_it_is_asked_for() {
            for local in ["http://127.0.0.1:9000", "http://localhost", "http://[::1]"] {
                assert!(open(&options(Some(local))).is_ok(), "{local}");
            }
            let away = options(Some("http://minio:9000"));
            let why = open(&away).unwrap_err();
            assert!(why.contains("http://minio:9000") && why.contains("`allow_http`"), "{why}");
            assert!(open(&S3Options { allow_http: true, ..away }).is_ok());
        }

        #[test]
        fn a_bucket_stands_in_the_path_or_in_the_host() {
            let server = parse("https://s3.example.org/").unwrap();
            let path = endpoint(&server, "large", Style::Path).unwrap();
            assert_eq!(path, "https://s3.example.org");
            let host = endpoint(&server, "large", Style::Virtual).unwrap();
            assert_eq!(host, "https://large.s3.example.org");
            let address = parse("http://127.0.0.1:9000").unwrap();
            let why = endpoint(&address, "large", Style::Virtual).unwrap_err();
            assert!(why.contains("`path`"), "{why}");
        }

        #[test]
        fn an_option_that_cannot_be_is_refused_with_what_can() {
            let all = options(Some("https://s3.example.org"));
            let long = "b".repeat(64);
            for bucket in ["", "ab", "a/b", "a?b", "über", &long] {
                let why = open(&S3Options { bucket: bucket.to_owned(), ..all.clone() });
                assert!(why.unwrap_err().contains("3 to 63"), "{bucket}");
            }
            let region = S3Options { region: "a.b/c".to_owned(), ..all.clone() };
            assert!(open(&region).unwrap_err().contains("region"));
            for prefix in ["a//b", "../up", "a/./b"] {
                let why = open(&S3Options { prefix: prefix.to_owned(), ..all.clone() });
                assert!(why.unwrap_err().contains(prefix), "{prefix}");
            }
            for endpoint in [
                "minio",
                "ftp://minio",
                "https://u:canary@minio",
                "https://minio/?canary",
                "https://minio/#canary",
            ] {
                let why = open(&options(Some(endpoint))).unwrap_err();
                assert!(why.contains("https://") && !why.contains("canary"), "{endpoint}: {why}");
            }
        }
    }
}

#[cfg(all(test, not(feature = "s3")))]
mod tests {
    use super::*;

    #[test]
    fn a_build_without_s3_says_with_which_feature_it_would_have_it() {
        let options = S3Options {
            bucket: "large".to_owned(),
            endpoint: None,
            allow_http: false,
            region: "us-east-1".to_owned(),
            access_key_id: "id".to_owned(),
            secret_access_key: "secret".into(),
            style: Style::Path,
            prefix: String::new(),
        };
        let error = LargeObjects::s3(&options).unwrap_err().to_string();
        assert!(error.contains("`large`") && error.contains("feature `s3`"), "{error}");
    }
}
