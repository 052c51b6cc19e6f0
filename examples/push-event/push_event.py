"""Pushes "an order is paid" for one person: python3 push_event.py <stage> <unionid> [<order number>]"""

import json
import sys
import time
from datetime import datetime, timedelta, timezone

import boto3

if len(sys.argv) not in (3, 4):
    sys.exit("usage: python3 push_event.py <stage> <unionid> [<order number>]")
stage, unionid = sys.argv[1:3]
order = sys.argv[3] if len(sys.argv) == 4 else str(int(time.time()))

event = {
    # From the order, never random: pushed again, it is still one message on the phone.
    "id": f"order-{order}:paid",
    "to": {"unionid": unionid},
    # With several Official Accounts: the name of the one that sends it, or any, the first that reaches the person.
    # "from": "brand",
    "template": "order-paid",
    "data": {"character_string1": order, "amount2": "¥88.00", "time3": "2026-11-22 09:30"},
    "page": f"pages/order/detail?id={order}",
    "url": f"https://shop.example.com/orders/{order}",
    "expiresAt": (datetime.now(timezone.utc) + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ"),
}

sqs = boto3.client("sqs")
queue_url = sqs.get_queue_url(QueueName=f"queqiao-{stage}-events")["QueueUrl"]
sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(event))
print(event["id"])
