#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Signs an encrypted PDF with pyHanko: with a test certificate made on the spot, or the key of a PKCS#12 file.

    pdf_peer.py sign FILE PASSWORD OUTPUT [P12 PASSPHRASE]
"""

import datetime
import sys

from asn1crypto import keys, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore


def test_signer():
    key = ec.generate_private_key(ec.SECP256R1())
    name = certificates.Name([certificates.NameAttribute(certificates.NameOID.COMMON_NAME, "Test signer")])
    now = datetime.datetime(2026, 1, 1)
    certificate = (
        certificates.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(now).not_valid_after(now.replace(year=2030))
        .sign(key, hashes.SHA256())
    )
    der = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(der),
        cert_registry=SimpleCertificateStore(),
    )


def sign(path, password, output, key=None, passphrase=""):
    signer = signers.SimpleSigner.load_pkcs12(key, passphrase=passphrase.encode()) if key else test_signer()
    with open(path, "rb") as source, open(output, "wb") as target:
        writer = IncrementalPdfFileWriter(source)
        writer.encrypt(password)
        metadata = signers.PdfSignatureMetadata(
            field_name="Signature1", subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256")
        signers.sign_pdf(writer, metadata, signer=signer, output=target)


if __name__ == "__main__":
    if len(sys.argv) not in (5, 7) or sys.argv[1] != "sign":
        sys.exit(__doc__)
    sign(*sys.argv[2:])
