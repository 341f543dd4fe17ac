//! What a handler sees of the world.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use secrecy::SecretSlice;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::app::App;
use crate::document::Document;
use crate::error::{HandlerError, HandlerResult, OrReject};
use crate::grant::{Grant, refusal};
use crate::mutants::Mutant;
use crate::payload::{Letter, Payload};
use crate::ports::{KeysError, Mail, Page, PortError, Ports, Principal, Query, SealContext};
use crate::tenant::TenantId;
use crate::text;
use crate::trace::Trace;
use crate::unit::{Change, Condition, NewObject, Once, Unit, Write, limits};

/// A handler's view of its event, its tenant's data and the time.
///
/// Reads see what was staged; `put`, `delete`, `publish` and `put_object` only
/// stage. Everything is scoped to the [tenant](Self::tenant): there is no way
/// to name another one's data.
pub struct Context {
    facts: Facts,
    app: App,
    ports: Ports,
    /// What earlier messages of the same run have read and staged.
    base: Seen,
    state: Mutex<State>,
}

/// What is known of an event before its handler runs.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) handler: &'static str,
    pub(crate) grants: &'static [Grant],
    pub(crate) id: String,
    pub(crate) tenant: TenantId,
    pub(crate) attempt: u32,
    pub(crate) trace: Trace,
    pub(crate) now: Timestamp,
    pub(crate) deadline: Instant,
    pub(crate) principal: Option<Principal>,
    /// Whether the event is a message or a tick, which its acknowledgement makes once-only.
    pub(crate) acknowledged: bool,
}

/// What earlier messages of a run have read and staged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    documents: Views,
    objects: HashMap<String, Bytes>,
}

