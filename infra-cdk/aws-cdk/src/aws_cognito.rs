// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_cognito`.

use jsii::{Error, Struct, Value};

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cognito.AccountRecovery`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.AccountRecovery.html).
    AccountRecovery = "aws-cdk-lib.aws_cognito.AccountRecovery" { EmailAndPhoneWithoutMfa = "EMAIL_AND_PHONE_WITHOUT_MFA", PhoneWithoutMfaAndEmail = "PHONE_WITHOUT_MFA_AND_EMAIL", EmailOnly = "EMAIL_ONLY", PhoneOnlyWithoutMfa = "PHONE_ONLY_WITHOUT_MFA", PhoneAndEmail = "PHONE_AND_EMAIL", None = "NONE" }
}

/// [`aws-cdk-lib.aws_cognito.AllowedFirstAuthFactors`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.AllowedFirstAuthFactors.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct AllowedFirstAuthFactors(Struct);

impl AllowedFirstAuthFactors {
    /// What is required, by name; nothing else set yet.
    pub fn new(password: bool) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_cognito.AllowedFirstAuthFactors")
                .with("password", Value::from(password)),
        )
    }

    /// Sets `emailOtp`.
    pub fn email_otp(self, email_otp: bool) -> Self {
        Self(self.0.with("emailOtp", Value::from(email_otp)))
    }

    /// Sets `passkey`.
    pub fn passkey(self, passkey: bool) -> Self {
        Self(self.0.with("passkey", Value::from(passkey)))
    }

    /// Sets `smsOtp`.
    pub fn sms_otp(self, sms_otp: bool) -> Self {
        Self(self.0.with("smsOtp", Value::from(sms_otp)))
    }
}

impl From<AllowedFirstAuthFactors> for Value {
    fn from(it: AllowedFirstAuthFactors) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_cognito.AnalyticsConfiguration`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.AnalyticsConfiguration.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct AnalyticsConfiguration(Struct);

impl AnalyticsConfiguration {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cognito.AnalyticsConfiguration"))
    }

    /// Sets `applicationId`.
    pub fn application_id(self, application_id: impl Into<String>) -> Self {
        Self(self.0.with("applicationId", Value::of::<String>(application_id)))
    }

    /// Sets `externalId`.
    pub fn external_id(self, external_id: impl Into<String>) -> Self {
        Self(self.0.with("externalId", Value::of::<String>(external_id)))
    }

    /// Sets `role`.
    pub fn role(self, role: impl Into<crate::interfaces::aws_iam::IRoleRef>) -> Self {
        Self(self.0.with("role", Value::of::<crate::interfaces::aws_iam::IRoleRef>(role)))
    }

    /// Sets `shareUserData`.
    pub fn share_user_data(self, share_user_data: bool) -> Self {
        Self(self.0.with("shareUserData", Value::from(share_user_data)))
    }
}

impl Default for AnalyticsConfiguration {
    fn default() -> Self {
        Self::new()
    }
}

impl From<AnalyticsConfiguration> for Value {
    fn from(it: AnalyticsConfiguration) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_cognito.AuthFlow`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.AuthFlow.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct AuthFlow(Struct);

impl AuthFlow {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cognito.AuthFlow"))
    }

    /// Sets `adminUserPassword`.
    pub fn admin_user_password(self, admin_user_password: bool) -> Self {
        Self(self.0.with("adminUserPassword", Value::from(admin_user_password)))
    }

    /// Sets `custom`.
    pub fn custom(self, custom: bool) -> Self {
        Self(self.0.with("custom", Value::from(custom)))
    }

    /// Sets `user`.
    pub fn user(self, user: bool) -> Self {
        Self(self.0.with("user", Value::from(user)))
    }

    /// Sets `userPassword`.
    pub fn user_password(self, user_password: bool) -> Self {
        Self(self.0.with("userPassword", Value::from(user_password)))
    }

    /// Sets `userSrp`.
    pub fn user_srp(self, user_srp: bool) -> Self {
        Self(self.0.with("userSrp", Value::from(user_srp)))
    }
}

impl Default for AuthFlow {
    fn default() -> Self {
        Self::new()
    }
}

impl From<AuthFlow> for Value {
    fn from(it: AuthFlow) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_cognito.AutoVerifiedAttrs`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.AutoVerifiedAttrs.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct AutoVerifiedAttrs(Struct);

impl AutoVerifiedAttrs {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cognito.AutoVerifiedAttrs"))
    }

    /// Sets `email`.
    pub fn email(self, email: bool) -> Self {
        Self(self.0.with("email", Value::from(email)))
    }

    /// Sets `phone`.
    pub fn phone(self, phone: bool) -> Self {
        Self(self.0.with("phone", Value::from(phone)))
    }
}

impl Default for AutoVerifiedAttrs {
    fn default() -> Self {
        Self::new()
    }
}

