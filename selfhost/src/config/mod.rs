//! Configuration: defaults, then a file, then the environment, then flags.
//!
//! The file is `--config`, else `<data>/twinhost.toml` if there is one. In the
//! environment `http.listen` is `TWINHOST__HTTP__LISTEN`; `DATABASE_URL` and
//! `JWT_SECRET` are understood as well. Every secret can also be given as a file
//! whose text it is: `DATABASE_URL_FILE`, `TWINHOST__SMTP__PASSWORD_FILE`. A name
//! that means nothing is refused, with the names that do.

mod address;
mod functions;
mod objects;
mod sections;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use config::builder::DefaultState;
use config::{ConfigBuilder, Environment, File, FileFormat};
use secrecy::{ExposeSecret as _, SecretString};

pub use address::{Addresses, InvalidAddresses};
pub use functions::{Functions, UnknownFunction};
pub use objects::Objects;
pub use sections::{Admin, Auth, BODY_LIMIT_BYTES, Config, Database, Http, Log, LogFormat, Smtp};

/// What variables of the environment begin with.
const PREFIX: &str = "TWINHOST";

/// The secrets, and the name of each in the environment.
const SECRETS: [(&str, &str); 6] = [
    ("database.url", "TWINHOST__DATABASE__URL"),
    ("database.url", "DATABASE_URL"),
    ("auth.jwt_secret", "TWINHOST__AUTH__JWT_SECRET"),
    ("auth.jwt_secret", "JWT_SECRET"),
    ("smtp.password", "TWINHOST__SMTP__PASSWORD"),
    ("objects.secret_access_key", "TWINHOST__OBJECTS__SECRET_ACCESS_KEY"),
];

/// What flags say; `None` leaves a value to the environment, the file or its default.
#[derive(Clone, Debug, Default)]
pub struct ConfigOverrides {
    /// The configuration file. Must exist.
    pub config: Option<PathBuf>,
    /// The folder of everything that is kept.
    pub data_dir: Option<PathBuf>,
    /// The name of this machine in logs and schedules.
    pub node: Option<String>,
    /// Where HTTP is served.
    pub listen: Option<SocketAddr>,
    /// Where metrics are served.
    pub admin_listen: Option<SocketAddr>,
    /// The Postgres to use instead of one of our own.
    pub database_url: Option<SecretString>,
    /// What to log: `info`, `twinhost=debug,warn`.
    pub log_level: Option<String>,
    /// How to log.
    pub log_format: Option<LogFormat>,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("cannot read `{path}`, which {wanted_by} names")]
    Read {
        /// The file.
        path: PathBuf,
        /// What names it: a flag or a variable.
        wanted_by: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The configuration file is not TOML. Its text is not repeated: it may hold secrets.
    #[error("`{path}` is not TOML, line {line}: {why}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// A secret is given twice in the environment.
    #[error("both `{0}` and `{0}_FILE` are set; remove one")]
    Twice(&'static str),
    /// A name that means nothing, or a value that cannot be.
    #[error("{why}; it comes from {places}")]
    Invalid {
        /// What is wrong and what is allowed.
        why: String,
        /// Where it can come from.
        places: String,
    },
}

impl Config {
    /// Reads the configuration of this process.
    ///
    /// # Errors
    ///
    /// Says which name or value is wrong and what is allowed.
    pub fn load(overrides: ConfigOverrides) -> Result<Self, ConfigError> {
        Self::load_with(
            overrides,
            std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
        )
    }

    /// Reads the configuration as if `environment` were that of this process.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn load_with(
        overrides: ConfigOverrides,
        mut environment: HashMap<String, String>,
    ) -> Result<Self, ConfigError> {
        read_secret_files(&mut environment)?;
        for (key, name) in SECRETS {
            if let Some(value) = environment.remove(name).filter(|value| !value.is_empty()) {
                environment.insert(variable(key), value);
            }
        }
        let data_dir = overrides.data_dir.clone().or_else(|| {
            environment.get(&variable("data_dir")).filter(|dir| !dir.is_empty()).map(PathBuf::from)
        });
        let default_file =
            data_dir.unwrap_or_else(|| Self::default().data_dir).join("twinhost.toml");
        let (path, text) = match &overrides.config {
            Some(path) => (path.clone(), Some(read(path, "--config")?)),
            None if default_file.exists() => {
                let text = read(&default_file, "the data folder")?;
                (default_file, Some(text))
            }
            None => (default_file, None),
        };
        let mut builder = config::Config::builder();
        if let Some(text) = &text {
            check_toml(&path, text)?;
            builder = builder.add_source(File::from_str(text, FileFormat::Toml));
        }
        let environment = Environment::with_prefix(PREFIX)
            .prefix_separator("__")
            .separator("__")
            .ignore_empty(true)
            .source(Some(environment));
        let places = match text {
            Some(_) => format!("`{}`, the environment (`{PREFIX}__…`) or a flag", path.display()),
            None => format!("the environment (`{PREFIX}__…`) or a flag"),
        };
        let invalid = |error: &dyn std::fmt::Display| ConfigError::Invalid {
            why: error.to_string(),
            places: places.clone(),
        };
        let read = set(builder.add_source(environment), overrides)
            .and_then(ConfigBuilder::<DefaultState>::build)
            .map_err(|error| invalid(&error))?;
        let config: Self = read.try_deserialize().map_err(|error| invalid(&error))?;
        config.check().map_err(|why| invalid(&why))?;
        Ok(config)
    }
}

