//! Whether large objects can be kept and read.

use anyhow::Error;
use twinhost_postgres::LargeObjects;

use super::Problem;

pub(super) async fn check(large: &LargeObjects) -> Option<Problem> {
    let error = Error::from(large.check().await.err()?);
    let text = format!("{error:#}");
    // The cure comes behind the last semicolon.
    let (problem, cure) = text.rsplit_once("; ").unwrap_or((&text, "look at its own log"));
    Some(Problem::new("objects", problem, cure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_place_that_does_not_take_objects_is_named_with_the_cure() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("objects");
        let large = LargeObjects::local(&folder).unwrap();
        assert_eq!(check(&large).await, None);

        std::fs::remove_dir(&folder).unwrap();
        std::fs::write(&folder, "a file").unwrap();
        let problem = check(&large).await.unwrap();
        assert!(problem.problem.contains("/objects is not available: "), "{problem:?}");
        assert_eq!(problem.cure, "let this user write there, and make room");
    }
}