impl From<AutoVerifiedAttrs> for Value {
    fn from(it: AutoVerifiedAttrs) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cognito.CustomThreatProtectionMode`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.CustomThreatProtectionMode.html).
    CustomThreatProtectionMode = "aws-cdk-lib.aws_cognito.CustomThreatProtectionMode" { FullFunction = "FULL_FUNCTION", AuditOnly = "AUDIT_ONLY" }
}

/// [`aws-cdk-lib.aws_cognito.DeviceTracking`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.DeviceTracking.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct DeviceTracking(Struct);

impl DeviceTracking {
    /// What is required, by name; nothing else set yet.
    pub fn new(
        challenge_required_on_new_device: bool,
        device_only_remembered_on_user_prompt: bool,
    ) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_cognito.DeviceTracking")
                .with("challengeRequiredOnNewDevice", Value::from(challenge_required_on_new_device))
                .with(
                    "deviceOnlyRememberedOnUserPrompt",
                    Value::from(device_only_remembered_on_user_prompt),
                ),
        )
    }
}

impl From<DeviceTracking> for Value {
    fn from(it: DeviceTracking) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cognito.FeaturePlan`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.FeaturePlan.html).
    FeaturePlan = "aws-cdk-lib.aws_cognito.FeaturePlan" { Lite = "LITE", Essentials = "ESSENTIALS", Plus = "PLUS" }
}

/// [`aws-cdk-lib.aws_cognito.KeepOriginalAttrs`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.KeepOriginalAttrs.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct KeepOriginalAttrs(Struct);

impl KeepOriginalAttrs {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cognito.KeepOriginalAttrs"))
    }

    /// Sets `email`.
    pub fn email(self, email: bool) -> Self {
        Self(self.0.with("email", Value::from(email)))
    }

    /// Sets `phone`.
    pub fn phone(self, phone: bool) -> Self {
        Self(self.0.with("phone", Value::from(phone)))
    }
}

impl Default for KeepOriginalAttrs {
    fn default() -> Self {
        Self::new()
    }
}

impl From<KeepOriginalAttrs> for Value {
    fn from(it: KeepOriginalAttrs) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cognito.Mfa`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.Mfa.html).
    Mfa = "aws-cdk-lib.aws_cognito.Mfa" { Off = "OFF", Optional = "OPTIONAL", Required = "REQUIRED" }
}

/// [`aws-cdk-lib.aws_cognito.MfaSecondFactor`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.MfaSecondFactor.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct MfaSecondFactor(Struct);

impl MfaSecondFactor {
    /// What is required, by name; nothing else set yet.
    pub fn new(otp: bool, sms: bool) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_cognito.MfaSecondFactor")
                .with("otp", Value::from(otp))
                .with("sms", Value::from(sms)),
        )
    }

    /// Sets `email`.
    pub fn email(self, email: bool) -> Self {
        Self(self.0.with("email", Value::from(email)))
    }
}

impl From<MfaSecondFactor> for Value {
    fn from(it: MfaSecondFactor) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_cognito.OAuthFlows`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.OAuthFlows.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct OAuthFlows(Struct);

impl OAuthFlows {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cognito.OAuthFlows"))
    }

    /// Sets `authorizationCodeGrant`.
    pub fn authorization_code_grant(self, authorization_code_grant: bool) -> Self {
        Self(self.0.with("authorizationCodeGrant", Value::from(authorization_code_grant)))
    }

    /// Sets `clientCredentials`.
    pub fn client_credentials(self, client_credentials: bool) -> Self {
        Self(self.0.with("clientCredentials", Value::from(client_credentials)))
    }

    /// Sets `implicitCodeGrant`.
    pub fn implicit_code_grant(self, implicit_code_grant: bool) -> Self {
        Self(self.0.with("implicitCodeGrant", Value::from(implicit_code_grant)))
    }
}

impl Default for OAuthFlows {
    fn default() -> Self {
        Self::new()
    }
}

impl From<OAuthFlows> for Value {
    fn from(it: OAuthFlows) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_cognito.OAuthSettings`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.OAuthSettings.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct OAuthSettings(Struct);

impl OAuthSettings {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cognito.OAuthSettings"))
    }

    /// Sets `callbackUrls`.
    pub fn callback_urls(self, callback_urls: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(self.0.with("callbackUrls", Value::list::<String>(callback_urls)))
    }

    /// Sets `defaultRedirectUri`.
    pub fn default_redirect_uri(self, default_redirect_uri: impl Into<String>) -> Self {
        Self(self.0.with("defaultRedirectUri", Value::of::<String>(default_redirect_uri)))
    }

    /// Sets `flows`.
    pub fn flows(self, flows: crate::aws_cognito::OAuthFlows) -> Self {
        Self(self.0.with("flows", Value::from(flows)))
    }

    /// Sets `logoutUrls`.
    pub fn logout_urls(self, logout_urls: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(self.0.with("logoutUrls", Value::list::<String>(logout_urls)))
    }
}

impl Default for OAuthSettings {
    fn default() -> Self {
        Self::new()
    }
}

impl From<OAuthSettings> for Value {
    fn from(it: OAuthSettings) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cognito.PasskeyUserVerification`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.PasskeyUserVerification.html).
    PasskeyUserVerification = "aws-cdk-lib.aws_cognito.PasskeyUserVerification" { Preferred = "PREFERRED", Required = "REQUIRED" }
}

