use twinhost_postgres::s3::Style;

use super::*;

fn environment(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Loads with a data folder that holds this file.
fn load(file: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("twinhost.toml"), file).unwrap();
    let overrides =
        ConfigOverrides { data_dir: Some(data.path().to_owned()), ..ConfigOverrides::default() };
    Config::load_with(overrides, environment(variables))
}

#[test]
fn flags_beat_the_environment_which_beats_the_file_which_beats_the_defaults() {
    let file = "[http]\nlisten = \"127.0.0.1:1\"\nbody_timeout_seconds = 7\n[log]\nlevel = \"warn\"\n\
                [admin]\nlisten = \"127.0.0.1:5\"";
    let data = tempfile::tempdir().unwrap();
    let path = data.path().join("some.toml");
    std::fs::write(&path, file).unwrap();
    let overrides = ConfigOverrides {
        config: Some(path),
        data_dir: Some(data.path().to_owned()),
        listen: Some("127.0.0.1:3".parse().unwrap()),
        ..ConfigOverrides::default()
    };
    let variables = environment(&[
        ("TWINHOST__HTTP__LISTEN", "127.0.0.1:2"),
        ("TWINHOST__LOG__LEVEL", "debug"),
        ("TWINHOST__DATABASE__MAX_CONNECTIONS", "17"),
        ("TWINHOST__HTTP__TRUSTED_PROXIES", "10.0.0.0/8,::1"),
    ]);
    let config = Config::load_with(overrides, variables).unwrap();
    assert_eq!(config.http.listen.port(), 3, "a flag");
    assert_eq!(config.log.level, "debug", "the environment");
    assert_eq!(config.admin.listen.port(), 5, "the file");
    assert_eq!(config.http.body_timeout_seconds, 7, "the file");
    assert_eq!(config.http.header_timeout_seconds, 10, "the default");
    assert_eq!(config.database.max_connections, 17, "a number is read from text");
    assert!(config.http.trusted_proxies.contains("10.1.2.3".parse().unwrap()));
}

#[test]
fn a_name_that_means_nothing_is_refused_with_those_that_do() {
    let error = load("[http]\nlisen = 1\n", &[]).unwrap_err().to_string();
    assert!(error.contains("`lisen`") && error.contains("`listen`"), "{error}");
    assert!(error.contains("twinhost.toml"), "{error}");
    let error = load("", &[("TWINHOST__HTPP__LISTEN", "x")]).unwrap_err().to_string();
    assert!(error.contains("`htpp`") && error.contains("`http`"), "{error}");
}

#[test]
fn a_value_that_cannot_be_is_refused_by_name() {
    for (file, name) in [
        ("[http]\nbody_limit_bytes = 7000000", "http.body_limit_bytes"),
        ("[http]\nmax_connections = 0", "http.max_connections"),
        ("[http]\nlisten = \"nowhere\"", "http.listen"),
        ("[http]\ntrusted_proxies = [\"proxy\"]", "http.trusted_proxies"),
        ("[log]\nformat = \"xml\"", "log.format"),
        ("[smtp]\nhost = \"mail\"", "smtp.from"),
        ("[smtp]\npassword = \"p\"", "smtp.username"),
        ("[objects]\ndirectory = \"o\"\nbucket = \"large\"", "objects.directory"),
        ("[objects]\nbucket = \"large\"\naccess_key_id = \"id\"", "objects.secret_access_key"),
        ("[objects]\nsecret_access_key = \"s\"", "objects.bucket"),
        ("[objects]\nendpoint = \"https://s3.example.org\"", "objects.bucket"),
        ("[objects]\nstyle = \"subdomain\"", "objects.style"),
        ("shutdown_grace_seconds = -1", "shutdown_grace_seconds"),
    ] {
        let error = load(file, &[]).unwrap_err().to_string();
        assert!(error.contains(name), "{name}: {error}");
    }
}

