//! Every handler of the manifest has its executable, and no other has one.

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_handler_has_its_executable_that_runs_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin");
    let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let found: BTreeSet<String> =
        files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    let manifest = functions_lambda::app().manifest();
    let wanted: BTreeSet<String> = manifest.handlers.iter().map(|h| h.name.to_owned()).collect();
    assert_eq!(found, wanted, "write `src/bin/<handler>.rs` like its neighbours");
    for name in wanted {
        let text = std::fs::read_to_string(folder.join(format!("{name}.rs"))).unwrap();
        assert!(text.contains(&format!(", \"{name}\")")), "`{name}.rs` runs another handler");
    }
}

#[test]
fn an_application_for_one_handler_has_the_manifest_of_all() {
    let manifest = functions_lambda::app().manifest();
    assert_eq!(functions_lambda::app_with_chat().manifest(), manifest);
    assert_eq!(functions_lambda::app_with_cloud().manifest(), manifest);
}