/// [`aws-cdk-lib.aws_cognito.PasswordPolicy`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.PasswordPolicy.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct PasswordPolicy(Struct);

impl PasswordPolicy {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cognito.PasswordPolicy"))
    }

    /// Sets `minLength`.
    pub fn min_length(self, min_length: impl Into<f64>) -> Self {
        Self(self.0.with("minLength", Value::of::<f64>(min_length)))
    }

    /// Sets `passwordHistorySize`.
    pub fn password_history_size(self, password_history_size: impl Into<f64>) -> Self {
        Self(self.0.with("passwordHistorySize", Value::of::<f64>(password_history_size)))
    }

    /// Sets `requireDigits`.
    pub fn require_digits(self, require_digits: bool) -> Self {
        Self(self.0.with("requireDigits", Value::from(require_digits)))
    }

    /// Sets `requireLowercase`.
    pub fn require_lowercase(self, require_lowercase: bool) -> Self {
        Self(self.0.with("requireLowercase", Value::from(require_lowercase)))
    }

    /// Sets `requireSymbols`.
    pub fn require_symbols(self, require_symbols: bool) -> Self {
        Self(self.0.with("requireSymbols", Value::from(require_symbols)))
    }

    /// Sets `requireUppercase`.
    pub fn require_uppercase(self, require_uppercase: bool) -> Self {
        Self(self.0.with("requireUppercase", Value::from(require_uppercase)))
    }

    /// Sets `tempPasswordValidity`.
    pub fn temp_password_validity(
        self,
        temp_password_validity: impl Into<crate::Duration>,
    ) -> Self {
        Self(
            self.0
                .with("tempPasswordValidity", Value::of::<crate::Duration>(temp_password_validity)),
        )
    }
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self::new()
    }
}

impl From<PasswordPolicy> for Value {
    fn from(it: PasswordPolicy) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_cognito.SignInAliases`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.SignInAliases.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct SignInAliases(Struct);

impl SignInAliases {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cognito.SignInAliases"))
    }

    /// Sets `email`.
    pub fn email(self, email: bool) -> Self {
        Self(self.0.with("email", Value::from(email)))
    }

    /// Sets `phone`.
    pub fn phone(self, phone: bool) -> Self {
        Self(self.0.with("phone", Value::from(phone)))
    }

    /// Sets `preferredUsername`.
    pub fn preferred_username(self, preferred_username: bool) -> Self {
        Self(self.0.with("preferredUsername", Value::from(preferred_username)))
    }

    /// Sets `username`.
    pub fn username(self, username: bool) -> Self {
        Self(self.0.with("username", Value::from(username)))
    }
}

impl Default for SignInAliases {
    fn default() -> Self {
        Self::new()
    }
}

impl From<SignInAliases> for Value {
    fn from(it: SignInAliases) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_cognito.SignInPolicy`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.SignInPolicy.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct SignInPolicy(Struct);

impl SignInPolicy {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cognito.SignInPolicy"))
    }

    /// Sets `allowedFirstAuthFactors`.
    pub fn allowed_first_auth_factors(
        self,
        allowed_first_auth_factors: crate::aws_cognito::AllowedFirstAuthFactors,
    ) -> Self {
        Self(self.0.with("allowedFirstAuthFactors", Value::from(allowed_first_auth_factors)))
    }
}

impl Default for SignInPolicy {
    fn default() -> Self {
        Self::new()
    }
}

impl From<SignInPolicy> for Value {
    fn from(it: SignInPolicy) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_cognito.StandardAttribute`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.StandardAttribute.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct StandardAttribute(Struct);

impl StandardAttribute {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cognito.StandardAttribute"))
    }

    /// Sets `mutable`.
    pub fn mutable(self, mutable: bool) -> Self {
        Self(self.0.with("mutable", Value::from(mutable)))
    }

    /// Sets `required`.
    pub fn required(self, required: bool) -> Self {
        Self(self.0.with("required", Value::from(required)))
    }
}

impl Default for StandardAttribute {
    fn default() -> Self {
        Self::new()
    }
}

impl From<StandardAttribute> for Value {
    fn from(it: StandardAttribute) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_cognito.StandardAttributes`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.StandardAttributes.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct StandardAttributes(Struct);

impl StandardAttributes {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cognito.StandardAttributes"))
    }

