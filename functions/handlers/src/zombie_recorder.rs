//! `zombie-recorder`: keeps what a hunt found.

use events::{Sightings, Zombie};
use twinhost::{Consume, Context, Document, Grant, Handler, HandlerResult, Message};

/// Stores zombies as a hunt saw them, unless a later hunt has seen them since.
#[derive(Clone, Copy, Debug)]
pub struct ZombieRecorder;

impl Handler for ZombieRecorder {
    type Event = Message<Sightings>;
    const NAME: &'static str = "zombie-recorder";
    /// One at a time: each may fill a unit of work.
    const TRIGGER: Consume = Consume { batch: 1, ..Consume::DEFAULT };
    const GRANTS: &'static [Grant] = &[Grant::ReadWrite(Zombie::COLLECTION)];

    async fn handle(&self, ctx: &Context, Message(sightings): Message<Sightings>) -> HandlerResult {
        for zombie in &sightings.zombies {
            if !seen_since(ctx, &zombie.key(), &sightings).await? {
                ctx.put(zombie)?;
            }
        }
        for key in &sightings.cleared {
            if !seen_since(ctx, key, &sightings).await? {
                ctx.delete::<Zombie>(key)?;
            }
        }
        Ok(())
    }
}

async fn seen_since(ctx: &Context, key: &str, sightings: &Sightings) -> HandlerResult<bool> {
    let stored: Option<Zombie> = ctx.get(key).await?;
    Ok(stored.is_some_and(|stored| stored.last_seen > sightings.at))
}
