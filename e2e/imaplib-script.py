"""Runs a script of calls with CPython's imaplib and prints what each one gives, as JSON.

The script comes on standard input: connections, each with its calls. Bytes are written {"bytes": "text"}.
"""

import imaplib
import json
import ssl
import sys


def argument(value):
    if isinstance(value, dict):
        return value["bytes"].encode("latin-1") if "bytes" in value else authenticator(value["answers"])
    return value


def authenticator(answers):
    left = list(answers)
    return lambda challenge: left.pop(0).encode()


def plain(value):
    """Bytes as text, as the other side has them; a literal one character a byte."""
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return value.decode("latin-1")
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], bytes):
        return {"line": plain(value[0]), "literal": value[1].decode("latin-1")}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def connect(kind, server):
    context = ssl.create_default_context(cafile=server["ca"])
    if kind == "IMAP4_SSL":
        return imaplib.IMAP4_SSL(server["host"], server["tlsPort"], ssl_context=context)
    if kind == "IMAP4_stream":
        return imaplib.IMAP4_stream(server["command"])
    M = imaplib.IMAP4(server["host"], server["port"])
    if kind == "STARTTLS":
        M.starttls(ssl_context=context)
    return M


def perform(M, call):
    name, args = call["call"], [argument(value) for value in call.get("args", [])]
    try:
        member = getattr(imaplib if call.get("module") else M, name)
        result = plain(member(*args) if callable(member) else member)
    except Exception as reason:
        kind = type(reason).__name__
        result = {"raises": kind, "message": plain(reason.args[0]) if reason.args else ""}
    return {"result": result, "state": M.state}


def main():
    request = json.load(sys.stdin)
    results = []
    for connection in request["connections"]:
        M = connect(connection["kind"], request["server"])
        results.append([perform(M, call) for call in connection["calls"]])
    print(json.dumps({"version": list(sys.version_info[:3]), "results": results}))


main()