/// Documents, by collection and key.
type Views = HashMap<(&'static str, String), View>;

/// A document as this run sees it.
#[derive(Clone, Debug)]
pub(crate) struct View {
    body: Option<String>,
    /// The version it will have in the store; 0 for none; unknown after a write without a read.
    version: Option<u64>,
}

#[derive(Debug)]
struct State {
    unit: Unit,
    seen: Views,
    bytes: usize,
    mails: u32,
}

impl Context {
    pub(crate) fn new(facts: Facts, app: &App, ports: &Ports, base: Seen) -> Self {
        let unit = Unit::new(facts.tenant.clone(), facts.handler);
        let state = State { unit, seen: Views::new(), bytes: 0, mails: 0 };
        Self { facts, app: app.clone(), ports: ports.clone(), base, state: Mutex::new(state) }
    }

    /// What was staged, and what the next message of the run sees.
    pub(crate) fn finish(self) -> (Unit, Seen) {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut seen = self.base;
        seen.documents.extend(state.seen);
        let staged = state.unit.objects.iter();
        seen.objects.extend(staged.map(|object| (object.key.clone(), object.bytes.clone())));
        (state.unit, seen)
    }

    /// What the next message of the run sees when this one failed.
    pub(crate) fn abandon(self) -> Seen {
        self.base
    }

    /// The event's id: the same at every delivery of the same event.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.facts.id
    }

    /// Whose data this is.
    #[must_use]
    pub const fn tenant(&self) -> &TenantId {
        &self.facts.tenant
    }

    /// Which delivery of the event this is, from 1.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.facts.attempt
    }

    /// The trace that the event is part of: its sender's, or a new one that begins with it. What is published
    /// is part of it, too.
    #[must_use]
    pub const fn trace(&self) -> &Trace {
        &self.facts.trace
    }

    /// The time at which the work on this event began. It stands still while the handler runs.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.facts.now
    }

    /// Time left before the handler is stopped.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        self.facts.deadline.saturating_duration_since(Instant::now())
    }

    /// Who is calling, behind a [`Bearer`](crate::Access::Bearer) route.
    #[must_use]
    pub const fn principal(&self) -> Option<&Principal> {
        self.facts.principal.as_ref()
    }

    /// Reads a document. Its version is remembered: if the document changes
    /// before this unit commits, the handler runs again.
    ///
    /// # Errors
    ///
    /// A retry when the store fails, a fault when the grant is missing or what is stored is not a `D`.
    pub async fn get<D: Document>(&self, key: &str) -> HandlerResult<Option<D>> {
        self.allow(Grant::Read(D::COLLECTION))?;
        let place = (D::COLLECTION, key.to_owned());
        let known =
            self.state().seen.get(&place).or_else(|| self.base.documents.get(&place)).cloned();
        let view = match known {
            Some(view) => view,
            None => {
                let stored = self.ports.documents.get(self.tenant(), D::COLLECTION, key).await;
                let stored = stored.map_err(port)?;
                let version = Some(stored.as_ref().map_or(0, |stored| stored.version));
                let view = View { body: stored.map(|stored| stored.body), version };
                self.state().seen.insert(place, view.clone());
                view
            }
        };
        view.body.map(|body| decode(&body, key)).transpose()
    }

    /// Reads a page of a collection; what this unit has staged counts.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    pub async fn query<D: Document>(&self, query: &Query) -> HandlerResult<Page<D>> {
        self.allow(Grant::Read(D::COLLECTION))?;
        let page = self.ports.documents.query(self.tenant(), D::COLLECTION, query).await;
        let mut page = page.map_err(port)?;
        let mut staged: Vec<(String, Option<String>)> = Vec::new();
        let state = self.state();
        for ((collection, key), view) in self.base.documents.iter().chain(&state.seen) {
            if *collection == D::COLLECTION {
                staged.retain(|(other, _)| other != key);
                staged.push((key.clone(), view.body.clone()));
            }
        }
        drop(state);
        text::overlay(&mut page, staged, query);
        let items = page.items.iter().map(|stored| decode(&stored.body, &stored.key));
        Ok(Page { items: items.collect::<Result<_, _>>()?, next: page.next })
    }

    /// Stages a document to be stored: if it was read before, only if it has not changed since.
    ///
    /// # Errors
    ///
    /// A fault when the grant is missing, or the document or the unit is too large.
    pub fn put<D: Document>(&self, document: &D) -> HandlerResult {
        self.allow(Grant::Write(D::COLLECTION))?;
        let body =
            serde_json::to_string(document).or_fault("a document cannot be written as JSON")?;
        let body = text::without_nul(body);
        let key = document.key();
        let size = body.len() + key.len();
        if size > limits::DOCUMENT_BYTES {
            return Err(HandlerError::fault(format!(
                "document `{}/{key}` has {size} bytes, {} are allowed; store the large part as an object",
                D::COLLECTION,
                limits::DOCUMENT_BYTES
            )));
        }
        self.write(D::COLLECTION, key, Change::Put { body, expires_at: document.expires_at() })
    }

    /// Stages a document's removal: if it was read before, only if it has not changed since.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put).
    pub fn delete<D: Document>(&self, key: &str) -> HandlerResult {
        self.allow(Grant::Write(D::COLLECTION))?;
        self.write(D::COLLECTION, key.to_owned(), Change::Delete)
    }

    /// Stages a message to every consumer of its topic.
    ///
    /// # Errors
    ///
    /// A fault when the grant is missing, or the message, its group or the unit is too large.
    pub fn publish<P: Payload>(&self, payload: &P) -> HandlerResult {
        self.send(payload, None)
    }

    /// Stages a message to every consumer of its topic, which is delivered after `delay` at the earliest, in whole
    /// seconds, 15 minutes at the most. The topic must be one [without order](crate::QueueOptions::UNORDERED).
    ///
    /// # Errors
    ///
    /// As [`publish`](Self::publish); and a fault when the delay is too long or the topic has order.
    pub fn publish_after<P: Payload>(&self, delay: Duration, payload: &P) -> HandlerResult {
        self.send(payload, Some(delay))
    }

    fn send<P: Payload>(&self, payload: &P, delay: Option<Duration>) -> HandlerResult {
        self.allow(Grant::Publish(P::TOPIC))?;
        let letter = Letter::of(payload, delay, Some(self.facts.trace))?;
        let mut state = self.state();
        for queue in self.app.queues_of(P::TOPIC) {
            state.charge(letter.bytes())?;
            let ordinal = state.unit.sends.len();
            state.unit.sends.push(letter.to(queue, derived_id(&self.facts.id, ordinal)));
        }
        Ok(())
    }

    /// Stages an object under `prefix` and answers its key, which is derived from the bytes.
    ///
    /// # Errors
    ///
    /// A fault when the grant is missing.
    pub fn put_object(&self, prefix: &'static str, bytes: Bytes) -> HandlerResult<String> {
        self.allow(Grant::WriteObjects(prefix))?;
        let key = format!("{prefix}/{}", hex::encode(Sha256::digest(&bytes)));
        let mut state = self.state();
        if !state.unit.objects.iter().any(|object| object.key == key) {
            state.unit.objects.push(NewObject { key: key.clone(), bytes });
        }
        Ok(key)
    }

    /// Reads an object that [`put_object`](Self::put_object) stored under this prefix.
    ///
    /// # Errors
    ///
    /// A retry when the store fails, a fault when the grant is missing.
    pub async fn object(&self, prefix: &'static str, key: &str) -> HandlerResult<Option<Bytes>> {
        self.allow(Grant::ReadObjects(prefix))?;
        if key.strip_prefix(prefix).is_none_or(|rest| !rest.starts_with('/')) {
            return Err(HandlerError::fault(format!("object `{key}` is not under `{prefix}/`")));
        }
        let staged =
            self.state().unit.objects.iter().find(|o| o.key == key).map(|o| o.bytes.clone());
        match staged.or_else(|| self.base.objects.get(key).cloned()) {
            Some(bytes) => Ok(Some(bytes)),
            None => self.ports.objects.get(self.tenant(), key).await.map_err(port),
        }
    }

    /// Sends a mail at once, at least once: a retry of this event sends it again under the same Message-ID.
    ///
    /// # Errors
    ///
    /// A retry when the relay fails, a fault when the grant is missing or the relay refuses for good.
    pub async fn send_mail(&self, mail: &Mail) -> HandlerResult {
        self.allow(Grant::SendMail)?;
        let ordinal = {
            let mut state = self.state();
            state.mails += 1;
            state.mails
        };
        let key = format!("{}.{ordinal}", self.facts.id);
        self.ports.mail.send(mail, &key).await.map_err(port)
    }

    /// Encrypts a small secret so that it opens only for this tenant and context.
    ///
    /// # Errors
    ///
    /// A retry when the key service fails, a fault when the grant is missing.
    pub async fn seal(&self, plain: &[u8], context: &[(&str, &str)]) -> HandlerResult<String> {
        self.allow(Grant::Seal)?;
        let context = seal_context(self.tenant(), context);
        self.ports.keys.seal(plain, &context).await.map_err(keys)
    }

    /// Decrypts what [`seal`](Self::seal) made for this tenant and the same context.
    ///
    /// # Errors
    ///
    /// A retry when the key service fails; a fault when the grant is missing or it does not open.
    pub async fn open(
        &self,
        sealed: &str,
        context: &[(&str, &str)],
    ) -> HandlerResult<SecretSlice<u8>> {
        self.allow(Grant::Open)?;
        let context = seal_context(self.tenant(), context);
        self.ports.keys.open(sealed, &context).await.map_err(keys)
    }

    /// Commits this request's effects at most once for `key`, which is remembered for `keep`.
    ///
    /// When the key was committed before, everything staged is dropped and the
    /// reply stands: a duplicate is answered like the first.
    ///
    /// # Errors
    ///
    /// A fault for a message or a tick, whose acknowledgement already makes it once-only.
    pub fn once(&self, key: impl Into<String>, keep: Duration) -> HandlerResult {
        if self.facts.acknowledged {
            let why = "`once` is for requests; messages and ticks have their effects once anyway";
            return Err(HandlerError::fault(why));
        }
        self.state().unit.once = Some(Once { key: key.into(), keep });
        Ok(())
    }

    fn allow(&self, wanted: Grant) -> HandlerResult {
        if self.facts.grants.iter().any(|grant| grant.covers(&wanted))
            || Mutant::ForgetTheGrants.on()
        {
            return Ok(());
        }
        Err(HandlerError::fault(refusal(self.facts.handler, &wanted)))
    }

    fn write(&self, collection: &'static str, key: String, change: Change) -> HandlerResult {
        if key.is_empty() || key.len() > limits::KEY_BYTES || key.contains('\0') {
            return Err(HandlerError::fault(format!(
                "a key of {} bytes in `{collection}` is not possible; use 1 to {} without NUL",
                key.len(),
                limits::KEY_BYTES
            )));
        }
        let mut state = self.state();
        let place = (collection, key);
        let staged =
            state.unit.writes.iter().any(|w| w.collection == collection && w.key == place.1);
        let version = state
            .seen
            .get(&place)
            .or_else(|| self.base.documents.get(&place))
            .and_then(|v| v.version);
        let (body, bytes) = match &change {
            Change::Put { body, .. } => (Some(body.clone()), body.len()),
            Change::Delete => (None, 0),
        };
        if staged {
            state.grow(bytes)?;
        } else {
            state.charge(bytes + place.1.len())?;
        }
        let condition = match version {
            None => Condition::Any,
            Some(0) => Condition::Absent,
            Some(version) => Condition::Version(version),
        };
        let next = match (&body, version) {
            (None, _) => Some(0),
            (Some(_), None) => None,
            (Some(_), Some(version)) if staged => Some(version.max(1)),
            (Some(_), Some(version)) => Some(version + 1),
        };
        state.unit.stage(Write { collection, key: place.1.clone(), condition, change });
        state.seen.insert(place, View { body, version: next });
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Counts one more action of so many bytes.
    fn charge(&mut self, bytes: usize) -> HandlerResult {
        if self.unit.writes.len() + self.unit.sends.len() >= limits::ACTIONS {
            return Err(HandlerError::fault(format!(
                "a unit of work has at most {} writes and sends; publish the rest as a message to yourself",
                limits::ACTIONS
            )));
        }
        self.grow(bytes)
    }

    fn grow(&mut self, bytes: usize) -> HandlerResult {
        self.bytes += bytes;
        if self.bytes > limits::BYTES {
            return Err(HandlerError::fault(format!(
                "a unit of work has at most {} bytes, this one has {}",
                limits::BYTES,
                self.bytes
            )));
        }
        Ok(())
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("facts", &self.facts).finish_non_exhaustive()
    }
}

