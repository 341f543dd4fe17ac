"""SQS's promises where moto is laxer, and a clock that can be moved.

- A FIFO queue gives out, of each order group, the longest leading run whose messages are all visible; a run is not
  broken up for another group's.
- It refuses to delete by a receipt that has expired, or extend by one that is not the latest.
- It remembers de-duplication ids for five minutes from the first send, those of deleted messages too.
- Sequence numbers increase.
- System attributes travel with messages that are sent several in a call, too.
- Functions that a queue is mapped to are run by Lambda, not by the queue.
"""

import copy
import itertools
import threading

from moto.core import utils
from moto.sqs import models as sqs
from moto.sqs.exceptions import ReceiptHandleIsInvalid, SQSException

add_message = sqs.Queue.add_message
delete_message = sqs.Queue.delete_message
receive_message = sqs.SQSBackend.receive_message
send_message = sqs.SQSBackend.send_message
send_message_batch = sqs.SQSBackend.send_message_batch
change_visibility = sqs.SQSBackend.change_message_visibility

sequence = itertools.count(10**19)


class Clock:
    """moto's queues tell the time by it."""

    ahead = 0.0

    def seconds(self, at=None):
        return utils.unix_time(at) + (0 if at else self.ahead)

    def millis(self, at=None):
        return self.seconds(at) * 1000.0


class ReceiptHandleExpired(ReceiptHandleIsInvalid):
    def __init__(self, handle):
        reason = f"Value {handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."
        SQSException.__init__(self, "InvalidParameterValue", reason)


def install():
    """Mends moto; answers the clock of all queues."""
    clock = Clock()
    sqs.unix_time, sqs.unix_time_millis = clock.seconds, clock.millis

    def add_unless_known(queue, message):
        known = queue.__dict__.setdefault("known", {})
        now, name = clock.seconds(), message.deduplication_id
        if name is None or now - known.get(name, float("-inf")) >= sqs.DEDUPLICATION_TIME_IN_SECONDS:
            known[name] = now
            if queue.fifo_queue:
                message.sequence_number = str(next(sequence))
            add_message(queue, message)

    sqs.Queue.add_message = add_unless_known
    sqs.Queue.lambda_event_source_mappings = property(lambda queue: {}, lambda queue, mappings: None)
    sqs.Queue.delete_message = delete_unless_expired
    sqs.SQSBackend.receive_message = receive
    sqs.SQSBackend.send_message = send
    sqs.SQSBackend.send_message_batch = send_batch
    sqs.SQSBackend.change_message_visibility = change_visibility_of_latest
    return clock


# The system attributes of the messages of the call that a thread is about, in order.
in_call = threading.local()


def send_batch(backend, queue_name, entries):
    in_call.attributes = [entry.get("MessageSystemAttributes") for entry in entries.values()]
    try:
        return send_message_batch(backend, queue_name, entries)
    finally:
        del in_call.attributes


def send(backend, queue_name, message_body, **rest):
    if hasattr(in_call, "attributes"):
        rest["system_attributes"] = in_call.attributes.pop(0)
    return send_message(backend, queue_name, message_body, **rest)


def receive(backend, queue_name, count, wait, visibility_timeout, attribute_names=None):
    queue = backend.get_queue(queue_name)
    if not queue.fifo_queue:
        return receive_message(backend, queue_name, count, wait, visibility_timeout, attribute_names)
    received = []
    for message in deliverable(queue)[:count]:
        message.mark_received(visibility_timeout=visibility_timeout)
        seen = copy.deepcopy(message)
        sqs._filter_message_attributes(seen, attribute_names or [])
        received.append(seen)
    return received


def deliverable(queue):
    """The leading run of each group, group by group. What was received too often leaves for the dead letters."""
    runs, blocked = {}, set()
    for message in list(queue._messages):
        if message.group_id in blocked:
            continue
        if not message.visible or message.delayed:
            blocked.add(message.group_id)
        elif is_spent(queue, message):
            queue._messages.remove(message)
            queue.dead_letter_queue.add_message(message)
        else:
            runs.setdefault(message.group_id, []).append(message)
    return [message for run in runs.values() for message in run]


def is_spent(queue, message):
    if queue.dead_letter_queue is None or not queue.redrive_policy:
        return False
    return message.approximate_receive_count >= queue.redrive_policy["maxReceiveCount"]


def delete_unless_expired(queue, handle):
    for message in queue._messages if queue.fifo_queue else []:
        if message.had_receipt_handle(handle) and (message.visible or message.receipt_handle != handle):
            raise ReceiptHandleExpired(handle)
    delete_message(queue, handle)


def change_visibility_of_latest(backend, queue_name, receipt_handle, visibility_timeout):
    queue = backend.get_queue(queue_name)
    for message in queue._messages if queue.fifo_queue else []:
        if message.had_receipt_handle(receipt_handle) and message.receipt_handle != receipt_handle:
            raise ReceiptHandleExpired(receipt_handle)
    change_visibility(backend, queue_name, receipt_handle, visibility_timeout)


def peek(name):
    """The messages of a queue, by name, oldest first; `visible_in` is in milliseconds."""
    now = sqs.unix_time_millis()
    regions = (backend for account in sqs.sqs_backends.values() for backend in account.values())
    queue = next(backend.queues[name] for backend in regions if name in backend.queues)
    return [
        {
            "id": message.id,
            "body": message.body,
            "group": message.group_id,
            "receive_count": message.approximate_receive_count,
            "sent_at": message.sent_timestamp,
            "visible_in": max(message.visible_at, message.delayed_until, now) - now,
            "attributes": {key: value.get("StringValue") for key, value in message.message_attributes.items()},
        }
        for message in queue._messages
    ]
