//! The queue of a handler, and where its messages go when they are given up.

use aws_cdk::aws_sqs::{DeadLetterQueue, Queue, QueueEncryption, QueueProps};
use aws_cdk::{Duration, Stack};
use jsii::Error;
use twinhost::manifest::{HandlerManifest, Trigger};

use super::{Plan, id};
use crate::naming::{most_receives, visibility};

/// Days that a dead letter waits for somebody: the most that SQS allows.
const DEAD_DAYS: u32 = 14;
/// Days that a message waits for its handler: the most, too, so that it is still there after a long repair.
const DAYS: u32 = 14;

/// The queues of one handler.
pub(super) struct Queues {
    pub(super) queue: Queue,
    pub(super) dead_letters: Queue,
    /// Of a schedule: what EventBridge could not hand over. It writes to standard queues only.
    pub(super) unfired: Option<Queue>,
}

impl Queues {
    /// The queues of a handler that has some.
    pub(super) fn new(
        stack: &Stack,
        plan: &Plan<'_>,
        handler: &HandlerManifest,
    ) -> Result<Option<Self>, Error> {
        if handler.trigger.max_receives().is_none() {
            return Ok(None);
        }
        let kernel = stack.object().kernel();
        let (name, id) = (handler.name, id(handler.name));
        let props = || QueueProps::new().encryption(QueueEncryption::SqsManaged).enforce_ssl(true);
        let dead = props()
            .queue_name(plan.names.dead_letters(name))
            .fifo(true)
            .retention_period(Duration::days(kernel, DEAD_DAYS)?);
        let dead_letters = Queue::new(stack, format!("{id}DeadLetters"), dead)?;
        let live = props()
            .queue_name(plan.names.queue(name))
            .fifo(true)
            .retention_period(Duration::days(kernel, DAYS)?)
            .visibility_timeout(Duration::seconds(kernel, seconds(visibility(handler)))?)
            .dead_letter_queue(DeadLetterQueue::new(most_receives(handler), &dead_letters));
        let queue = Queue::new(stack, format!("{id}Queue"), live)?;
        let unfired = match handler.trigger {
            Trigger::Schedule { .. } => {
                let props = props()
                    .queue_name(plan.names.unfired(name))
                    .retention_period(Duration::days(kernel, DEAD_DAYS)?);
                Some(Queue::new(stack, format!("{id}Unfired"), props)?)
            }
            Trigger::Route { .. } | Trigger::Consume { .. } => None,
        };
        Ok(Some(Self { queue, dead_letters, unfired }))
    }
}

/// Seconds as JavaScript's number. They are few enough.
#[expect(clippy::cast_precision_loss, reason = "AWS allows no more than days")]
pub(super) const fn seconds(seconds: u64) -> f64 {
    seconds as f64
}
