"""A text gets a text, a follower a welcome, all else nothing, as wechatpy's page shows it."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.utils import check_signature

accounts = json.loads(os.environ["ACCOUNTS"])


def reply_to(message):
    if message.type == "text":
        return create_reply("you said " + message.content, message)
    if message.type == "event" and message.event == "subscribe":
        return create_reply("welcome", message)
    return create_reply("")


def answer(account, query, body):
    signature, timestamp, nonce = query["signature"], query["timestamp"], query["nonce"]
    check_signature(account["token"], signature, timestamp, nonce)
    if query.get("encrypt_type", "raw") == "raw":
        return reply_to(parse_message(body)).render()
    crypto = WeChatCrypto(account["token"], account["encodingAESKey"], account["appid"])
    message = parse_message(crypto.decrypt_message(body, query["msg_signature"], timestamp, nonce))
    return crypto.encrypt_message(reply_to(message).render(), nonce, timestamp)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            self.send(200, answer(accounts[url.path], query, body))
        except (InvalidSignatureException, InvalidAppIdException):
            self.send(403, "")

    def send(self, status, text):
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