/// Sets what the flags say.
fn set(
    builder: ConfigBuilder<DefaultState>,
    flags: ConfigOverrides,
) -> Result<ConfigBuilder<DefaultState>, config::ConfigError> {
    let text = |value: Option<&dyn std::fmt::Display>| value.map(ToString::to_string);
    let database_url = flags.database_url.as_ref().map(|url| url.expose_secret().to_owned());
    builder
        .set_override_option(
            "data_dir",
            flags.data_dir.map(|dir| dir.to_string_lossy().into_owned()),
        )?
        .set_override_option("node", flags.node)?
        .set_override_option("http.listen", text(flags.listen.as_ref().map(|at| at as _)))?
        .set_override_option("admin.listen", text(flags.admin_listen.as_ref().map(|at| at as _)))?
        .set_override_option("database.url", database_url)?
        .set_override_option("log.level", flags.log_level)?
        .set_override_option("log.format", flags.log_format.map(|format| format.as_str()))
}

/// The variable of a key: `TWINHOST__HTTP__LISTEN` for `http.listen`.
fn variable(key: &str) -> String {
    format!("{PREFIX}__{}", key.replace('.', "__").to_uppercase())
}

/// Puts the text of each `NAME_FILE` in the place of `NAME`.
fn read_secret_files(environment: &mut HashMap<String, String>) -> Result<(), ConfigError> {
    for (_, name) in SECRETS {
        let file_name = format!("{name}_FILE");
        let Some(path) = environment.remove(&file_name).filter(|path| !path.is_empty()) else {
            continue;
        };
        if environment.get(name).is_some_and(|value| !value.is_empty()) {
            return Err(ConfigError::Twice(name));
        }
        let text = read(Path::new(&path), &file_name)?;
        // An editor or `echo` ends the file with a line feed that is not part of the secret.
        environment.insert(name.to_owned(), text.trim_end_matches(['\r', '\n']).to_owned());
    }
    Ok(())
}

fn read(path: &Path, wanted_by: &str) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
        path: path.to_owned(),
        wanted_by: wanted_by.to_owned(),
        source,
    })
}

/// Finds a mistake in the file first, because the reader's own message would repeat the line.
fn check_toml(path: &Path, text: &str) -> Result<(), ConfigError> {
    toml::from_str::<toml::Table>(text).map(drop).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        ConfigError::Syntax {
            path: path.to_owned(),
            line: before.matches('\n').count() + 1,
            why: error.message().to_owned(),
        }
    })
}

#[cfg(test)]
mod tests;
