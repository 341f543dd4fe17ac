//! Errors of AWS, by what the caller can do about them, without the requests they are about.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use twinhost::ports::PortError;

/// Why the AWS host could not start. Each says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A variable that this handler needs is not in the environment.
    #[error("`{variable}` is not set, but {why}; set it to {what}")]
    Missing {
        /// The variable.
        variable: String,
        /// What needs it.
        why: String,
        /// What it should hold.
        what: &'static str,
    },
    /// A variable holds what it cannot hold.
    #[error("`{variable}` is `{value}`, which is not {what}")]
    Invalid {
        /// The variable.
        variable: String,
        /// What it holds.
        value: String,
        /// What it should hold.
        what: &'static str,
    },
    /// The application cannot run on any host.
    #[error(transparent)]
    App(#[from] twinhost::InvalidApp),
    /// A variable that Lambda sets is not in the environment.
    #[error(
        "`{0}` is not set: this is the executable of a Lambda function; deploy it, or let `twinhost cloud-local` run it"
    )]
    NotOnLambda(&'static str),
    /// The application has no such handler.
    #[error("there is no handler `{0}` in this application; its manifest lists them")]
    UnknownHandler(String),
    /// A secret could not be read.
    #[error("the secret that `{variable}` names cannot be read: {cause}")]
    Secret {
        /// The variable.
        variable: String,
        /// What went wrong.
        cause: String,
    },
}

/// What AWS said, or that it said nothing: never the request, which may hold a secret.
pub(crate) fn said<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
    match error {
        SdkError::ServiceError(service) => {
            let (code, message) = (service.err().code(), service.err().message());
            match (code, message) {
                (Some(code), Some(message)) => format!("{message} ({code})"),
                (Some(text), None) | (None, Some(text)) => text.to_owned(),
                (None, None) => format!("it answered {}", service.raw().status()),
            }
        }
        SdkError::TimeoutError(_) => "no answer in time".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            "no connection in time".to_owned()
        }
        SdkError::DispatchFailure(failure) => failure
            .as_connector_error()
            .map_or_else(|| "no connection".to_owned(), |e| root_cause(e)),
        SdkError::ConstructionFailure(_) => "the request could not be made".to_owned(),
        SdkError::ResponseError(_) => "the answer could not be read".to_owned(),
        _ => "unknown failure".to_owned(),
    }
}

/// The innermost cause, which says most: `connection refused` rather than `dispatch failure`.
pub(crate) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.last().map(ToString::to_string).unwrap_or_default()
}

/// An AWS error as the ports know it. `what` says which resource: `` table `app` ``.
pub(crate) fn port<E: ProvideErrorMetadata>(what: &str, error: &SdkError<E>) -> PortError {
    let said = said(error);
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default();
    match code {
        "ResourceNotFoundException"
        | "NoSuchBucket"
        | "QueueDoesNotExist"
        | "AWS.SimpleQueueService.NonExistentQueue" => PortError::invalid(
            what,
            format!("{said}; deploy it, or correct the variable that names it"),
        ),
        "AccessDeniedException" | "AccessDenied" => PortError::invalid(
            what,
            format!(
                "{said}; add the grant to the handler's GRANTS and deploy, so that its role allows it"
            ),
        ),
        "ValidationException"
        | "InvalidParameterValue"
        | "InvalidMessageContents"
        | "BatchRequestTooLong"
        | "IdempotentParameterMismatchException"
        | "ItemCollectionSizeLimitExceededException" => PortError::invalid(what, said),
        _ => PortError::unavailable(what, said),
    }
}
