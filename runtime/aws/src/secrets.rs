//! Secrets, of which the environment holds the name and SSM's Parameter Store the value.

use aws_sdk_ssm::types::ParameterType;
use secrecy::SecretString;

use crate::clients::Clients;
use crate::error::{StartError, said};

/// How a reference begins; the parameter's name follows.
const SSM: &str = "ssm:";

/// Reads the secret that a variable refers to: `ssm:/app/name` is the `SecureString` parameter `/app/name`.
///
/// An environment is shown in consoles and logs, so a variable that holds the secret itself is
/// refused, and not repeated.
///
/// # Errors
///
/// When `reference` is none, or the parameter is not there or not a `SecureString`.
pub async fn secret(
    clients: &Clients,
    variable: &str,
    reference: &str,
) -> Result<SecretString, StartError> {
    let failed = |cause: String| StartError::Secret { variable: variable.to_owned(), cause };
    let name = reference.strip_prefix(SSM).filter(|name| !name.is_empty()).ok_or_else(|| {
        failed("it holds no reference; store the secret as a `SecureString` parameter and write `ssm:/its/name`".to_owned())
    })?;
    let request = clients.ssm().get_parameter().name(name).with_decryption(true);
    let answer = request.send().await.map_err(|error| {
        failed(format!(
            "parameter `{name}`: {}; create it, and let the function's role read it",
            said(&error)
        ))
    })?;
    let secure = answer.parameter.filter(|it| it.r#type == Some(ParameterType::SecureString));
    let value = secure.and_then(|parameter| parameter.value).map(SecretString::from);
    value.ok_or_else(|| {
        failed(format!("parameter `{name}` is not a `SecureString`; store it as one"))
    })
}