    /// Sets `address`.
    pub fn address(self, address: crate::aws_cognito::StandardAttribute) -> Self {
        Self(self.0.with("address", Value::from(address)))
    }

    /// Sets `birthdate`.
    pub fn birthdate(self, birthdate: crate::aws_cognito::StandardAttribute) -> Self {
        Self(self.0.with("birthdate", Value::from(birthdate)))
    }

    /// Sets `email`.
    pub fn email(self, email: crate::aws_cognito::StandardAttribute) -> Self {
        Self(self.0.with("email", Value::from(email)))
    }

    /// Sets `familyName`.
    pub fn family_name(self, family_name: crate::aws_cognito::StandardAttribute) -> Self {
        Self(self.0.with("familyName", Value::from(family_name)))
    }

    /// Sets `fullname`.
    pub fn fullname(self, fullname: crate::aws_cognito::StandardAttribute) -> Self {
        Self(self.0.with("fullname", Value::from(fullname)))
    }

    /// Sets `gender`.
    pub fn gender(self, gender: crate::aws_cognito::StandardAttribute) -> Self {
        Self(self.0.with("gender", Value::from(gender)))
    }

    /// Sets `givenName`.
    pub fn given_name(self, given_name: crate::aws_cognito::StandardAttribute) -> Self {
        Self(self.0.with("givenName", Value::from(given_name)))
    }

    /// Sets `lastUpdateTime`.
    pub fn last_update_time(self, last_update_time: crate::aws_cognito::StandardAttribute) -> Self {
        Self(self.0.with("lastUpdateTime", Value::from(last_update_time)))
    }

    /// Sets `locale`.
    pub fn locale(self, locale: crate::aws_cognito::StandardAttribute) -> Self {
        Self(self.0.with("locale", Value::from(locale)))
    }

    /// Sets `middleName`.
    pub fn middle_name(self, middle_name: crate::aws_cognito::StandardAttribute) -> Self {
        Self(self.0.with("middleName", Value::from(middle_name)))
    }

    /// Sets `nickname`.
    pub fn nickname(self, nickname: crate::aws_cognito::StandardAttribute) -> Self {
        Self(self.0.with("nickname", Value::from(nickname)))
    }

    /// Sets `phoneNumber`.
    pub fn phone_number(self, phone_number: crate::aws_cognito::StandardAttribute) -> Self {
        Self(self.0.with("phoneNumber", Value::from(phone_number)))
    }

    /// Sets `preferredUsername`.
    pub fn preferred_username(
        self,
        preferred_username: crate::aws_cognito::StandardAttribute,
    ) -> Self {
        Self(self.0.with("preferredUsername", Value::from(preferred_username)))
    }

    /// Sets `profilePage`.
    pub fn profile_page(self, profile_page: crate::aws_cognito::StandardAttribute) -> Self {
        Self(self.0.with("profilePage", Value::from(profile_page)))
    }

    /// Sets `profilePicture`.
    pub fn profile_picture(self, profile_picture: crate::aws_cognito::StandardAttribute) -> Self {
        Self(self.0.with("profilePicture", Value::from(profile_picture)))
    }

    /// Sets `timezone`.
    pub fn timezone(self, timezone: crate::aws_cognito::StandardAttribute) -> Self {
        Self(self.0.with("timezone", Value::from(timezone)))
    }

    /// Sets `website`.
    pub fn website(self, website: crate::aws_cognito::StandardAttribute) -> Self {
        Self(self.0.with("website", Value::from(website)))
    }
}

impl Default for StandardAttributes {
    fn default() -> Self {
        Self::new()
    }
}

