# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""A server on loopback that behaves well or badly, by path. Prints its port and ends with its standard input.

python3 server.py FOLDER [CERTIFICATE KEY [TLS-VERSION]]: FOLDER is served below /files/.
"""
import http.server
import ssl
import subprocess
import sys
import tempfile
import threading
import time

active = 0
most = 0
lock = threading.Lock()
counts = {}


kept = {}


def openssl(body, arguments):
    """What a service of the openssl command answers; nothing when it fails."""
    with tempfile.TemporaryDirectory() as place:
        names = {"in": f"{place}/in", "out": f"{place}/out"}
        with open(names["in"], "wb") as file:
            file.write(body)
        subprocess.run(["openssl"] + [part.format(**names) for part in arguments], capture_output=True, cwd=folder)
        try:
            with open(names["out"], "rb") as file:
                return file.read()
        except OSError:
            return b""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, body=b"", status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        global active, most
        path, _, query = self.path.partition("?")
        with lock:
            counts[path] = counts.get(path, 0) + 1
        if path == "/plain":
            self.answer(b"plain", Content_Type="text/plain")
        elif path == "/count":
            self.answer(str(counts.get(query, 0)).encode())
        elif path == "/bytes":
            self.answer(b"x" * int(query))
        elif path == "/endless":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
            except OSError:
                self.close_connection = True
        elif path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"short")
            self.close_connection = True
        elif path == "/slow":
            time.sleep(float(query))
            try:
                self.answer(b"late")
            except OSError:
                self.close_connection = True
        elif path == "/drip":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            try:
                for _ in range(1000):
                    self.wfile.write(b"x")
                    time.sleep(0.05)
            except OSError:
                self.close_connection = True
        elif path == "/concurrent":
            with lock:
                active += 1
                most = max(most, active)
            time.sleep(0.1)
            with lock:
                active -= 1
            self.answer(str(most).encode())
        elif path == "/status":
            self.answer(status=int(query))
        elif path == "/flaky":
            self.answer(b"at last" if counts[path] >= int(query) else b"", 200 if counts[path] >= int(query) else 503)
        elif path == "/slow-redirect":
            time.sleep(float(query))
            self.answer(status=302, Location=f"/slow?{query}")
        elif path == "/redirect":
            self.answer(status=302, Location=query)
        elif path == "/chain":
            left = int(query)
            self.answer(status=302, Location=f"/chain?{left - 1}" if left > 1 else "/plain")
        elif path == "/proxied" or self.path.startswith("http://"):
            self.answer(b"through the proxy: " + self.path.encode())
        elif path.startswith("/files/"):
            name = path[len("/files/"):]
            try:
                with open(f"{folder}/{name}", "rb") as file:
                    self.answer(file.read())
            except OSError:
                self.answer(status=404)
        else:
            self.answer(status=404)

    def do_POST(self):
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if path == "/echo":
            self.answer(body, Content_Type=self.headers["Content-Type"])
        elif path == "/tsa":
            self.answer(openssl(body, ["ts", "-reply", "-queryfile", "{in}", "-config", f"{folder}/{query or 'tsa.cnf'}",
                                       "-out", "{out}"]), Content_Type="application/timestamp-reply")
        elif path == "/same":
            # The first answer again and again: right once, an answer to another question ever after.
            with lock:
                kept.setdefault(path, openssl(body, ["ts", "-reply", "-queryfile", "{in}", "-config",
                                                     f"{folder}/tsa.cnf", "-out", "{out}"]))
            self.answer(kept[path])
        elif path == "/ocsp":
            self.answer(openssl(body, ["ocsp", "-index", f"{folder}/index.txt", "-CA", f"{folder}/issuer.pem",
                                       "-rsigner", f"{folder}/{query or 'responder.pem'}", "-rkey", f"{folder}/responder.key",
                                       "-ndays", "1", "-reqin", "{in}", "-respout", "{out}"]))
        elif path == "/later":
            self.answer(bytes.fromhex("30030a0103"))
        elif path == "/unauthorized":
            self.answer(bytes.fromhex("30030a0106"))
        elif path == "/refusing":
            self.answer(bytes.fromhex("30053003020102"))
        elif path == "/status":
            with lock:
                counts[path] = counts.get(path, 0) + 1
            self.answer(status=int(query))
        elif path.startswith("/moved"):
            self.answer(status=int(path[len("/moved"):]), Location="/echo")
        else:
            self.answer(status=404)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


folder = sys.argv[1]
server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    if len(sys.argv) > 4:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = getattr(ssl.TLSVersion, sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
