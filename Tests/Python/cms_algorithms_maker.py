# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""CMS signatures with algorithms that are seldom seen, made by pyca and put together by hand (RFC 5652, RFC 8419, RFC 8702).

Standard output: JSON, a list of {"name", "signature", "certificate"}, all octets in hexadecimal. The content is enclosed;
each certificate signs itself.
"""

import datetime
import hashlib
import json
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.x509.oid import NameOID

CONTENT = "Nội dung của hồ sơ thử nghiệm\n".encode()
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
HASH = "2.16.840.1.101.3.4.2."
OIDS = {
    "md5": "1.2.840.113549.2.5", "sha1": "1.3.14.3.2.26", "sha224": HASH + "4", "sha256": HASH + "1", "sha384": HASH + "2",
    "sha512": HASH + "3", "sha3_256": HASH + "8", "sha3_384": HASH + "9", "sha3_512": HASH + "10",
}


def tlv(tag, *parts):
    body = b"".join(parts)
    count = len(body)
    if count >= 0x80:
        octets = count.to_bytes((count.bit_length() + 7) // 8, "big")
        return bytes([tag, 0x80 | len(octets)]) + octets + body
    return bytes([tag, count]) + body


def oid(text):
    numbers = [int(part) for part in text.split(".")]
    body = bytes([numbers[0] * 40 + numbers[1]])
    for number in numbers[2:]:
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.insert(0, 0x80 | number & 0x7F)
        body += bytes(groups)
    return tlv(0x06, body)


def integer(number):
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def algorithm(text, *parameters):
    return tlv(0x30, oid(text), *parameters)


NULL = tlv(0x05)


def pss(digest, mask, salt):
    hashed = algorithm(OIDS[digest], NULL)
    masked = algorithm("1.2.840.113549.1.1.8", algorithm(OIDS[mask], NULL))
    return algorithm("1.2.840.113549.1.1.10", tlv(
        0x30, tlv(0xA0, hashed), tlv(0xA1, masked), b"" if salt == 20 else tlv(0xA2, integer(salt))))


def certificate(key, number):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"TEST algorithm {number}")])
    builder = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(number + 1).not_valid_before(START).not_valid_after(START + datetime.timedelta(days=3650)))
    return builder.sign(key, None if isinstance(key, ed448.Ed448PrivateKey) else hashes.SHA256())


def shake256(data):
    return hashlib.shake_256(data).digest(64)


def shake128(data):
    return hashlib.shake_128(data).digest(32)


def cms(key, number, digest_algorithm, digest, signature_algorithm, sign, with_attributes=True):
    made = certificate(key, number)
    der = made.public_bytes(serialization.Encoding.DER)
    attributes = sorted([
        tlv(0x30, oid("1.2.840.113549.1.9.3"), tlv(0x31, oid("1.2.840.113549.1.7.1"))),
        tlv(0x30, oid("1.2.840.113549.1.9.4"), tlv(0x31, tlv(0x04, digest(CONTENT)))),
        tlv(0x30, oid("1.2.840.113549.1.9.5"), tlv(0x31, tlv(0x17, b"261120000000Z"))),
        tlv(0x30, oid("1.2.840.113549.1.9.16.2.47"), tlv(0x31, tlv(0x30, tlv(0x30, tlv(
            0x30, tlv(0x04, hashlib.sha256(der).digest())))))),
    ])
    value = sign(tlv(0x31, *attributes) if with_attributes else CONTENT)
    signer = tlv(
        0x30, integer(1), tlv(0x30, made.issuer.public_bytes(), integer(number + 1)), digest_algorithm,
        tlv(0xA0, *attributes) if with_attributes else b"", signature_algorithm, tlv(0x04, value))
    data = tlv(
        0x30, integer(1), tlv(0x31, digest_algorithm),
        tlv(0x30, oid("1.2.840.113549.1.7.1"), tlv(0xA0, tlv(0x04, CONTENT))), tlv(0xA0, der), tlv(0x31, signer))
    return tlv(0x30, oid("1.2.840.113549.1.7.2"), tlv(0xA0, data)).hex(), der.hex()


def main():
    cases = []

    def case(name, key, *rest, **named):
        signature, der = cms(key, len(cases), *rest, **named)
        cases.append({"name": name, "signature": signature, "certificate": der})

    def plain(name):
        return algorithm(OIDS[name]), lambda data: hashlib.new(name, data).digest()

    def hash_of(name):
        return getattr(hashes, name.upper())()

    # ECDSA over every curve, with SHA-2 and SHA-3.
    curves = [ec.SECP256R1, ec.SECP384R1, ec.SECP521R1, ec.BrainpoolP256R1, ec.BrainpoolP384R1, ec.BrainpoolP512R1]
    ecdsa = {"sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4",
             "sha3_256": "2.16.840.1.101.3.4.3.10", "sha3_384": "2.16.840.1.101.3.4.3.11",
             "sha3_512": "2.16.840.1.101.3.4.3.12"}
    for curve in curves:
        key = ec.generate_private_key(curve())
        for name in ["sha256", "sha512", "sha3_256", "sha3_384", "sha3_512"]:
            case(f"good: ECDSA {curve.name} {name}", key, *plain(name), algorithm(ecdsa[name]),
                 lambda data, name=name: key.sign(data, ec.ECDSA(hash_of(name))))
    key = rsa.generate_private_key(65537, 2048)
    for name, text in [("sha3_256", "2.16.840.1.101.3.4.3.14"), ("sha3_512", "2.16.840.1.101.3.4.3.16")]:
        case(f"good: RSA {name}", key, *plain(name), algorithm(text, NULL),
             lambda data, name=name: key.sign(data, padding.PKCS1v15(), hash_of(name)))
    # RSASSA-PSS with salts of every length, and with another digest in the mask.
    for name, mask, salt in [
        ("sha256", "sha256", 0), ("sha256", "sha256", 1), ("sha256", "sha256", 20), ("sha256", "sha256", 33),
        ("sha256", "sha256", 222), ("sha512", "sha256", 64), ("sha256", "sha1", 32), ("sha3_256", "sha3_256", 32),
    ]:
        chosen = padding.PSS(padding.MGF1(hash_of(mask)), salt)
        case(f"good: PSS {name} mask {mask} salt {salt}", key, *plain(name), pss(name, mask, salt),
             lambda data, name=name, chosen=chosen: key.sign(data, chosen, hash_of(name)))
    chosen = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    for stated in [31, 33, 223, 4000]:
        case(f"broken: PSS salt 32 stated as {stated}", key, *plain("sha256"), pss("sha256", "sha256", stated),
             lambda data: key.sign(data, chosen, hashes.SHA256()))
    # Ed448 with SHAKE256 (RFC 8419 §3.1), with and without signed attributes.
    shake, shake_len = algorithm(HASH + "12"), lambda bits: algorithm(HASH + "18", integer(bits))
    edwards = ed448.Ed448PrivateKey.generate()
    for name, digest_algorithm in [("SHAKE256", shake), ("SHAKE256 of 512 bits", shake_len(512))]:
        case(f"good: Ed448 {name}", edwards, digest_algorithm, shake256, algorithm("1.3.101.113"), edwards.sign)
    case("direct: Ed448 without signed attributes", edwards, shake, shake256, algorithm("1.3.101.113"), edwards.sign,
         with_attributes=False)
    case("open: Ed448 SHAKE256 of 256 bits", edwards, shake_len(256), lambda data: hashlib.shake_256(data).digest(32),
         algorithm("1.3.101.113"), edwards.sign)
    case("open: Ed448 SHA-512", edwards, *plain("sha512"), algorithm("1.3.101.113"), edwards.sign)
    case("broken: Ed448 another message", edwards, shake, shake256, algorithm("1.3.101.113"),
         lambda data: edwards.sign(data + b"\0"))
    case("digest: Ed448 32 octets of SHAKE256", edwards, shake, lambda data: hashlib.shake_256(data).digest(32),
         algorithm("1.3.101.113"), edwards.sign)
    # What no library at hand verifies (RFC 8702), and what nobody should make any more.
    curve = ec.generate_private_key(ec.SECP256R1())
    prehashed = lambda data: curve.sign(hashlib.shake_128(data).digest(32), ec.ECDSA(Prehashed(hashes.SHA256())))
    case("open: ECDSA with SHAKE128", curve, algorithm(HASH + "11"), shake128, algorithm("1.3.6.1.5.5.7.6.32"), prehashed)
    case("open: ECDSA with SHAKE256", curve, shake, shake256, algorithm("1.3.6.1.5.5.7.6.33"), prehashed)
    case("open: id-ecPublicKey with SHAKE256", curve, shake, shake256, algorithm("1.2.840.10045.2.1"), prehashed)
    case("open: PSS with SHAKE256", key, shake, shake256, algorithm("1.3.6.1.5.5.7.6.31"),
         lambda data: key.sign(data, chosen, hashes.SHA256()))
    case("open: rsaEncryption with SHAKE256", key, shake, shake256, algorithm("1.2.840.113549.1.1.1", NULL),
         lambda data: key.sign(data, chosen, hashes.SHA256()))
    koblitz = ec.generate_private_key(ec.SECP256K1())
    case("open: ECDSA secp256k1", koblitz, *plain("sha256"), algorithm(ecdsa["sha256"]),
         lambda data: koblitz.sign(data, ec.ECDSA(hashes.SHA256())))
    old = dsa.generate_private_key(1024)
    case("open: DSA with SHA-1", old, *plain("sha1"), algorithm("1.2.840.10040.4.3"),
         lambda data: old.sign(data, hashes.SHA1()))
    case("open: DSA with SHA-256", old, *plain("sha256"), algorithm(HASH[:-2] + "3.2"),
         lambda data: old.sign(data, hashes.SHA256()))
    json.dump(cases, sys.stdout)


main()