impl From<StandardAttributes> for Value {
    fn from(it: StandardAttributes) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cognito.StandardThreatProtectionMode`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.StandardThreatProtectionMode.html).
    StandardThreatProtectionMode = "aws-cdk-lib.aws_cognito.StandardThreatProtectionMode" { FullFunction = "FULL_FUNCTION", AuditOnly = "AUDIT_ONLY", NoEnforcement = "NO_ENFORCEMENT" }
}

/// [`aws-cdk-lib.aws_cognito.UserInvitationConfig`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.UserInvitationConfig.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct UserInvitationConfig(Struct);

impl UserInvitationConfig {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cognito.UserInvitationConfig"))
    }

    /// Sets `emailBody`.
    pub fn email_body(self, email_body: impl Into<String>) -> Self {
        Self(self.0.with("emailBody", Value::of::<String>(email_body)))
    }

    /// Sets `emailSubject`.
    pub fn email_subject(self, email_subject: impl Into<String>) -> Self {
        Self(self.0.with("emailSubject", Value::of::<String>(email_subject)))
    }

    /// Sets `smsMessage`.
    pub fn sms_message(self, sms_message: impl Into<String>) -> Self {
        Self(self.0.with("smsMessage", Value::of::<String>(sms_message)))
    }
}

impl Default for UserInvitationConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl From<UserInvitationConfig> for Value {
    fn from(it: UserInvitationConfig) -> Self {
        Self::from(it.0)
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cognito.UserPool`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.UserPool.html).
    UserPool = "aws-cdk-lib.aws_cognito.UserPool" as [crate::Resource, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl UserPool {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_cognito::UserPoolProps,
    ) -> Result<Self, Error> {
        let scope: crate::constructs::Construct = scope.into();
        scope
            .object()
            .kernel()
            .create(
                Self::CLASS,
                vec![Value::from(&scope), Value::of::<String>(id), Value::from(props)],
            )
            .map(Self::from)
    }

    /// Calls `addClient`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn add_client(
        &self,
        id: impl Into<String>,
        options: crate::aws_cognito::UserPoolClientOptions,
    ) -> Result<crate::aws_cognito::UserPoolClient, Error> {
        self.0.invoke("addClient", vec![Value::of::<String>(id), Value::from(options)])
    }

    /// Reads `userPoolId`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn user_pool_id(&self) -> Result<String, Error> {
        self.0.get("userPoolId")
    }

    /// Reads `userPoolProviderUrl`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn user_pool_provider_url(&self) -> Result<String, Error> {
        self.0.get("userPoolProviderUrl")
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cognito.UserPoolClient`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.UserPoolClient.html).
    UserPoolClient = "aws-cdk-lib.aws_cognito.UserPoolClient" as [crate::Resource, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl UserPoolClient {
    /// Reads `userPoolClientId`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn user_pool_client_id(&self) -> Result<String, Error> {
        self.0.get("userPoolClientId")
    }
}

/// [`aws-cdk-lib.aws_cognito.UserPoolClientOptions`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.UserPoolClientOptions.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct UserPoolClientOptions(Struct);

impl UserPoolClientOptions {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cognito.UserPoolClientOptions"))
    }

    /// Sets `accessTokenValidity`.
    pub fn access_token_validity(self, access_token_validity: impl Into<crate::Duration>) -> Self {
        Self(
            self.0.with("accessTokenValidity", Value::of::<crate::Duration>(access_token_validity)),
        )
    }

    /// Sets `analytics`.
    pub fn analytics(self, analytics: crate::aws_cognito::AnalyticsConfiguration) -> Self {
        Self(self.0.with("analytics", Value::from(analytics)))
    }

    /// Sets `authFlows`.
    pub fn auth_flows(self, auth_flows: crate::aws_cognito::AuthFlow) -> Self {
        Self(self.0.with("authFlows", Value::from(auth_flows)))
    }

    /// Sets `authSessionValidity`.
    pub fn auth_session_validity(self, auth_session_validity: impl Into<crate::Duration>) -> Self {
        Self(
            self.0.with("authSessionValidity", Value::of::<crate::Duration>(auth_session_validity)),
        )
    }

    /// Sets `disableOAuth`.
    pub fn disable_o_auth(self, disable_o_auth: bool) -> Self {
        Self(self.0.with("disableOAuth", Value::from(disable_o_auth)))
    }

    /// Sets `enablePropagateAdditionalUserContextData`.
    pub fn enable_propagate_additional_user_context_data(
        self,
        enable_propagate_additional_user_context_data: bool,
    ) -> Self {
        Self(self.0.with(
            "enablePropagateAdditionalUserContextData",
            Value::from(enable_propagate_additional_user_context_data),
        ))
    }

    /// Sets `enableTokenRevocation`.
    pub fn enable_token_revocation(self, enable_token_revocation: bool) -> Self {
        Self(self.0.with("enableTokenRevocation", Value::from(enable_token_revocation)))
    }

    /// Sets `generateSecret`.
    pub fn generate_secret(self, generate_secret: bool) -> Self {
        Self(self.0.with("generateSecret", Value::from(generate_secret)))
    }

    /// Sets `idTokenValidity`.
    pub fn id_token_validity(self, id_token_validity: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("idTokenValidity", Value::of::<crate::Duration>(id_token_validity)))
    }

    /// Sets `oAuth`.
    pub fn o_auth(self, o_auth: crate::aws_cognito::OAuthSettings) -> Self {
        Self(self.0.with("oAuth", Value::from(o_auth)))
    }

    /// Sets `preventUserExistenceErrors`.
    pub fn prevent_user_existence_errors(self, prevent_user_existence_errors: bool) -> Self {
        Self(self.0.with("preventUserExistenceErrors", Value::from(prevent_user_existence_errors)))
    }

    /// Sets `refreshTokenRotationGracePeriod`.
    pub fn refresh_token_rotation_grace_period(
        self,
        refresh_token_rotation_grace_period: impl Into<crate::Duration>,
    ) -> Self {
        Self(self.0.with(
            "refreshTokenRotationGracePeriod",
            Value::of::<crate::Duration>(refresh_token_rotation_grace_period),
        ))
    }

    /// Sets `refreshTokenValidity`.
    pub fn refresh_token_validity(
        self,
        refresh_token_validity: impl Into<crate::Duration>,
    ) -> Self {
        Self(
            self.0
                .with("refreshTokenValidity", Value::of::<crate::Duration>(refresh_token_validity)),
        )
    }

    /// Sets `userPoolClientName`.
    pub fn user_pool_client_name(self, user_pool_client_name: impl Into<String>) -> Self {
        Self(self.0.with("userPoolClientName", Value::of::<String>(user_pool_client_name)))
    }
}

impl Default for UserPoolClientOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl From<UserPoolClientOptions> for Value {
    fn from(it: UserPoolClientOptions) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_cognito.UserPoolProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.UserPoolProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct UserPoolProps(Struct);

impl UserPoolProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cognito.UserPoolProps"))
    }

    /// Sets `accountRecovery`.
    pub fn account_recovery(self, account_recovery: crate::aws_cognito::AccountRecovery) -> Self {
        Self(self.0.with("accountRecovery", Value::from(account_recovery)))
    }

    /// Sets `autoVerify`.
    pub fn auto_verify(self, auto_verify: crate::aws_cognito::AutoVerifiedAttrs) -> Self {
        Self(self.0.with("autoVerify", Value::from(auto_verify)))
    }

    /// Sets `customSenderKmsKey`.
    pub fn custom_sender_kms_key(
        self,
        custom_sender_kms_key: impl Into<crate::interfaces::aws_kms::IKeyRef>,
    ) -> Self {
        Self(self.0.with(
            "customSenderKmsKey",
            Value::of::<crate::interfaces::aws_kms::IKeyRef>(custom_sender_kms_key),
        ))
    }

    /// Sets `customThreatProtectionMode`.
    pub fn custom_threat_protection_mode(
        self,
        custom_threat_protection_mode: crate::aws_cognito::CustomThreatProtectionMode,
    ) -> Self {
        Self(self.0.with("customThreatProtectionMode", Value::from(custom_threat_protection_mode)))
    }

    /// Sets `deletionProtection`.
    pub fn deletion_protection(self, deletion_protection: bool) -> Self {
        Self(self.0.with("deletionProtection", Value::from(deletion_protection)))
    }

    /// Sets `deviceTracking`.
    pub fn device_tracking(self, device_tracking: crate::aws_cognito::DeviceTracking) -> Self {
        Self(self.0.with("deviceTracking", Value::from(device_tracking)))
    }

    /// Sets `enableSmsRole`.
    pub fn enable_sms_role(self, enable_sms_role: bool) -> Self {
        Self(self.0.with("enableSmsRole", Value::from(enable_sms_role)))
    }

    /// Sets `featurePlan`.
    pub fn feature_plan(self, feature_plan: crate::aws_cognito::FeaturePlan) -> Self {
        Self(self.0.with("featurePlan", Value::from(feature_plan)))
    }

    /// Sets `keepOriginal`.
    pub fn keep_original(self, keep_original: crate::aws_cognito::KeepOriginalAttrs) -> Self {
        Self(self.0.with("keepOriginal", Value::from(keep_original)))
    }

    /// Sets `lambdaTriggers`.
    pub fn lambda_triggers(self, lambda_triggers: crate::aws_cognito::UserPoolTriggers) -> Self {
        Self(self.0.with("lambdaTriggers", Value::from(lambda_triggers)))
    }

    /// Sets `mfa`.
    pub fn mfa(self, mfa: crate::aws_cognito::Mfa) -> Self {
        Self(self.0.with("mfa", Value::from(mfa)))
    }

    /// Sets `mfaMessage`.
    pub fn mfa_message(self, mfa_message: impl Into<String>) -> Self {
        Self(self.0.with("mfaMessage", Value::of::<String>(mfa_message)))
    }

    /// Sets `mfaSecondFactor`.
    pub fn mfa_second_factor(self, mfa_second_factor: crate::aws_cognito::MfaSecondFactor) -> Self {
        Self(self.0.with("mfaSecondFactor", Value::from(mfa_second_factor)))
    }

    /// Sets `passkeyRelyingPartyId`.
    pub fn passkey_relying_party_id(self, passkey_relying_party_id: impl Into<String>) -> Self {
        Self(self.0.with("passkeyRelyingPartyId", Value::of::<String>(passkey_relying_party_id)))
    }

    /// Sets `passkeyUserVerification`.
    pub fn passkey_user_verification(
        self,
        passkey_user_verification: crate::aws_cognito::PasskeyUserVerification,
    ) -> Self {
        Self(self.0.with("passkeyUserVerification", Value::from(passkey_user_verification)))
    }

    /// Sets `passwordPolicy`.
    pub fn password_policy(self, password_policy: crate::aws_cognito::PasswordPolicy) -> Self {
        Self(self.0.with("passwordPolicy", Value::from(password_policy)))
    }

    /// Sets `removalPolicy`.
    pub fn removal_policy(self, removal_policy: crate::RemovalPolicy) -> Self {
        Self(self.0.with("removalPolicy", Value::from(removal_policy)))
    }

    /// Sets `selfSignUpEnabled`.
    pub fn self_sign_up_enabled(self, self_sign_up_enabled: bool) -> Self {
        Self(self.0.with("selfSignUpEnabled", Value::from(self_sign_up_enabled)))
    }

    /// Sets `signInAliases`.
    pub fn sign_in_aliases(self, sign_in_aliases: crate::aws_cognito::SignInAliases) -> Self {
        Self(self.0.with("signInAliases", Value::from(sign_in_aliases)))
    }

    /// Sets `signInCaseSensitive`.
    pub fn sign_in_case_sensitive(self, sign_in_case_sensitive: bool) -> Self {
        Self(self.0.with("signInCaseSensitive", Value::from(sign_in_case_sensitive)))
    }

    /// Sets `signInPolicy`.
    pub fn sign_in_policy(self, sign_in_policy: crate::aws_cognito::SignInPolicy) -> Self {
        Self(self.0.with("signInPolicy", Value::from(sign_in_policy)))
    }

    /// Sets `smsRole`.
    pub fn sms_role(self, sms_role: impl Into<crate::interfaces::aws_iam::IRoleRef>) -> Self {
        Self(self.0.with("smsRole", Value::of::<crate::interfaces::aws_iam::IRoleRef>(sms_role)))
    }

    /// Sets `smsRoleExternalId`.
    pub fn sms_role_external_id(self, sms_role_external_id: impl Into<String>) -> Self {
        Self(self.0.with("smsRoleExternalId", Value::of::<String>(sms_role_external_id)))
    }

    /// Sets `snsRegion`.
    pub fn sns_region(self, sns_region: impl Into<String>) -> Self {
        Self(self.0.with("snsRegion", Value::of::<String>(sns_region)))
    }

    /// Sets `standardAttributes`.
    pub fn standard_attributes(
        self,
        standard_attributes: crate::aws_cognito::StandardAttributes,
    ) -> Self {
        Self(self.0.with("standardAttributes", Value::from(standard_attributes)))
    }

    /// Sets `standardThreatProtectionMode`.
    pub fn standard_threat_protection_mode(
        self,
        standard_threat_protection_mode: crate::aws_cognito::StandardThreatProtectionMode,
    ) -> Self {
        Self(
            self.0
                .with("standardThreatProtectionMode", Value::from(standard_threat_protection_mode)),
        )
    }

    /// Sets `userInvitation`.
    pub fn user_invitation(
        self,
        user_invitation: crate::aws_cognito::UserInvitationConfig,
    ) -> Self {
        Self(self.0.with("userInvitation", Value::from(user_invitation)))
    }

    /// Sets `userPoolName`.
    pub fn user_pool_name(self, user_pool_name: impl Into<String>) -> Self {
        Self(self.0.with("userPoolName", Value::of::<String>(user_pool_name)))
    }

    /// Sets `userVerification`.
    pub fn user_verification(
        self,
        user_verification: crate::aws_cognito::UserVerificationConfig,
    ) -> Self {
        Self(self.0.with("userVerification", Value::from(user_verification)))
    }
}

impl Default for UserPoolProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<UserPoolProps> for Value {
    fn from(it: UserPoolProps) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_cognito.UserPoolTriggers`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.UserPoolTriggers.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct UserPoolTriggers(Struct);

