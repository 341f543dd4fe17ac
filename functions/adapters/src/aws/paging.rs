//! Lists that come in pages, and why one broke off.

use std::error::Error;

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use functions::zombies::Section;

/// Reads page after page until the last, or until one fails: then the list is partial, or unavailable if nothing was
/// read. `send` asks for the page of a token; `next` says the token after a page, `items` what it holds.
pub(super) async fn read_all<O, T, E, R, F>(
    action: &str,
    mut send: impl FnMut(Option<String>) -> F,
    next: impl Fn(&O) -> Option<&str>,
    items: impl Fn(O) -> Vec<T>,
) -> Section<T>
where
    F: Future<Output = Result<O, SdkError<E, R>>>,
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug,
{
    let mut all = Vec::new();
    let mut token: Option<String> = None;
    let mut pages = 0_u32;
    loop {
        let page = match send(token.clone()).await {
            Ok(page) => page,
            Err(error) if pages == 0 => return Section::unavailable(reason(action, &error)),
            Err(error) => {
                let reason =
                    format!("only {pages} page(s) could be read: {}", reason(action, &error));
                return Section::Partial { items: all, reason };
            }
        };
        pages += 1;
        let following = next(&page).filter(|token| !token.is_empty()).map(str::to_owned);
        all.extend(items(page));
        if following.is_none() {
            return Section::Complete(all);
        }
        if following == token {
            let reason =
                format!("`{action}` gave the same page token twice; the next hunt tries again");
            return Section::Partial { items: all, reason };
        }
        token = following;
    }
}

/// Why a call failed after all retries, and what to do.
pub(super) fn reason<E, R>(action: &str, error: &SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug,
{
    match error {
        SdkError::ServiceError(service) => {
            refused(action, service.err().code(), service.err().message())
        }
        SdkError::TimeoutError(_) => {
            format!("`{action}` did not answer in time; the next hunt tries again")
        }
        SdkError::DispatchFailure(failure) => {
            let cause = failure
                .as_connector_error()
                .map_or_else(|| "no cause given".to_owned(), |error| cause(error));
            format!(
                "`{action}` could not be asked: {cause}; check the credentials, the role's trust and the network"
            )
        }
        _ => format!(
            "`{action}` was not answered in a form that can be read; the next hunt tries again"
        ),
    }
}

/// What a service's refusal means.
fn refused(action: &str, code: Option<&str>, message: Option<&str>) -> String {
    match code.unwrap_or_default() {
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "AuthorizationError" => {
            format!("`{action}` is denied; allow it to the key's user or to the role")
        }
        "RequestLimitExceeded"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "SlowDown"
        | "Throttling"
        | "ThrottlingException"
        | "TooManyRequestsException" => {
            format!("AWS throttles `{action}`; the next hunt tries again")
        }
        "AuthFailure"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException" => {
            format!(
                "AWS does not accept the credentials for `{action}`; give the account a valid key or role"
            )
        }
        "OptInRequired" | "SubscriptionRequiredException" => {
            format!(
                "the account is not signed up for the service of `{action}`; sign up, or do without"
            )
        }
        "InvalidParameterValue" if action == "ec2:DescribeRegions" => {
            "AWS has no such region; correct the account's regions".to_owned()
        }
        code => format!("`{action}` failed with `{code}` ({})", message.unwrap_or("no message")),
    }
}

/// The innermost cause: the outer ones only say that something failed.
fn cause(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
