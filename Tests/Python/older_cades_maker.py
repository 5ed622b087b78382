# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Signatures of the older forms of CAdES (TS 101 733, RFC 3126, RFC 5126), made by openssl and put together by hand.

openssl makes keys' signatures (`cms -sign -cades`) and tokens (`ts -reply`), pyca the certificates; the imprints are
concatenated here from the octets by the text of the standards. Standard output: JSON with "root" and "cases", each
{"name", "signature", "content" (null when enclosed), "stamp": {"kind", "coversContent", "coversCertificates"}}, octets in hexadecimal.
"""

import datetime
import hashlib
import json
import os
import subprocess
import sys
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONTENT = "Nội dung của hồ sơ thử nghiệm\n".encode()
AA = "1.2.840.113549.1.9.16.2."


# DER and BER by hand.
def length(count):
    if count < 0x80:
        return bytes([count])
    octets = count.to_bytes((count.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def tlv(tag, *parts):
    body = b"".join(parts)
    return bytes([tag]) + length(len(body)) + body


def oid(text):
    numbers = [int(part) for part in text.split(".")]
    body = bytes([numbers[0] * 40 + numbers[1]])
    for number in numbers[2:]:
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.insert(0, 0x80 | number & 0x7F)
        body += bytes(groups)
    return tlv(0x06, body)


def header(data, at):
    """Where the content begins and ends, and where the element ends."""
    first, start = data[at + 1], at + 2
    if first == 0x80:
        position = start
        while data[position : position + 2] != b"\0\0":
            position = header(data, position)[2]
        return start, position, position + 2
    if first > 0x80:
        start += first & 0x7F
        first = int.from_bytes(data[at + 2 : start], "big")
    return start, start + first, start + first


def children(data):
    start, end, _ = header(data, 0)
    found = []
    while start < end:
        last = header(data, start)[2]
        found.append(data[start:last])
        start = last
    return found


def body(data):
    start, end, _ = header(data, 0)
    return data[start:end]


def definite(data):
    """The same element in definite lengths, strings in one piece."""
    if not data[0] & 0x20:
        return tlv(data[0], body(data))
    parts = [definite(part) for part in children(data)]
    if data[0] == 0x24:
        return tlv(0x04, *[body(part) for part in parts])
    return tlv(data[0], *parts)


class Signature:
    """A ContentInfo taken apart; the lengths outside the signer stay of the form that they have."""

    def __init__(self, data):
        self.outer = children(data)
        self.data = children(children(self.outer[1])[0])
        self.indefinite = data[1] == 0x80
        self.encapsulated = self.data[2]
        self.bags = self.data[3:-1]
        signer = children(children(self.data[-1])[0])
        self.attributes = children(signer.pop()) if signer[-1][0] == 0xA1 else []
        self.fields = signer

    def attribute(self, kind, value):
        self.attributes.append(tlv(0x30, oid(kind), tlv(0x31, value)))

    def bytes(self):
        signer = tlv(0x30, *self.fields, tlv(0xA1, *self.attributes) if self.attributes else b"")
        parts = self.data[:2] + [self.encapsulated] + self.bags + [tlv(0x31, signer)]
        if self.indefinite:
            wrap = lambda tag, *inner: bytes([tag, 0x80]) + b"".join(inner) + b"\0\0"
        else:
            wrap = tlv
        return wrap(0x30, self.outer[0], wrap(0xA0, wrap(0x30, *parts)))

    def value(self):
        return body(self.fields[-1])


class Maker:
    def __init__(self, folder):
        self.folder = folder
        self.start = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) - datetime.timedelta(days=1)
        self.root_key, self.root = self.certificate("TEST older root", None, None)
        self.signer_key, self.signer = self.certificate("TEST older signer", self.root, self.root_key)
        self.tsa_key, self.tsa = self.certificate("TEST older TSA", self.root, self.root_key, is_tsa=True)
        for name, key, certificate in [
            ("signer", self.signer_key, self.signer),
            ("tsa", self.tsa_key, self.tsa),
        ]:
            self.write(f"{name}.key", key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
            self.write(f"{name}.pem", certificate.public_bytes(serialization.Encoding.PEM))
        self.write("root.pem", self.root.public_bytes(serialization.Encoding.PEM))
        self.write("content", CONTENT)
        self.write("serial", b"01\n")
        self.write("ts.conf", (
            "[tsa]\ndefault_tsa = t\n[t]\nserial = serial\ncrypto_device = builtin\nsigner_cert = tsa.pem\n"
            "certs = root.pem\nsigner_key = tsa.key\nsigner_digest = sha256\ndefault_policy = 1.2.3.4\n"
            "digests = sha1, sha256, sha512\nordering = yes\nclock_precision_digits = 6\ness_cert_id_chain = no\ness_cert_id_alg = sha256\n").encode())
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.root.subject)
        builder = builder.last_update(self.start).next_update(self.start + datetime.timedelta(days=60))
        self.crl = builder.sign(self.root_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def write(self, name, data):
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(data)

    def certificate(self, name, issuer, issuer_key, is_tsa=False):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder().subject_name(subject).public_key(key.public_key())
            .issuer_name(issuer.subject if issuer else subject).serial_number(x509.random_serial_number())
            .not_valid_before(self.start).not_valid_after(self.start + datetime.timedelta(days=365))
        )
        usage = dict.fromkeys(
            ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"], False)
        if issuer is None:
            usage.update(key_cert_sign=True, crl_sign=True)
            builder = builder.add_extension(x509.BasicConstraints(True, None), True)
        else:
            usage.update(digital_signature=True)
        builder = builder.add_extension(x509.KeyUsage(**usage), True)
        if is_tsa:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
        return key, builder.sign(issuer_key or key, hashes.SHA256())

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def signed(self, *options):
        self.openssl("cms", "-sign", "-cades", "-binary", "-outform", "DER", "-in", "content", "-signer", "signer.pem",
                     "-inkey", "signer.key", "-certfile", "root.pem", "-out", "signature", *options)
        with open(os.path.join(self.folder, "signature"), "rb") as file:
            signature = Signature(file.read())
        signature.attribute(AA + "14", self.token(signature.value()))
        return signature

    def token(self, data, digest="sha256"):
        self.openssl("ts", "-query", "-digest", hashlib.new(digest, data).hexdigest(), "-" + digest, "-cert", "-out", "query")
        self.openssl("ts", "-reply", "-config", "ts.conf", "-queryfile", "query", "-token_out", "-out", "token")
        with open(os.path.join(self.folder, "token"), "rb") as file:
            return file.read()

    def der(self, certificate):
        return certificate.public_bytes(serialization.Encoding.DER)

    def references(self, signature, certificates, lists, reverse=False):
        """complete-certificate-references and complete-revocation-references with SHA-256 (EN 319 122-1 A.1.1.1, A.1.2.1)."""
        other = lambda data: tlv(0x30, tlv(0x30, oid("2.16.840.1.101.3.4.2.1")), tlv(0x04, hashlib.sha256(data).digest()))

        def named(certificate):
            number = certificate.serial_number
            serial = tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))
            return tlv(0x30, tlv(0x30, tlv(0xA4, certificate.issuer.public_bytes())), serial)

        first = (AA + "21", tlv(0x30, *[tlv(0x30, other(self.der(c)), named(c)) for c in certificates]))
        ids = tlv(0x30, tlv(0x30, *[tlv(0x30, other(item)) for item in lists]))
        second = (AA + "22", tlv(0x30, tlv(0x30), tlv(0x30, tlv(0xA0, ids))))
        for kind, value in reversed([first, second]) if reverse else [first, second]:
            signature.attribute(kind, value)

    def values(self, signature, certificates, lists):
        signature.attribute(AA + "23", tlv(0x30, *[self.der(c) for c in certificates]))
        signature.attribute(AA + "24", tlv(0x30, tlv(0xA0, tlv(0x30, *lists))))


def structure(signature, content, encode=lambda x: x, encode_content=None, with_tag=True):
    """TS 101 733 §6.4.1: encapContentInfo, external content, certificates, crls, all elements of the SignerInfo."""
    attributes = b"".join(encode(a) for a in signature.attributes)
    return b"".join(
        [(encode_content or encode)(signature.encapsulated), content]
        + [encode(part) for part in signature.bags + signature.fields]
        + [tlv(0xA1, attributes) if with_tag else attributes])


def without_types(signature, kinds):
    """Type and values of attributes, in the order of the kinds."""
    found = []
    for kind in kinds:
        found += [body(a) for a in signature.attributes if children(a)[0] == oid(kind)]
    return b"".join(found)


def main():
    cases = []

    def case(name, signature, kind, content, covers_content=True, covers_certificates=True):
        cases.append({
            "name": name, "signature": signature.bytes().hex(), "content": content.hex() if content else None,
            "stamp": {"kind": kind, "coversContent": covers_content, "coversCertificates": covers_certificates}})

    with tempfile.TemporaryDirectory() as folder:
        maker = Maker(folder)
        enclosed, ber = ["-nodetach"], ["-nodetach", "-stream", "-indef"]
        for kind, number in [("archive-time-stamp-v2", "48"), ("archive-time-stamp", "27")]:
            for with_tag in [True, False]:
                words = "with" if with_tag else "without"
                for options, content in [(enclosed, b""), ([], CONTENT)]:
                    signature = maker.signed(*options)
                    data = structure(signature, content, with_tag=with_tag)
                    signature.attribute(AA + number, maker.token(data, "sha512"))
                    form = "detached" if content else "enclosed"
                    case(f"{kind}, {form}, {words} tag and length", signature, "archive", content)
            for name, encode, encode_content in [
                ("as received", lambda x: x, None), ("definite", definite, None), ("mixed", definite, lambda x: x)
            ]:
                signature = maker.signed(*ber)
                assert signature.indefinite and signature.encapsulated[1] == 0x80
                signature.attribute(AA + number, maker.token(structure(signature, b"", encode, encode_content)))
                case(f"{kind}, BER, {name}", signature, "archive", None)
            # A second one, over the first.
            signature = maker.signed()
            for _ in range(2):
                signature.attribute(AA + number, maker.token(structure(signature, CONTENT)))
            case(f"{kind}, renewed", signature, "archive", CONTENT)
        signature = maker.signed()
        signature.attribute(AA + "27", maker.token(structure(signature, b"")))
        case("archive-time-stamp of 1.5.1, without the detached content", signature, "archive", CONTENT, False)
        for options, content in [(enclosed, None), ([], CONTENT)]:
            signature = maker.signed(*options)
            maker.references(signature, [maker.root], [maker.crl])
            maker.values(signature, [maker.root], [maker.crl])
            signed = next(field for field in signature.fields if field[0] == 0xA0)
            data = CONTENT + body(signed) + signature.value()
            data += without_types(signature, [AA + n for n in ["14", "21", "22", "25", "26", "23", "24", "27"]])
            signature.attribute(AA + "27", maker.token(data))
            case(f"archive-time-stamp of RFC 3126, {'detached' if content else 'enclosed'}", signature, "archive",
                 content, True, False)
        for name, number, reverse in [
            ("CAdES-C-timestamp", "25", False), ("CAdES-C-timestamp, order of the file", "25", True),
            ("time-stamped-certs-crls-references", "26", False),
            ("time-stamped-certs-crls-references, order of the file", "26", True),
        ]:
            signature = maker.signed()
            first = signature.attributes.pop()
            maker.references(signature, [maker.root], [maker.crl], reverse)
            signature.attributes.insert(len(signature.attributes) if reverse else 0, first)
            kinds = ([AA + "14"] if number == "25" else []) + [AA + "21", AA + "22"]
            if reverse:
                kinds = kinds[-1:] + kinds[-2:-1] + kinds[:-2]
            data = (signature.value() if number == "25" else b"") + without_types(signature, kinds)
            signature.attribute(AA + number, maker.token(data))
            maker.values(signature, [maker.root], [maker.crl])
            case(name, signature, "references", CONTENT, False, False)
        # The same in BER, with a signature time-stamp in BER, digested as it is stored and as it would be rewritten.
        for name, encode in [("as received", lambda x: x), ("definite", definite)]:
            signature = maker.signed(*ber)
            maker.references(signature, [maker.root], [maker.crl])
            kept = signature.attributes[0]
            parts = children(body(children(kept)[1]))
            token = bytes([0x30, 0x80]) + b"".join(parts) + b"\0\0"
            signature.attributes[0] = tlv(0x30, children(kept)[0], tlv(0x31, token))
            data = b"".join(body(encode(a)) for a in signature.attributes)
            signature.attribute(AA + "25", maker.token(signature.value() + data))
            maker.values(signature, [maker.root], [maker.crl])
            case(f"CAdES-C-timestamp, BER, {name}", signature, "references", None, False, False)
        # References and values that belong together, and that do not.
        other_key, other = maker.certificate("TEST older root", None, None)
        del other_key
        for name, referred, lists in [
            ("complete", [maker.root], [maker.crl]), ("missing list", [maker.root], [maker.crl, b"other"]),
            ("missing certificate", [maker.root, other], [maker.crl]),
        ]:
            signature = maker.signed()
            maker.references(signature, referred, lists)
            maker.values(signature, [maker.root], [maker.crl])
            case(f"X-L, {name}", signature, "signature", CONTENT, False, False)
        signature = maker.signed()
        maker.references(signature, [maker.root], [maker.crl])
        wrong = signature.attributes[1].replace(
            hashlib.sha256(maker.der(maker.root)).digest(), hashlib.sha256(b"another").digest())
        assert wrong != signature.attributes[1]
        signature.attributes[1] = wrong
        maker.values(signature, [maker.root], [maker.crl])
        case("X-L, another certificate of the name", signature, "signature", CONTENT, False, False)
        root = maker.der(maker.root).hex()
    json.dump({"root": root, "cases": cases}, sys.stdout)


main()
