#![doc = include_str!("../README.md")]

mod assembly;
mod names;
mod render;
mod select;
mod shape;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use render::Modules;
use select::Selection;

/// What the bindings are made of: each after those it depends on.
const PACKAGES: [&str; 2] = ["constructs", names::ROOT];

/// How the root of the bindings begins.
const ROOT: &str = r#"//! The part of the AWS CDK that is used here, in Rust types; `infra-cdk/gen` says how more gets in.

#![expect(clippy::use_self, reason = "the generator writes full paths")]

"#;

fn main() -> Result<()> {
    let folder = infra_cdk().join("aws-cdk/src");
    let files = generate()?;
    for (name, text) in &files {
        fs::write(folder.join(name), text).with_context(|| format!("`{name}`"))?;
    }
    for orphan in present(&folder)?.difference(&files.keys().cloned().collect()) {
        fs::remove_file(folder.join(orphan))?;
    }
    let lines: usize = files.values().map(|text| text.lines().count()).sum();
    println!("wrote {} files of {lines} lines to infra-cdk/aws-cdk/src", files.len());
    Ok(())
}

fn infra_cdk() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The names of the files in a folder.
fn present(folder: &Path) -> Result<BTreeSet<String>> {
    let entries =
        fs::read_dir(folder)?.map(|it| Ok(it?.file_name().to_string_lossy().into_owned()));
    entries.collect()
}

/// The bindings: file name to text.
fn generate() -> Result<BTreeMap<String, String>> {
    let packages = PACKAGES.map(|name| infra_cdk().join("node_modules").join(name));
    let assemblies = packages.iter().map(|it| assembly::read(it)).collect::<Result<Vec<_>>>()?;
    let versions: Vec<_> =
        assemblies.iter().map(|it| format!("{} {}", it.name, it.version)).collect();
    let header = format!(
        "// Written by `make bindings` from {} (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.\n\n",
        versions.join(" and ")
    );
    let list = fs::read_to_string(infra_cdk().join("gen/allow.toml"))?;
    let allowed = select::allowed(&list).context("infra-cdk/gen/allow.toml")?;
    let modules = render::render(&Selection::new(assemblies, allowed)?)?;
    let names: BTreeSet<&String> = modules.keys().filter_map(|path| path.first()).collect();
    let mut root = ROOT.to_owned();
    root.extend(names.iter().map(|name| format!("pub mod {name};\n")));
    let root = (String::from("lib.rs"), root + &file(&modules, &[]));
    let files = names.iter().map(|name| {
        let text = format!("//! Types of `{name}`.\n\n") + &file(&modules, &[(*name).clone()]);
        (format!("{name}.rs"), text)
    });
    let format = |(name, text): (String, String)| Ok((name, rustfmt(&(header.clone() + &text))?));
    files.chain([root]).map(format).collect()
}

/// The code of a module and, but at the root, of those inside of it.
fn file(modules: &Modules, path: &[String]) -> String {
    let code = modules.get(path).map_or("", String::as_str);
    let mut text = imports(code) + code;
    let inside = modules
        .keys()
        .filter(|it| !path.is_empty() && it.starts_with(path) && it.len() == path.len() + 1);
    for inner in inside {
        let name = &inner[path.len()];
        text.push_str(&format!(
            "/// Types inside of `{name}`.\npub mod {name} {{\n{}\n}}\n",
            file(modules, inner)
        ));
    }
    text
}

/// The `use` lines that a module needs.
fn imports(code: &str) -> String {
    let code: Vec<&str> =
        code.lines().filter(|line| !line.trim_start().starts_with("///")).collect();
    let code = code.join("\n");
    let words: BTreeSet<&str> = code.split(|it: char| !it.is_alphanumeric() && it != '_').collect();
    let mut text = String::new();
    if words.contains("BTreeMap") {
        text.push_str("use std::collections::BTreeMap;\n\n");
    }
    let ours = ["Error", "Kernel", "Override", "Struct", "Value"];
    let ours: Vec<&str> = ours.into_iter().filter(|it| words.contains(it)).collect();
    if !ours.is_empty() {
        text.push_str(&format!("use jsii::{{{}}};\n\n", ours.join(", ")));
    }
    text
}

/// Formats code as `cargo fmt` does.
fn rustfmt(code: &str) -> Result<String> {
    let config = infra_cdk().join("../rustfmt.toml");
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(config)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("`rustfmt` cannot be started; install it with `rustup component add rustfmt`")?;
    let mut input = child.stdin.take().context("rustfmt has no input")?;
    let code = code.to_owned();
    let writer = std::thread::spawn(move || input.write_all(code.as_bytes()));
    let output = child.wait_with_output()?;
    // It may have ended without reading all; its status then says why.
    let _ = writer.join();
    if !output.status.success() {
        bail!("rustfmt refused the code that was written: this is a mistake of the generator");
    }
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_bindings_are_what_the_list_and_the_cdk_give() {
        let folder = infra_cdk().join("aws-cdk/src");
        let files = generate().unwrap();
        let names: BTreeSet<String> = files.keys().cloned().collect();
        assert_eq!(present(&folder).unwrap(), names, "run `make bindings`");
        for (name, text) in files {
            let committed = fs::read_to_string(folder.join(&name)).unwrap();
            assert!(
                committed == text,
                "aws-cdk/src/{name} is not as generated; run `make bindings`"
            );
        }
    }
}
