//! A jsii assembly: the description of a package's types that lies beside its JavaScript.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use flate2::read::GzDecoder;
use serde::Deserialize;

/// The types of a package by their full names, `package.module.Type`.
#[derive(Debug, Deserialize)]
pub(crate) struct Assembly {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) types: BTreeMap<String, Type>,
}

/// What a type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Class,
    Interface,
    Enum,
}

/// One type.
#[derive(Debug, Deserialize)]
pub(crate) struct Type {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// An interface with fields only, passed by value.
    #[serde(default)]
    pub(crate) datatype: bool,
    #[serde(default)]
    pub(crate) r#abstract: bool,
    pub(crate) base: Option<String>,
    #[serde(default)]
    pub(crate) interfaces: Vec<String>,
    pub(crate) initializer: Option<Callable>,
    #[serde(default)]
    pub(crate) methods: Vec<Callable>,
    #[serde(default)]
    pub(crate) properties: Vec<Property>,
    #[serde(default)]
    pub(crate) members: Vec<Member>,
}

/// A method or a constructor, which has no name.
#[derive(Debug, Deserialize)]
pub(crate) struct Callable {
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) r#static: bool,
    #[serde(default)]
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) returns: Option<Returns>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Returns {
    pub(crate) r#type: TypeRef,
    #[serde(default)]
    pub(crate) optional: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) r#type: TypeRef,
    #[serde(default)]
    pub(crate) optional: bool,
    #[serde(default)]
    pub(crate) variadic: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Property {
    pub(crate) name: String,
    pub(crate) r#type: TypeRef,
    #[serde(default)]
    pub(crate) optional: bool,
    #[serde(default)]
    pub(crate) r#static: bool,
    #[serde(default)]
    pub(crate) docs: Docs,
}

/// Of the documentation, only what is a fact about the API.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Docs {
    pub(crate) stability: Option<String>,
    pub(crate) deprecated: Option<String>,
}

impl Docs {
    pub(crate) fn is_deprecated(&self) -> bool {
        self.deprecated.is_some() || self.stability.as_deref() == Some("deprecated")
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Member {
    pub(crate) name: String,
}

/// How a type is referred to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TypeRef {
    Primitive(String),
    Fqn(String),
    Collection { elementtype: Box<Self>, kind: String },
    Union { types: Vec<Self> },
    Intersection { types: Vec<Self> },
}

/// Reads the assembly of an installed package.
pub(crate) fn read(package: &Path) -> Result<Assembly> {
    let path = package.join(".jsii");
    let text = fs::read_to_string(&path).with_context(|| {
        format!("`{}` cannot be read; run `make setup-cdk`, which installs it", path.display())
    })?;
    #[derive(Deserialize)]
    struct Redirect {
        filename: String,
    }
    let text = match serde_json::from_str::<Redirect>(&text) {
        Ok(Redirect { filename }) => {
            let path = package.join(filename);
            let file = fs::File::open(&path).with_context(|| format!("`{}`", path.display()))?;
            let mut text = String::new();
            GzDecoder::new(file).read_to_string(&mut text)?;
            text
        }
        Err(_) => text,
    };
    serde_json::from_str(&text).with_context(|| format!("`{}` is no assembly", path.display()))
}
