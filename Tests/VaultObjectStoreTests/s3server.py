# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""An object store in memory on loopback that speaks S3 and checks every signature with code of its own. Prints its port
and ends with its standard input.

python3 s3server.py [no-conditions | tls CERTIFICATE KEY]: with the first word it answers If-None-Match with 501, as some
servers do.
"""
import hashlib
import hmac
import http.server
import itertools
import ssl
import sys
import threading
import time
import urllib.parse
from xml.sax.saxutils import escape

ACCESS, SECRET = "vaultkey", "vaultsecret"
conditions = "no-conditions" not in sys.argv
lock = threading.Lock()
objects, uploads = {}, {}
numbers = itertools.count()
XML = '<?xml version="1.0" encoding="UTF-8"?>'


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))


class Refused(Exception):
    def __init__(self, status, code):
        super().__init__(code)
        self.status, self.code = status, code


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def document(self, text):
        self.answer(200, (XML + text).encode(), Content_Type="application/xml")

    def check_signature(self, path, query, body):
        """AWS Signature Version 4, written after its description and sharing no code with what is tested."""
        digest = self.headers.get("x-amz-content-sha256", "")
        if digest != hashlib.sha256(body).hexdigest():
            raise Refused(400, "XAmzContentSHA256Mismatch")
        kind, _, rest = self.headers.get("Authorization", "").partition(" ")
        fields = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
        if kind != "AWS4-HMAC-SHA256" or "Credential" not in fields:
            raise Refused(403, "AccessDenied")
        access, date, region, service, last = fields["Credential"].split("/")
        names = fields["SignedHeaders"].split(";")
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
        quote = lambda text: urllib.parse.quote(text, safe="-_.~")
        canonical = "\n".join([
            self.command, urllib.parse.quote(urllib.parse.unquote(path), safe="/-_.~"),
            "&".join(sorted(f"{quote(name)}={quote(value)}" for name, value in pairs)),
            *(f"{name}:{' '.join(self.headers.get(name, '').split())}" for name in names), "", ";".join(names), digest])
        scope = f"{date}/{region}/{service}/{last}"
        text = "\n".join(["AWS4-HMAC-SHA256", self.headers.get("x-amz-date", ""), scope,
                          hashlib.sha256(canonical.encode()).hexdigest()])
        key = b"AWS4" + SECRET.encode()
        for part in (date, region, service, last):
            key = hmac.new(key, part.encode(), "sha256").digest()
        if access != ACCESS or "host" not in names or "x-amz-content-sha256" not in names or not hmac.compare_digest(
                hmac.new(key, text.encode(), "sha256").hexdigest(), fields["Signature"]):
            raise Refused(403, "SignatureDoesNotMatch")

    def handle_one(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        path, _, query = self.path.partition("?")
        try:
            self.check_signature(path, query, body)
            bucket, _, key = path[1:].partition("/")
            if bucket != "vaults":
                raise Refused(404, "NoSuchBucket")
            parameters = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
            getattr(self, f"{self.command.lower()}_{'object' if key else 'bucket'}")(key, parameters, body)
        except Refused as refused:
            self.answer(refused.status, f"{XML}<Error><Code>{refused.code}</Code></Error>".encode(),
                        Content_Type="application/xml")

    do_GET = do_PUT = do_POST = do_DELETE = handle_one

    def put_object(self, key, parameters, body):
        tag = f'"{hashlib.md5(body).hexdigest()}"'
        with lock:
            if "uploadId" in parameters:
                if parameters["uploadId"] not in uploads:
                    raise Refused(404, "NoSuchUpload")
                uploads[parameters["uploadId"]]["parts"][int(parameters["partNumber"])] = (tag, body)
            else:
                if self.headers.get("If-None-Match"):
                    if not conditions:
                        raise Refused(501, "NotImplemented")
                    if key in objects:
                        raise Refused(412, "PreconditionFailed")
                objects[key] = (body, self.headers.get("x-amz-meta-upload", ""), time.time())
        self.answer(200, ETag=tag)

    def post_object(self, key, parameters, body):
        with lock:
            if "uploads" in parameters:
                # Never the same twice: with one id two uploads of one key would end each other.
                name = f"2~{next(numbers)}-{hashlib.md5(key.encode()).hexdigest()}"
                uploads[name] = {"key": key, "parts": {}, "begun": time.time(),
                                 "upload": self.headers.get("x-amz-meta-upload", "")}
                text = f"<InitiateMultipartUploadResult><UploadId>{name}</UploadId></InitiateMultipartUploadResult>"
            else:
                upload = uploads.get(parameters.get("uploadId"))
                if upload is None or upload["key"] != key:
                    raise Refused(404, "NoSuchUpload")
                asked = body.decode().count("<Part>")
                parts = upload["parts"]
                if asked != len(parts) or any(escape(tag, {'"': "&quot;"}) not in body.decode() for tag, _ in parts.values()):
                    raise Refused(400, "InvalidPart")
                whole = b"".join(parts[number][1] for number in sorted(parts))
                objects[key] = (whole, upload["upload"], time.time())
                del uploads[parameters["uploadId"]]
                text = "<CompleteMultipartUploadResult><ETag>&quot;x&quot;</ETag></CompleteMultipartUploadResult>"
        self.document(text)

    def get_object(self, key, parameters, body):
        with lock:
            found = objects.get(key)
        if found is None:
            raise Refused(404, "NoSuchKey")
        octets, wanted = found[0], self.headers.get("Range")
        if wanted is None:
            return self.answer(200, octets, ETag='"x"', x_amz_meta_upload=found[1])
        first, last = wanted.removeprefix("bytes=").split("-")
        first, last = int(first), min(int(last), len(octets) - 1)
        if first >= len(octets):
            raise Refused(416, "InvalidRange")
        self.answer(206, octets[first:last + 1], Content_Range=f"bytes {first}-{last}/{len(octets)}", ETag='"x"',
                    x_amz_meta_upload=found[1])

    def delete_object(self, key, parameters, body):
        with lock:
            if "uploadId" in parameters:
                if uploads.pop(parameters["uploadId"], None) is None:
                    raise Refused(404, "NoSuchUpload")
            else:
                objects.pop(key, None)
        self.answer(204)

    def get_bucket(self, key, parameters, body):
        prefix = parameters.get("prefix", "")
        with lock:
            if "uploads" in parameters:
                marker = (parameters.get("key-marker", ""), parameters.get("upload-id-marker", ""))
                found = sorted((upload["key"], name, upload["begun"]) for name, upload in uploads.items()
                               if upload["key"].startswith(prefix) and (upload["key"], name) > marker)
                most = int(parameters.get("max-uploads", "1000"))
                page = found[:most]
                last = page[-1] if page else ("", "")
                text = "".join(f"<Upload><Key>{escape(one[0])}</Key><UploadId>{one[1]}</UploadId>"
                               f"<Initiated>{stamp(one[2])}</Initiated></Upload>" for one in page)
                text = (f"<ListMultipartUploadsResult>{text}<NextKeyMarker>{escape(last[0])}</NextKeyMarker>"
                        f"<NextUploadIdMarker>{last[1]}</NextUploadIdMarker>"
                        f"<IsTruncated>{str(len(found) > most).lower()}</IsTruncated></ListMultipartUploadsResult>")
            else:
                after, most = parameters.get("start-after", ""), int(parameters.get("max-keys", "1000"))
                found = sorted(name for name in objects if name.startswith(prefix) and name > after)
                text = "".join(f"<Contents><Key>{escape(name)}</Key><LastModified>{stamp(objects[name][2])}</LastModified>"
                               f"<Size>{len(objects[name][0])}</Size></Contents>" for name in found[:most])
                text = (f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{text}'
                        f"<IsTruncated>{str(len(found) > most).lower()}</IsTruncated></ListBucketResult>")
        self.document(text)


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


server = Server(("127.0.0.1", 0), Handler)
if sys.argv[1:2] == ["tls"]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
