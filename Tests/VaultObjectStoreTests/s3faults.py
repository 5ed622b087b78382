# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""A gateway on loopback that stands before another one and fails as it is told. Prints its port and ends with its standard
input.

python3 s3faults.py PORT: requests are passed on to PORT. Commands, a line each, answered with `ok` or a number:
  fail FAULT METHOD COUNT SKIP   after SKIP requests of a METHOD (or ANY) the next COUNT fail in this way; -1 for all
  requests                       how many came
  elsewhere                      how many followed a redirect
"""
import http.client
import socket
import struct
import sys
import threading
import time

upstream = int(sys.argv[1])
lock = threading.Lock()
state = {"fault": "none", "method": "ANY", "count": 0, "skip": 0, "requests": 0, "elsewhere": 0}
held = []


def fault_for(method):
    with lock:
        state["requests"] += 1
        if state["count"] == 0 or state["method"] not in ("ANY", method):
            return "none"
        if state["skip"] > 0:
            state["skip"] -= 1
            return "none"
        if state["count"] > 0:
            state["count"] -= 1
        return state["fault"]


def read_request(connection, buffer):
    while b"\r\n\r\n" not in buffer:
        data = connection.recv(65536)
        if not data:
            return None
        buffer += data
    head, _, body = bytes(buffer).partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ", 2)
    headers = [tuple(line.split(": ", 1)) for line in lines[1:] if ": " in line]
    lower = {name.lower(): value for name, value in headers}
    length = int(lower.get("content-length", "0"))
    if lower.get("expect", "").lower() == "100-continue" and len(body) < length:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    parts, have = [body], len(body)
    while have < length:
        data = connection.recv(1 << 20)
        if not data:
            return None
        parts.append(data)
        have += len(data)
    return method, target, headers, b"".join(parts)


def passed_on(method, target, headers, body):
    connection = http.client.HTTPConnection("127.0.0.1", upstream, timeout=60)
    connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in headers:
        if name.lower() not in ("expect", "connection"):
            connection.putheader(name, value)
    connection.endheaders()
    if body:
        connection.send(body)
    answer = connection.getresponse()
    octets = answer.read()
    connection.close()
    return answer.status, answer.getheaders(), octets


def head_of(status, headers, length):
    lines = [f"HTTP/1.1 {status} Answer"]
    lines += [f"{name}: {value}" for name, value in headers
              if name.lower() not in ("content-length", "transfer-encoding", "connection")]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def changed(octets):
    return octets[:len(octets) // 2] + bytes([octets[len(octets) // 2] ^ 1]) + octets[len(octets) // 2 + 1:] if octets else octets


def flood(connection, first, piece):
    connection.sendall(first)
    while True:
        connection.sendall(piece)


LIES = {
    "html": (200, b"<html><body>Welcome!</body></html>"),
    "bomb": (200, b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "' + b"x" * 1000 + b'"><!ENTITY c "'
             + b"&b;" * 1000 + b'">]><ListBucketResult>' + b"&c;" * 1000 + b"</ListBucketResult>"),
    "deep": (200, b"<ListBucketResult>" + b"<a>" * 100000),
    "many": (200, b"<ListBucketResult>" + b"<Contents><Key>k</Key></Contents>" * 60000 + b"</ListBucketResult>"),
    "unordered": (200, b"<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>zzz</Key></Contents>"
                  b"<Contents><Key>aaa</Key></Contents></ListBucketResult>"),
    "no-end": (200, b"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"),
    "empty": (200, b""),
    "failed-200": (200, b"<Error><Code>InternalError</Code></Error>"),
    "500": (500, b"<Error><Code>InternalError</Code><Message>secret words of a server</Message></Error>"),
    "503": (503, b"<Error><Code>SlowDown</Code></Error>"),
    "403": (403, b"<Error><Code>AccessDenied</Code></Error>"),
    "507": (507, b"<Error><Code>QuotaExceeded</Code></Error>"),
    "no-bucket": (404, b"<Error><Code>NoSuchBucket</Code></Error>"),
    "huge-error": (500, b"<Error>" + b"x" * 10_000_000),
}


def served(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while True:
        request = read_request(connection, bytearray())
        if request is None:
            return
        method, target, headers, body = request
        if target.startswith("/elsewhere"):
            with lock:
                state["elsewhere"] += 1
        fault = fault_for(method)
        if fault in LIES:
            status, octets = LIES[fault]
            connection.sendall(head_of(status, [("Content-Type", "application/xml")], len(octets)))
            connection.sendall(octets)
            continue
        if fault == "reset":
            return reset(connection)
        if fault == "silent":
            # Half open: the connection stands, and nobody is behind it.
            held.append(connection)
            time.sleep(3600)
        if fault == "redirect":
            port = connection.getsockname()[1]
            connection.sendall(head_of(307, [("Location", f"http://127.0.0.1:{port}/elsewhere")], 0))
            continue
        if fault == "endless":
            return flood(connection, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"400\r\n" + b"x" * 1024 + b"\r\n")
        if fault == "endless-length":
            return flood(connection, head_of(200, [], 10 ** 15), b"x" * 65536)
        if fault == "endless-headers":
            return flood(connection, b"HTTP/1.1 200 OK\r\n", b"X-Field: " + b"x" * 1000 + b"\r\n")
        if fault == "garbage":
            connection.sendall(bytes(range(256)) * 10)
            return connection.close()
        if fault == "delay":
            time.sleep(0.5)
        if fault == "changed-upload":
            body = changed(body)
        status, answered, octets = passed_on(method, target, headers, body)
        if fault == "reset-after":
            return reset(connection)
        if fault == "500-after":
            connection.sendall(head_of(500, [], 0))
            continue
        if fault == "changed" and method == "GET":
            octets = changed(octets)
        length = next((value for name, value in answered if name.lower() == "content-length"), str(len(octets)))
        if fault == "another-size":
            answered = [(name, value + "0" if name.lower() == "content-range" else value) for name, value in answered]
        if fault == "no-length":
            length = None
        if fault == "whole":
            status, answered = 200, [pair for pair in answered if pair[0].lower() != "content-range"]
        if fault == "other-range":
            answered = [(name, value.replace("bytes ", "bytes 1") if name.lower() == "content-range" else value)
                        for name, value in answered]
        if status == 204:
            length = "0"
        connection.sendall(head_of(status, answered, length))
        if fault == "cut":
            connection.sendall(octets[:len(octets) // 2])
            return reset(connection)
        if fault == "drip":
            for index in range(len(octets)):
                connection.sendall(octets[index:index + 1])
                time.sleep(0.2)
            continue
        connection.sendall(octets)
        if fault == "no-length":
            return connection.close()


def guarded(connection):
    try:
        served(connection)
    except (OSError, ValueError, http.client.HTTPException):
        pass
    finally:
        if connection not in held:
            connection.close()


def listen(listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=guarded, args=(connection,), daemon=True).start()


listener = socket.create_server(("127.0.0.1", 0), backlog=128)
print(listener.getsockname()[1], flush=True)
threading.Thread(target=listen, args=(listener,), daemon=True).start()
for line in sys.stdin:
    words = line.split()
    with lock:
        if words[0] == "fail":
            state.update(fault=words[1], method=words[2], count=int(words[3]), skip=int(words[4]))
            print("ok", flush=True)
        else:
            print(state[words[0]], flush=True)
