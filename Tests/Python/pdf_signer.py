# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Signs a PDF with pyHanko: {"pdf", "output", "key", "certificate", "chain", "pades", "certify", "field", "stamper",
"stamperKey", "stampTime"} in, paths of files."""

import asyncio
import datetime
import json
import sys

from asn1crypto import x509
from pyhanko.keys import load_private_key_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore


def certificate(path):
    with open(path, "rb") as file:
        return x509.Certificate.load(file.read())


def stamper(request):
    if request["stamper"] is None:
        return None
    key = load_private_key_from_pemder(request["stamperKey"], None)
    authorities = SimpleCertificateStore()
    authorities.register_multiple([certificate(path) for path in request["chain"]])
    return DummyTimeStamper(
        certificate(request["stamper"]),
        key,
        certs_to_embed=authorities,
        fixed_dt=datetime.datetime.fromtimestamp(request["stampTime"], datetime.timezone.utc),
    )


async def main():
    request = json.load(sys.stdin)
    store = SimpleCertificateStore()
    store.register_multiple([certificate(path) for path in request["chain"]])
    signer = signers.SimpleSigner(
        signing_cert=certificate(request["certificate"]),
        signing_key=load_private_key_from_pemder(request["key"], None),
        cert_registry=store,
    )
    with open(request["pdf"], "rb") as file:
        writer = IncrementalPdfFileWriter(file)
        metadata = signers.PdfSignatureMetadata(
            field_name=request["field"],
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES if request["pades"] else fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
            certify=request["certify"] is not None,
            docmdp_permissions=fields.MDPPerm(request["certify"] or 2),
        )
        with open(request["output"], "wb") as output:
            await signers.PdfSigner(metadata, signer=signer, timestamper=stamper(request)).async_sign_pdf(writer, output=output)


asyncio.run(main())
