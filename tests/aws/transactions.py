"""moto's transactions without a copy of the whole table for each.

moto copies every table that a transaction touches, to be able to take it back: at thousands of items, seconds for each.
Here only the items that the transaction names are copied.
"""

import copy
import types

from moto.dynamodb import models as dynamodb
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

transact = dynamodb.DynamoDBBackend.transact_write_items


def install():
    deepcopy = lambda value: value if isinstance(value, Table) else copy.deepcopy(value)
    dynamodb.copy = types.SimpleNamespace(copy=copy.copy, deepcopy=deepcopy)
    dynamodb.DynamoDBBackend.transact_write_items = transact_write_items


def transact_write_items(backend, actions):
    before = [place_of(backend, action) for ((_, action),) in map(dict.items, actions)]
    before = [(items, key, copy.deepcopy(items.get(key))) for items, key in filter(None, before)]
    try:
        transact(backend, actions)
    except Exception:
        for items, key, item in before:
            if item is None:
                items.pop(key, None)
            else:
                items[key] = item
        raise


def place_of(backend, action):
    """Where a table keeps the item that an action is about."""
    table = backend.tables.get(action.get("TableName"))
    if table is None:
        return None
    attributes = action.get("Item") or action["Key"]
    hash_key, range_key = (DynamoType(attributes[name]) for name in (table.hash_key_attr, table.range_key_attr))
    return table.items[hash_key], range_key