impl UserPoolTriggers {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cognito.UserPoolTriggers"))
    }

    /// Sets `createAuthChallenge`.
    pub fn create_auth_challenge(
        self,
        create_auth_challenge: impl Into<crate::aws_lambda::IFunction>,
    ) -> Self {
        Self(self.0.with(
            "createAuthChallenge",
            Value::of::<crate::aws_lambda::IFunction>(create_auth_challenge),
        ))
    }

    /// Sets `customEmailSender`.
    pub fn custom_email_sender(
        self,
        custom_email_sender: impl Into<crate::aws_lambda::IFunction>,
    ) -> Self {
        Self(self.0.with(
            "customEmailSender",
            Value::of::<crate::aws_lambda::IFunction>(custom_email_sender),
        ))
    }

    /// Sets `customMessage`.
    pub fn custom_message(self, custom_message: impl Into<crate::aws_lambda::IFunction>) -> Self {
        Self(
            self.0.with("customMessage", Value::of::<crate::aws_lambda::IFunction>(custom_message)),
        )
    }

    /// Sets `customSmsSender`.
    pub fn custom_sms_sender(
        self,
        custom_sms_sender: impl Into<crate::aws_lambda::IFunction>,
    ) -> Self {
        Self(
            self.0.with(
                "customSmsSender",
                Value::of::<crate::aws_lambda::IFunction>(custom_sms_sender),
            ),
        )
    }

    /// Sets `defineAuthChallenge`.
    pub fn define_auth_challenge(
        self,
        define_auth_challenge: impl Into<crate::aws_lambda::IFunction>,
    ) -> Self {
        Self(self.0.with(
            "defineAuthChallenge",
            Value::of::<crate::aws_lambda::IFunction>(define_auth_challenge),
        ))
    }

    /// Sets `postAuthentication`.
    pub fn post_authentication(
        self,
        post_authentication: impl Into<crate::aws_lambda::IFunction>,
    ) -> Self {
        Self(self.0.with(
            "postAuthentication",
            Value::of::<crate::aws_lambda::IFunction>(post_authentication),
        ))
    }

    /// Sets `postConfirmation`.
    pub fn post_confirmation(
        self,
        post_confirmation: impl Into<crate::aws_lambda::IFunction>,
    ) -> Self {
        Self(
            self.0.with(
                "postConfirmation",
                Value::of::<crate::aws_lambda::IFunction>(post_confirmation),
            ),
        )
    }

    /// Sets `preAuthentication`.
    pub fn pre_authentication(
        self,
        pre_authentication: impl Into<crate::aws_lambda::IFunction>,
    ) -> Self {
        Self(self.0.with(
            "preAuthentication",
            Value::of::<crate::aws_lambda::IFunction>(pre_authentication),
        ))
    }

    /// Sets `preSignUp`.
    pub fn pre_sign_up(self, pre_sign_up: impl Into<crate::aws_lambda::IFunction>) -> Self {
        Self(self.0.with("preSignUp", Value::of::<crate::aws_lambda::IFunction>(pre_sign_up)))
    }

    /// Sets `preTokenGeneration`.
    pub fn pre_token_generation(
        self,
        pre_token_generation: impl Into<crate::aws_lambda::IFunction>,
    ) -> Self {
        Self(self.0.with(
            "preTokenGeneration",
            Value::of::<crate::aws_lambda::IFunction>(pre_token_generation),
        ))
    }

    /// Sets `userMigration`.
    pub fn user_migration(self, user_migration: impl Into<crate::aws_lambda::IFunction>) -> Self {
        Self(
            self.0.with("userMigration", Value::of::<crate::aws_lambda::IFunction>(user_migration)),
        )
    }

    /// Sets `verifyAuthChallengeResponse`.
    pub fn verify_auth_challenge_response(
        self,
        verify_auth_challenge_response: impl Into<crate::aws_lambda::IFunction>,
    ) -> Self {
        Self(self.0.with(
            "verifyAuthChallengeResponse",
            Value::of::<crate::aws_lambda::IFunction>(verify_auth_challenge_response),
        ))
    }
}

