//! Who did it.

use events::ActorKind;
use serde_json::Value;

use super::json::text;

/// Who made a call: the same text for the same one, however often they come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Actor {
    pub(super) name: String,
    pub(super) kind: ActorKind,
    /// The service that called on behalf of the actor.
    pub(super) invoked_by: Option<String>,
}

/// Reads `userIdentity`, any part of which may be missing.
pub(super) fn actor(identity: &Value, source_address: Option<&str>) -> Actor {
    let invoked_by = text(identity, "invokedBy");
    let kind = kind(identity, invoked_by, source_address);
    let arn = text(identity, "arn");
    let name = match kind {
        ActorKind::AssumedRole => return role(identity, invoked_by),
        ActorKind::AwsService => invoked_by.or(arn).or(source_address),
        ActorKind::Root
        | ActorKind::IamUser
        | ActorKind::Federated
        | ActorKind::AwsAccount
        | ActorKind::Unknown => arn.or_else(|| text(identity, "userName")),
    };
    let name = name
        .or_else(|| text(identity, "principalId"))
        .or_else(|| text(identity, "accountId"))
        .unwrap_or("unknown");
    let invoked_by = invoked_by.filter(|service| *service != name);
    Actor { name: name.to_owned(), kind, invoked_by: invoked_by.map(str::to_owned) }
}

/// The kind that `type` says; without one (service events have none) what else is there tells.
fn kind(identity: &Value, invoked_by: Option<&str>, source_address: Option<&str>) -> ActorKind {
    let is_service =
        |name: &str| name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn");
    match text(identity, "type") {
        Some("Root") => ActorKind::Root,
        Some("IAMUser") => ActorKind::IamUser,
        Some("AssumedRole" | "Role") => ActorKind::AssumedRole,
        Some(
            "FederatedUser" | "SAMLUser" | "WebIdentityUser" | "IdentityCenterUser" | "Directory",
        ) => ActorKind::Federated,
        Some("AWSAccount") => ActorKind::AwsAccount,
        Some("AWSService") => ActorKind::AwsService,
        Some(_) => ActorKind::Unknown,
        None if invoked_by.or(source_address).is_some_and(is_service) => ActorKind::AwsService,
        None => ActorKind::Unknown,
    }
}

/// A role's session: the role, and the class of the session's name, since each session has a new one.
fn role(identity: &Value, invoked_by: Option<&str>) -> Actor {
    let session_arn = text(identity, "arn");
    let issuer = text(identity, "sessionContext/sessionIssuer/arn");
    let session = session_arn
        .and_then(|arn| arn.rsplit_once('/'))
        .map(|(_, session)| session)
        .or_else(|| text(identity, "principalId")?.split_once(':').map(|(_, session)| session));
    let name = match (issuer, session) {
        (Some(role), Some(session)) => format!("{role}/{}", session_class(session)),
        (Some(role), None) => role.to_owned(),
        // Without its issuer, the session's own ARN up to its name says which role it is.
        (None, Some(session)) => {
            let role = session_arn
                .and_then(|arn| arn.rsplit_once('/'))
                .map_or("unknown", |(role, _)| role);
            format!("{role}/{}", session_class(session))
        }
        (None, None) => {
            session_arn.or_else(|| text(identity, "principalId")).unwrap_or("unknown").to_owned()
        }
    };
    Actor { name, kind: ActorKind::AssumedRole, invoked_by: invoked_by.map(str::to_owned) }
}

/// What stays the same in the names of one program's sessions: a person's address as it is, an
/// instance id as `instance`, otherwise the name with its numbers and hashes as `#`.
fn session_class(session: &str) -> String {
    if session.contains('@') {
        return session.to_owned();
    }
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if session.strip_prefix("i-").is_some_and(|id| id.len() >= 8 && is_hex(id)) {
        return "instance".to_owned();
    }
    let groups: Vec<&str> = session.split('-').collect();
    if groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.into_iter().all(is_hex)
    {
        return "#".to_owned();
    }
    let hash =
        |word: &str| word.len() >= 6 && is_hex(word) && word.contains(|c: char| c.is_ascii_digit());
    let mut class = String::with_capacity(session.len());
    for part in session.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let shown = if hash(word) { "0" } else { word };
        for c in shown.chars().chain(part[word.len()..].chars()) {
            match c {
                '0'..='9' if class.ends_with('#') => {}
                '0'..='9' => class.push('#'),
                _ => class.push(c),
            }
        }
    }
    class
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sessions_of_one_program_are_one_actor() {
        for (session, class) in [
            ("aws-go-sdk-1688990797103471741", "aws-go-sdk-#"),
            ("MandoService2842426183934887787", "MandoService#"),
            ("i-0dbc91f429e48eeed", "instance"),
            ("jane.doe@example.com", "jane.doe@example.com"),
            ("GitHubActions", "GitHubActions"),
            ("SLRManagement", "SLRManagement"),
            ("3f2b8c1e-9d4a-4b7e-8f6d-1a2b3c4d5e6f", "#"),
            ("build_3f2b8c1e9d", "build_#"),
            ("decade", "decade"),
            ("", ""),
            ("é-12", "é-#"),
        ] {
            assert_eq!(session_class(session), class);
        }
    }

    #[test]
    fn a_role_is_named_by_its_issuer() {
        let identity = json!({
            "type": "AssumedRole",
            "arn": "arn:aws:sts::111122223333:assumed-role/deploy/run-42",
            "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::111122223333:role/ci/deploy"}},
            "invokedBy": "autoscaling.amazonaws.com",
        });
        let actor = actor(&identity, None);
        assert_eq!(actor.name, "arn:aws:iam::111122223333:role/ci/deploy/run-#");
        assert_eq!(actor.kind, ActorKind::AssumedRole);
        assert_eq!(actor.invoked_by.as_deref(), Some("autoscaling.amazonaws.com"));
        let without = json!({"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/deploy/run-42"});
        assert_eq!(
            super::actor(&without, None).name,
            "arn:aws:sts::111122223333:assumed-role/deploy/run-#"
        );
    }

    #[test]
    fn every_kind_of_identity_has_a_name_even_without_a_type() {
        use ActorKind::{AwsAccount, AwsService, Federated, IamUser, Root, Unknown};
        for (identity, address, name, kind) in [
            (
                json!({"type": "Root", "arn": "arn:aws:iam::1:root"}),
                None,
                "arn:aws:iam::1:root",
                Root,
            ),
            (json!({"type": "IAMUser", "userName": "jo"}), None, "jo", IamUser),
            (
                json!({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}),
                None,
                "ec2.amazonaws.com",
                AwsService,
            ),
            (
                json!({"invokedBy": "ec2.amazonaws.com", "accountId": "1"}),
                None,
                "ec2.amazonaws.com",
                AwsService,
            ),
            (json!({"accountId": "1"}), Some("rds.amazonaws.com"), "rds.amazonaws.com", AwsService),
            (
                json!({"type": "AWSAccount", "accountId": "111122223333"}),
                None,
                "111122223333",
                AwsAccount,
            ),
            (json!({"type": "SAMLUser", "userName": "jo"}), None, "jo", Federated),
            (json!({"type": "Martian"}), None, "unknown", Unknown),
            (json!(null), Some("192.0.2.1"), "unknown", Unknown),
            (json!([1, {"type": 7}]), None, "unknown", Unknown),
        ] {
            let actor = actor(&identity, address);
            assert_eq!((actor.name.as_str(), actor.kind), (name, kind), "{identity}");
        }
    }
}