/// The context a tenant's secret is sealed with: what the caller gives, and the tenant.
#[must_use]
pub fn seal_context(tenant: &TenantId, context: &[(&str, &str)]) -> SealContext {
    let tenant = if Mutant::SealForAnyTenant.on() { "any" } else { tenant.as_str() };
    let pairs = context.iter().copied().chain([("tenant", tenant)]);
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The id of the `ordinal`th message that an event causes: a re-run of the event sends the same.
fn derived_id(event: &str, ordinal: usize) -> String {
    let digest = Sha256::new().chain_update(event).chain_update(ordinal.to_be_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

fn decode<D: Document>(body: &str, key: &str) -> HandlerResult<D> {
    serde_json::from_str(body)
        .or_fault(format!("`{}/{key}` is stored in a form this version cannot read", D::COLLECTION))
}

fn port(error: PortError) -> HandlerError {
    match &error {
        PortError::Invalid { .. } => HandlerError::fault(String::new()).with_source(error),
        PortError::Unavailable { .. } => error.into(),
    }
}

fn keys(error: KeysError) -> HandlerError {
    match &error {
        KeysError::Unavailable(_) => error.into(),
        KeysError::Invalid | KeysError::UnknownKey(_) => {
            HandlerError::fault(String::new()).with_source(error)
        }
    }
}
