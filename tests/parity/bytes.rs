//! The bytes that a case writes down, and the names of objects made of them.

use std::io::Write as _;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::case::Bytes;

impl Bytes {
    /// What is meant.
    pub(crate) fn bytes(&self) -> anyhow::Result<Vec<u8>> {
        Ok(match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Json(value) => serde_json::to_vec(value)?,
            Self::Base64(text) => STANDARD.decode(text).context("`base64` is none")?,
            Self::Gzip(inner) => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
                encoder.write_all(&inner.bytes()?)?;
                encoder.finish()?
            }
            Self::Repeat { text, times } => text.repeat(*times).into_bytes(),
            Self::Concat(parts) => {
                let parts: Result<Vec<_>, _> = parts.iter().map(Self::bytes).collect();
                parts?.concat()
            }
            Self::Cut { of, to } => {
                let mut bytes = of.bytes()?;
                bytes.truncate(*to);
                bytes
            }
        })
    }
}

/// A message's body with what stands for bytes in it spelled out: `{"text_of": …}` is their text,
/// `{"base64_of": …}` their base64, `{"object_key_of": …}` the key that they are archived under.
pub(crate) fn spelled_out(value: &Value) -> anyhow::Result<Value> {
    match value {
        Value::Object(fields) => {
            let spell: Option<fn(Vec<u8>) -> anyhow::Result<String>> =
                match fields.keys().next().map(String::as_str) {
                    Some("text_of") => Some(|bytes| Ok(String::from_utf8(bytes)?)),
                    Some("base64_of") => Some(|bytes| Ok(STANDARD.encode(bytes))),
                    Some("object_key_of") => Some(|bytes| Ok(object_key(&bytes))),
                    _ => None,
                };
            if let (Some(spell), Some(bytes), 1) = (spell, fields.values().next(), fields.len()) {
                let bytes: Bytes = serde_json::from_value(bytes.clone())?;
                return Ok(Value::String(spell(bytes.bytes()?)?));
            }
            let spelled = |(key, value): (&String, _)| Ok((key.clone(), spelled_out(value)?));
            Ok(Value::Object(fields.iter().map(spelled).collect::<anyhow::Result<_>>()?))
        }
        Value::Array(items) => items.iter().map(spelled_out).collect(),
        other => Ok(other.clone()),
    }
}

/// The SHA-256 of bytes, in hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Under which key `webhook-ingestion` archives bytes.
pub(crate) fn object_key(bytes: &[u8]) -> String {
    format!("raw/{}", sha256(bytes))
}
