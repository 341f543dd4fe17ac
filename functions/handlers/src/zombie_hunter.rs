//! `zombie-hunter`: starts a hunt for idle resources, once a day.

use events::HuntRequest;
use twinhost::{Context, Grant, Handler, HandlerResult, Payload, Schedule, Tick};

use crate::telling::utc_date;

/// Asks the [scanner](crate::ZombieScanner) to look into all of a tenant's accounts.
#[derive(Clone, Copy, Debug)]
pub struct ZombieHunter;

impl Handler for ZombieHunter {
    type Event = Tick;
    const NAME: &'static str = "zombie-hunter";
    const TRIGGER: Schedule = Schedule::each_tenant("cron(0 8 * * ? *)");
    const GRANTS: &'static [Grant] = &[Grant::Publish(HuntRequest::TOPIC)];

    async fn handle(&self, ctx: &Context, tick: Tick) -> HandlerResult {
        let date = utc_date(tick.scheduled_at);
        ctx.publish(&HuntRequest::Accounts { date, cursor: None })
    }
}
