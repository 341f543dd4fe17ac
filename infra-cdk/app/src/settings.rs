//! What a deployment can be told, in the CDK's context: `-c name=value`, or `context` in `cdk.json`.

use std::path::PathBuf;

use aws_cdk::App;
use serde_json::Value as Json;

use crate::error::DeployError;

/// What a deployment can be told.
///
/// | setting | default | means |
/// |---|---|---|
/// | `stage` | `dev` | one of several deployments beside each other; `prod` is protected from deletion |
/// | `mailFrom` | `alerts@<domain>` | the sender of mail |
/// | `domain` | | the console's and API's domain name |
/// | `zoneName`, `zoneId` | | the public hosted zone of Route 53 that the domain is in; with a domain, required |
/// | `certificate` | made, in us-east-1 | the ARN of a certificate for the domain; CloudFront wants it in us-east-1 |
/// | `alarmEmail` | | who is told of alarms |
/// | `budget` | 50 | USD a month above which somebody is told |
/// | `architecture` | `arm64` | what the functions are built for: `arm64` or `x86_64` |
/// | `functions` | `target/functions` | the folder of `<handler>.zip` |
/// | `readerRole` | `<app>-reader` | the role that is assumed in customers' accounts |
/// | `reserve-<handler>` | | reserved concurrency of one handler's function |
#[derive(Clone, Debug)]
pub struct Settings {
    /// The stage.
    pub stage: String,
    /// The sender of mail: an address, or a name with an address in angle brackets.
    pub mail_from: Option<String>,
    /// The domain.
    pub domain: Option<Domain>,
    /// Who is told of alarms.
    pub alarm_email: Option<String>,
    /// USD a month.
    pub budget: f64,
    /// Whether the functions are built for arm64, else for `x86_64`.
    pub arm64: bool,
    /// The folder of the functions' zips.
    pub functions: PathBuf,
    /// The role that is assumed in customers' accounts, if not the application's own.
    pub reader_role: Option<String>,
}

/// Under which name the world sees the application.
#[derive(Clone, Debug)]
pub struct Domain {
    /// The name.
    pub name: String,
    /// The name of the hosted zone that it is in.
    pub zone_name: String,
    /// The id of that zone.
    pub zone_id: String,
    /// The ARN of its certificate; made if there is none.
    pub certificate: Option<String>,
}

impl Settings {
    /// Reads the context of a CDK app.
    ///
    /// # Errors
    ///
    /// Names the setting, its value and what it can be.
    pub fn read(app: &App) -> Result<Self, DeployError> {
        let get = |name: &'static str| text(app, name);
        let stage = get("stage")?.unwrap_or_else(|| "dev".to_owned());
        if !is_stage(&stage) {
            let allowed = "1 to 12 of a-z, 0-9 and `-`, starting with a letter";
            return Err(DeployError::Setting {
                name: "stage",
                value: stage,
                allowed,
                example: "prod",
            });
        }
        let domain = domain(&get)?;
        let mail_from = get("mailFrom")?
            .or_else(|| domain.as_ref().map(|domain| format!("alerts@{}", domain.zone_name)));
        let architecture = get("architecture")?.unwrap_or_else(|| "arm64".to_owned());
        if !["arm64", "x86_64"].contains(&architecture.as_str()) {
            let (name, allowed, example) = ("architecture", "`arm64` or `x86_64`", "arm64");
            return Err(DeployError::Setting { name, value: architecture, allowed, example });
        }
        let budget = get("budget")?.unwrap_or_else(|| "50".to_owned());
        let budget = match budget.parse::<f64>() {
            Ok(usd) if usd.is_finite() && usd > 0.0 => usd,
            _ => {
                let (name, allowed, example) = ("budget", "US dollars a month, above 0", "50");
                return Err(DeployError::Setting { name, value: budget, allowed, example });
            }
        };
        Ok(Self {
            stage,
            mail_from,
            domain,
            alarm_email: get("alarmEmail")?,
            budget,
            arm64: architecture == "arm64",
            functions: get("functions")?.map_or_else(built, PathBuf::from),
            reader_role: get("readerRole")?,
        })
    }

    /// The address of the sender of mail.
    #[must_use]
    pub fn mail_address(&self) -> Option<&str> {
        let from = self.mail_from.as_deref()?;
        let bracketed = from.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
        Some(bracketed.unwrap_or(from).trim())
    }

    /// Whether it is the stage that people depend on.
    #[must_use]
    pub fn is_prod(&self) -> bool {
        self.stage == "prod"
    }
}

/// The reserved concurrency of a handler's function, if it is given.
pub(crate) fn reserved(app: &App, handler: &str) -> Result<Option<u32>, DeployError> {
    let Some(value) = text(app, &format!("reserve-{handler}"))? else { return Ok(None) };
    match value.parse() {
        Ok(reserved) if (1..=1000).contains(&reserved) => Ok(Some(reserved)),
        _ => Err(DeployError::Setting {
            name: "reserve-<handler>",
            value: format!("{value}` of `{handler}"),
            allowed: "1 to 1,000 invocations at a time",
            example: "10",
        }),
    }
}

/// Where `make lambda` puts the zips.
pub(crate) fn built() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/functions"))
}

fn is_stage(stage: &str) -> bool {
    (1..=12).contains(&stage.len())
        && stage.starts_with(|it: char| it.is_ascii_lowercase())
        && stage.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-')
}

fn domain(
    get: &impl Fn(&'static str) -> Result<Option<String>, DeployError>,
) -> Result<Option<Domain>, DeployError> {
    let Some(name) = get("domain")? else { return Ok(None) };
    let missing = |setting, example| {
        let why = format!("records of `{name}` are made in its hosted zone");
        DeployError::Missing { name: setting, why, example }
    };
    let zone_name = get("zoneName")?.ok_or_else(|| missing("zoneName", "example.com"))?;
    let zone_id = get("zoneId")?.ok_or_else(|| missing("zoneId", "Z0123456789ABC"))?;
    if name != zone_name && !name.ends_with(&format!(".{zone_name}")) {
        let (allowed, example) =
            ("the hosted zone's name or one that ends with it", "app.example.com");
        return Err(DeployError::Setting { name: "domain", value: name, allowed, example });
    }
    Ok(Some(Domain { name, zone_name, zone_id, certificate: get("certificate")? }))
}

/// A setting as text; an empty one is as good as none.
fn text(app: &App, name: &str) -> Result<Option<String>, DeployError> {
    let construct = aws_cdk::constructs::Construct::from(app);
    let value = construct.node()?.try_get_context(name)?.into_json();
    Ok(match value {
        Json::Null => None,
        Json::String(text) => Some(text).filter(|it| !it.is_empty()),
        other => Some(other.to_string()),
    })
}
