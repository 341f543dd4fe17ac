//! The page of promises says of each what holds it: nothing is left out, and nothing is made up.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context as _, ensure};
use tests::project;

/// The lines of the page, by letter: how many there are.
const LINES: [(char, usize); 12] = [
    ('Q', 9),
    ('V', 6),
    ('F', 12),
    ('D', 7),
    ('E', 18),
    ('S', 14),
    ('H', 11),
    ('C', 6),
    ('T', 11),
    ('I', 3),
    ('K', 2),
    ('P', 10),
];

/// A row of a table.
struct Row<'a> {
    id: &'a str,
    tests: &'a str,
    states: [&'a str; 3],
}

fn page() -> anyhow::Result<String> {
    Ok(fs::read_to_string(project().join("docs/semantics.md"))?)
}

fn rows(page: &str) -> Vec<Row<'_>> {
    let lines = page.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let rows = lines.filter_map(|line| {
        let cells: Vec<&str> = line.split(" | ").collect();
        let [id, _, tests, memory, home, lambda] = cells[..] else { return None };
        Some(Row { id, tests, states: [memory, home, lambda] })
    });
    rows.filter(|row| row.id.starts_with(|first: char| first.is_ascii_uppercase())).collect()
}

/// The tests that a row names, with their files: `[name](../path)`.
fn named<'a>(row: &Row<'a>) -> anyhow::Result<Vec<(&'a str, &'a str)>> {
    let links = row.tests.split("<br>").filter(|link| *link != "—");
    let read = |link: &'a str| {
        let (name, path) = link.strip_prefix('[')?.strip_suffix(')')?.split_once("](../")?;
        Some((name, path))
    };
    links.map(|link| read(link).with_context(|| format!("`{link}` is no link"))).collect()
}

/// Whether a source has a function of this name that is run as a test.
fn is_tested(source: &str, name: &str) -> bool {
    let (is_it, mut attributes) = (format!("fn {name}("), String::new());
    for line in source.lines().map(str::trim_start) {
        if line.contains(&is_it) {
            let is_test = ["#[test]", "#[tokio::test"].iter().any(|test| attributes.contains(test));
            return is_test && !attributes.contains("#[ignore");
        }
        match line {
            _ if line.starts_with("#[") => attributes.push_str(line),
            _ if line.starts_with("//") => {}
            _ => attributes.clear(),
        }
    }
    false
}

#[test]
fn every_line_has_a_row_and_none_has_two() -> anyhow::Result<()> {
    let page = page()?;
    let wanted = LINES
        .iter()
        .flat_map(|(letter, most)| (1..=*most).map(move |number| format!("{letter}{number}")));
    let got: Vec<&str> = rows(&page).iter().map(|row| row.id).collect();
    assert_eq!(got, wanted.collect::<Vec<_>>());
    Ok(())
}

#[test]
fn every_test_that_is_named_is_there() -> anyhow::Result<()> {
    let page = page()?;
    let mut sources = BTreeMap::new();
    for row in rows(&page) {
        for (name, path) in named(&row)? {
            if !sources.contains_key(path) {
                let text = fs::read_to_string(project().join(path));
                sources.insert(path, text.with_context(|| format!("{}: `{path}`", row.id))?);
            }
            // A promise of a suite is run by that on every host.
            let is_promise = path.starts_with("runtime/core/src/conformance/")
                && sources[path].contains(&format!("\npub async fn {name}("));
            let is_there = is_promise || is_tested(&sources[path], name);
            ensure!(is_there, "{}: there is no test `{name}` in `{path}`", row.id);
        }
    }
    Ok(())
}

#[test]
fn what_is_the_same_has_a_test_and_every_difference_is_explained() -> anyhow::Result<()> {
    let page = page()?;
    let explained: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("- **")?.split_once("**: "))
        .map(|(id, _)| id)
        .collect();
    for row in rows(&page) {
        for state in row.states {
            ensure!(["same", "differs", "not ours"].contains(&state), "{}: `{state}`", row.id);
        }
        let all_same = row.states.iter().all(|state| *state == "same");
        ensure!(all_same != explained.contains(row.id), "{}: explained, or the same?", row.id);
        let same = row.states.contains(&"same");
        ensure!(!same || !named(&row)?.is_empty(), "{}: the same, and no test says so", row.id);
    }
    Ok(())
}

/// What the suite of hosts holds is what the page is about.
#[test]
fn every_promise_of_hosts_is_run_and_is_on_the_page() -> anyhow::Result<()> {
    let folder = "runtime/core/src/conformance/hosts";
    let suite = fs::read_to_string(project().join(folder).join("mod.rs"))?;
    let page = page()?;
    for module in ["delivery", "order", "options", "letters", "effects", "requests", "schedules"] {
        let text = fs::read_to_string(project().join(folder).join(format!("{module}.rs")))?;
        let promises = text.lines().filter_map(|line| line.strip_prefix("pub async fn "));
        for promise in promises.filter_map(|rest| rest.split_once('(').map(|(name, _)| name)) {
            ensure!(
                suite.contains(&format!("            {promise},\n")),
                "`{module}::{promise}` is not in `host_suite!`"
            );
            ensure!(
                page.contains(&format!("[{promise}](../{folder}/{module}.rs)")),
                "`{module}::{promise}` is not in docs/semantics.md"
            );
        }
    }
    Ok(())
}