#[test]
fn a_secret_can_come_from_a_file_or_under_its_usual_name() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "postgres://u:0123@db/x\n").unwrap();
    let path = file.path().to_str().unwrap();
    for name in ["DATABASE_URL_FILE", "TWINHOST__DATABASE__URL_FILE"] {
        let config = load("", &[(name, path), ("JWT_SECRET", "0123")]).unwrap();
        assert_eq!(config.database.url.unwrap().expose_secret(), "postgres://u:0123@db/x");
        assert_eq!(config.auth.jwt_secret.unwrap().expose_secret(), "0123", "never a number");
    }
    let error = load("", &[("DATABASE_URL_FILE", path), ("DATABASE_URL", "x")]).unwrap_err();
    assert!(matches!(error, ConfigError::Twice("DATABASE_URL")), "{error}");
    let error = load("", &[("JWT_SECRET_FILE", "/nowhere/at/all")]).unwrap_err().to_string();
    assert!(error.contains("JWT_SECRET_FILE") && error.contains("/nowhere/at/all"), "{error}");
}

#[test]
fn a_bucket_can_be_named_by_variables_alone_and_its_key_by_a_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "canary\n").unwrap();
    let path = file.path().to_str().unwrap();
    let config = load(
        "[objects]\nprefix = \"home\"",
        &[
            ("TWINHOST__OBJECTS__BUCKET", "large"),
            ("TWINHOST__OBJECTS__ENDPOINT", "http://minio:9000"),
            ("TWINHOST__OBJECTS__ALLOW_HTTP", "true"),
            ("TWINHOST__OBJECTS__STYLE", "virtual"),
            ("TWINHOST__OBJECTS__ACCESS_KEY_ID", "0123"),
            ("TWINHOST__OBJECTS__SECRET_ACCESS_KEY_FILE", path),
        ],
    );
    let config = config.unwrap();
    let s3 = config.objects.s3().unwrap();
    assert_eq!((s3.bucket.as_str(), s3.prefix.as_str()), ("large", "home"));
    assert_eq!((s3.endpoint.as_deref(), s3.allow_http), (Some("http://minio:9000"), true));
    assert_eq!((s3.region.as_str(), s3.style), ("us-east-1", Style::Virtual));
    assert_eq!(
        (s3.access_key_id.as_str(), s3.secret_access_key.expose_secret()),
        ("0123", "canary")
    );
    assert!(!format!("{config:?}").contains("canary"));
    assert!(load("", &[]).unwrap().objects.s3().is_none(), "a folder unless a bucket is named");
}

#[test]
fn no_secret_is_shown_by_debug_or_in_an_error() {
    let config = load("[smtp]\nusername = \"u\"\npassword = \"canary\"", &[]).unwrap();
    assert!(!format!("{config:?}").contains("canary"));
    let error = load("[smtp]\nusername = \"u\"\npassword = \"canary", &[]).unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(text.contains("line 3") && !text.contains("canary"), "{text}");
}

#[test]
fn a_file_that_is_asked_for_must_exist() {
    let overrides = ConfigOverrides { config: Some("/nowhere.toml".into()), ..Default::default() };
    let error = Config::load_with(overrides, HashMap::new()).unwrap_err().to_string();
    assert!(error.contains("/nowhere.toml") && error.contains("--config"), "{error}");
}

#[test]
fn a_process_runs_the_functions_that_are_named_and_all_if_none_is() {
    for config in
        [load("functions = [\"b\", \"c\"]", &[]), load("", &[("TWINHOST__FUNCTIONS", "b, c")])]
    {
        assert_eq!(config.unwrap().functions, Functions::from_iter(["b", "c"]));
    }
    assert_eq!(load("", &[]).unwrap().functions, Functions::default());
    let error = load("functions = 3", &[]).unwrap_err().to_string();
    assert!(error.contains("functions") && error.contains("a list of handlers"), "{error}");
}

#[test]
fn an_empty_variable_is_as_good_as_none() {
    let config = load("", &[("DATABASE_URL", ""), ("TWINHOST__NODE", "")]).unwrap();
    assert!(config.database.url.is_none());
    assert!(!config.node.is_empty());
}
