# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""What PyPI cryptography reads in certificates and revocation lists.

Standard input: a JSON list of {"kind": "certificate" | "list", "der": hexadecimal}. Standard output: a JSON list with what
was read, or null where cryptography refuses.
"""

import datetime
import hashlib
import json
import sys
import warnings

from cryptography import x509

warnings.simplefilter("ignore")


def seconds(moment):
    return int(moment.replace(tzinfo=datetime.timezone.utc).timestamp()) if moment is not None else None


def number(value):
    """INTEGER content octets of a serial number."""
    return value.to_bytes((value + (value < 0)).bit_length() // 8 + 1, "big", signed=True).hex()


def extension(extensions, kind):
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def read_certificate(der):
    certificate = x509.load_der_x509_certificate(der)
    extensions = certificate.extensions
    constraints = extension(extensions, x509.BasicConstraints)
    purposes = extension(extensions, x509.ExtendedKeyUsage)
    subject_key = extension(extensions, x509.SubjectKeyIdentifier)
    authority_key = extension(extensions, x509.AuthorityKeyIdentifier)
    usage = extension(extensions, x509.KeyUsage)
    names = [a for a in certificate.subject if a.oid == x509.NameOID.COMMON_NAME]
    return {
        "version": certificate.version.value + 1,
        "serial": number(certificate.serial_number),
        "notBefore": seconds(certificate.not_valid_before_utc),
        "notAfter": seconds(certificate.not_valid_after_utc),
        "signed": hashlib.sha256(certificate.tbs_certificate_bytes).hexdigest(),
        "signature": certificate.signature.hex(),
        "algorithm": certificate.signature_algorithm_oid.dotted_string,
        "issuerEqualsSubject": certificate.issuer == certificate.subject,
        "subjectTypes": [a.oid.dotted_string for a in certificate.subject],
        "subjectTexts": [a.value if isinstance(a.value, str) else None for a in certificate.subject],
        "commonName": names[0].value if names else None,
        "extensions": [[e.oid.dotted_string, e.critical] for e in extensions],
        "isAuthority": constraints.ca if constraints else None,
        "pathLength": constraints.path_length if constraints else None,
        "purposes": [p.dotted_string for p in purposes] if purposes is not None else None,
        "subjectKey": subject_key.digest.hex() if subject_key else None,
        "authorityKey": authority_key.key_identifier.hex()
        if authority_key and authority_key.key_identifier is not None
        else None,
        "usage": [
            usage.digital_signature,
            usage.content_commitment,
            usage.key_encipherment,
            usage.data_encipherment,
            usage.key_agreement,
            usage.key_cert_sign,
            usage.crl_sign,
        ]
        if usage
        else None,
        "keyKind": key_kind(certificate),
    }


def key_kind(certificate):
    try:
        key = certificate.public_key()
    except Exception:
        return None
    kind = type(key).__name__
    return f"rsa {key.key_size}" if "RSA" in kind else f"ec {key.curve.name}" if kind == "ECPublicKey" else kind


def read_list(der):
    revoked = x509.load_der_x509_crl(der)
    authority_key = extension(revoked.extensions, x509.AuthorityKeyIdentifier)
    entries = []
    for entry in revoked:
        reason = extension(entry.extensions, x509.CRLReason)
        entries.append(
            [number(entry.serial_number), seconds(entry.revocation_date_utc), reason.reason.value if reason else None]
        )
    return {
        "thisUpdate": seconds(revoked.last_update_utc),
        "nextUpdate": seconds(revoked.next_update_utc),
        "algorithm": revoked.signature_algorithm_oid.dotted_string,
        "issuerTexts": [a.value if isinstance(a.value, str) else None for a in revoked.issuer],
        "extensions": [[e.oid.dotted_string, e.critical] for e in revoked.extensions],
        "authorityKey": authority_key.key_identifier.hex()
        if authority_key and authority_key.key_identifier is not None
        else None,
        "entries": entries,
    }


def read(request):
    der = bytes.fromhex(request["der"])
    try:
        return read_certificate(der) if request["kind"] == "certificate" else read_list(der)
    except Exception:
        return None


json.dump([read(request) for request in json.load(sys.stdin)], sys.stdout)
