//! Parts: files of lines, each a document or an object's entry.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::path::PathBuf;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::MigrationError;
use super::folder::{Folder, PartName, begin, io_error};
use super::manifest::Part;

/// The longest line: a document of 400 KB, of which every byte is escaped as `\u0000`, and its key.
const LINE_BYTES: u64 = 4 * 1024 * 1024;

/// A document. Its body is a string, so that it comes out to the byte as it went in, whatever is in it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentLine {
    pub(super) key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<Timestamp>,
    pub(super) body: String,
}

/// An object, whose bytes are in a file of their own.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ObjectLine {
    pub(super) key: String,
    pub(super) size: u64,
    pub(super) sha256: String,
}

/// A part being written, beside its place until it is whole.
#[derive(Debug)]
pub(super) struct PartWriter {
    name: PartName,
    path: PathBuf,
    beside: PathBuf,
    file: BufWriter<File>,
    hash: Sha256,
    entries: u64,
    size: u64,
    content: u64,
}

impl PartWriter {
    pub(super) fn begin(folder: &Folder, name: PartName) -> Result<Self, MigrationError> {
        let path = folder.path(&name);
        let (file, beside) = begin(&path)?;
        let file = BufWriter::new(file);
        Ok(Self { name, path, beside, file, hash: Sha256::new(), entries: 0, size: 0, content: 0 })
    }

    /// Adds a line that stands for so many bytes of content.
    pub(super) fn add<T: Serialize>(
        &mut self,
        line: &T,
        content: u64,
    ) -> Result<(), MigrationError> {
        let mut bytes = serde_json::to_vec(line)
            .map_err(|error| MigrationError::damaged(&self.name, error.to_string()))?;
        bytes.push(b'\n');
        self.file.write_all(&bytes).map_err(io_error(&self.beside))?;
        self.hash.update(&bytes);
        self.entries += 1;
        self.size += bytes.len() as u64;
        self.content += content;
        Ok(())
    }

    pub(super) const fn entries(&self) -> u64 {
        self.entries
    }

    pub(super) const fn content(&self) -> u64 {
        self.content
    }

    /// Puts the part in its place; from then on it survives a loss of power.
    pub(super) fn finish(mut self) -> Result<Part, MigrationError> {
        let flushed = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        flushed
            .and_then(|()| fs::rename(&self.beside, &self.path))
            .map_err(io_error(&self.path))?;
        Ok(Part {
            path: self.name,
            entries: self.entries,
            content: self.content,
            size: self.size,
            sha256: hex::encode(self.hash.finalize()),
        })
    }
}

/// The lines of a part.
#[derive(Debug)]
pub(super) struct PartReader {
    name: PartName,
    path: PathBuf,
    file: BufReader<File>,
    line: Vec<u8>,
    number: u64,
}

impl PartReader {
    pub(super) fn open(folder: &Folder, name: &PartName) -> Result<Self, MigrationError> {
        let path = folder.path(name);
        let file = File::open(&path).map_err(io_error(&path))?;
        let file = BufReader::new(file);
        Ok(Self { name: name.clone(), path, file, line: Vec::new(), number: 0 })
    }

    /// The next line, if there is one.
    pub(super) fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, MigrationError> {
        self.line.clear();
        let mut rest = self.file.by_ref().take(LINE_BYTES + 1);
        rest.read_until(b'\n', &mut self.line).map_err(io_error(&self.path))?;
        if self.line.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        if self.line.len() as u64 > LINE_BYTES {
            return Err(self.wrong(&format!("it has more than {LINE_BYTES} bytes")));
        }
        let line = serde_json::from_slice(&self.line);
        line.map(Some).map_err(|error| self.wrong(&error.to_string()))
    }

    /// That the line read last is not what it should be.
    pub(super) fn wrong(&self, why: &str) -> MigrationError {
        MigrationError::damaged(&self.name, format!("line {}: {why}", self.number))
    }
}
