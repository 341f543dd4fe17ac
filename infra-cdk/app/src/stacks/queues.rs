//! The queue of a handler, and where its messages go when they are given up.

use aws_cdk::aws_sqs::{DeadLetterQueue, Queue, QueueEncryption, QueueProps};
use aws_cdk::{Duration, Stack};
use jsii::Error;
use twinhost::manifest::{HandlerManifest, Trigger};

use super::{Plan, id};
use crate::naming::{most_receives, visibility};

/// Days that a dead letter waits for somebody: the most that SQS allows.
const DEAD_DAYS: u32 = 14;

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
        let Some(options) = handler.trigger.queue() else { return Ok(None) };
        let kernel = stack.object().kernel();
        let (name, id) = (handler.name, id(handler.name));
        let props = || QueueProps::new().encryption(QueueEncryption::SqsManaged).enforce_ssl(true);
        // SQS wants a queue and its dead-letter queue to be of one kind, and no word of it for a standard queue.
        let of_kind = || if options.ordered { props().fifo(true) } else { props() };
        let dead = of_kind()
            .queue_name(plan.names.dead_letters(handler))
            .retention_period(Duration::days(kernel, DEAD_DAYS)?);
        let dead_letters = Queue::new(stack, format!("{id}DeadLetters"), dead)?;
        let mut live = of_kind()
            .queue_name(plan.names.queue(handler))
            .retention_period(Duration::seconds(kernel, seconds(options.retention.as_secs()))?)
            .visibility_timeout(Duration::seconds(kernel, seconds(visibility(handler)))?)
            .dead_letter_queue(DeadLetterQueue::new(most_receives(handler), &dead_letters));
        if !options.delay.is_zero() {
            live =
                live.delivery_delay(Duration::seconds(kernel, seconds(options.delay.as_secs()))?);
        }
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
