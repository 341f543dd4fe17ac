"""Prints the mails of a maildir as JSON: whom they are to, their subject and their text, decoded."""

import email.policy
import json
import mailbox
import re
import sys
from email.utils import getaddresses


def decoded(message):
    text = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    return {
        "to": [address for _, address in getaddresses(message.get_all("to", []))],
        "subject": message["subject"],
        # A mail's text ends with a line's end, whether or not ours does.
        "text": text.removesuffix("\n"),
    }


def factory(file):
    return email.message_from_binary_file(file, policy=email.policy.default)


def arrival(key):
    """The count of deliveries that Python's maildirs have in their file names."""
    return int(re.search(r"Q(\d+)", key).group(1))


maildir = mailbox.Maildir(sys.argv[1], factory=factory, create=True)
json.dump([decoded(maildir[key]) for key in sorted(maildir.keys(), key=arrival)], sys.stdout)