impl Default for UserPoolTriggers {
    fn default() -> Self {
        Self::new()
    }
}

impl From<UserPoolTriggers> for Value {
    fn from(it: UserPoolTriggers) -> Self {
        Self::from(it.0)
    }
}

/// [`aws-cdk-lib.aws_cognito.UserVerificationConfig`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.UserVerificationConfig.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct UserVerificationConfig(Struct);

impl UserVerificationConfig {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cognito.UserVerificationConfig"))
    }

    /// Sets `emailBody`.
    pub fn email_body(self, email_body: impl Into<String>) -> Self {
        Self(self.0.with("emailBody", Value::of::<String>(email_body)))
    }

    /// Sets `emailStyle`.
    pub fn email_style(self, email_style: crate::aws_cognito::VerificationEmailStyle) -> Self {
        Self(self.0.with("emailStyle", Value::from(email_style)))
    }

    /// Sets `emailSubject`.
    pub fn email_subject(self, email_subject: impl Into<String>) -> Self {
        Self(self.0.with("emailSubject", Value::of::<String>(email_subject)))
    }

    /// Sets `smsMessage`.
    pub fn sms_message(self, sms_message: impl Into<String>) -> Self {
        Self(self.0.with("smsMessage", Value::of::<String>(sms_message)))
    }
}

impl Default for UserVerificationConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl From<UserVerificationConfig> for Value {
    fn from(it: UserVerificationConfig) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cognito.VerificationEmailStyle`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cognito.VerificationEmailStyle.html).
    VerificationEmailStyle = "aws-cdk-lib.aws_cognito.VerificationEmailStyle" { Code = "CODE", Link = "LINK" }
}
