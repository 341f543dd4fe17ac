//! The messages that an occurrence of a schedule is, the same whoever fires it and however often.

use crate::handler::Tick;
use crate::ports::{Documents, PortError, Query};
use crate::tenant::TenantId;
use crate::trigger::{Overlap, Schedule, Scope};
use crate::unit::Outgoing;

/// The system tenant's list of tenants; a document's key is a tenant's name.
const TENANTS: &str = "tenants";

/// The order group of ticks that may not overlap: one at a time for each tenant.
const GROUP: &str = "ticks";

/// The messages of one tick, for the queue of the schedule's `handler`: one for each tenant, or one
/// for the system.
///
/// # Errors
///
/// When the list of tenants cannot be read.
pub async fn messages(
    documents: &dyn Documents,
    handler: &str,
    schedule: &Schedule,
    tick: &Tick,
) -> Result<Vec<(TenantId, Outgoing)>, PortError> {
    let tenants = match schedule.scope {
        Scope::Once => vec![TenantId::system()],
        Scope::EachTenant => tenants(documents).await?,
    };
    let body = serde_json::to_string(tick)
        .map_err(|error| PortError::invalid("a tick", error.to_string()))?;
    let group = match schedule.overlap {
        Overlap::Queue | Overlap::Skip => GROUP.to_owned(),
        Overlap::Allow => format!("{GROUP}@{}", tick.scheduled_at),
    };
    let messages = tenants.into_iter().map(|tenant| {
        let id = format!("{handler}@{}@{tenant}", tick.scheduled_at);
        let outgoing = Outgoing {
            id: id.clone(),
            queue: handler.to_owned(),
            group: group.clone(),
            deduplication_id: Some(id),
            body: body.clone(),
            ..Outgoing::default()
        };
        (tenant, outgoing)
    });
    Ok(messages.collect())
}

async fn tenants(documents: &dyn Documents) -> Result<Vec<TenantId>, PortError> {
    let mut tenants = Vec::new();
    let mut query = Query { limit: 1000, ..Query::default() };
    loop {
        let page = documents.query(&TenantId::system(), TENANTS, &query).await?;
        tenants.extend(page.items.iter().filter_map(|stored| stored.key.parse().ok()));
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => return Ok(tenants),
        }
    }
}
