# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Judges PDF signatures with pyHanko: {"time", "roots", "others", "lists", "files"} in, one verdict per file out."""

import asyncio
import datetime
import io
import json
import sys

from asn1crypto import crl, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext


def load(kind, paths):
    return [kind.load(open(path, "rb").read()) for path in paths]


async def judge(path, request):
    context = ValidationContext(
        trust_roots=load(x509.Certificate, request["roots"]),
        other_certs=load(x509.Certificate, request["others"]),
        crls=load(crl.CertificateList, request["lists"]),
        moment=datetime.datetime.fromtimestamp(request["time"], datetime.timezone.utc),
        allow_fetching=False,
        revocation_mode="require",
    )
    with open(path, "rb") as file:
        reader = PdfFileReader(io.BytesIO(file.read()))
    signatures = reader.embedded_signatures
    if len(signatures) != 1:
        return {"error": f"{len(signatures)} signatures"}
    status = await async_validate_pdf_signature(signatures[0], context)
    return {
        "intact": status.intact,
        "valid": status.valid,
        "trusted": status.trusted,
        "bottomLine": status.bottom_line,
        "coverage": status.coverage.name,
        "signer": status.signing_cert.subject.native.get("common_name"),
    }


async def main():
    request = json.load(sys.stdin)
    answers = []
    for path in request["files"]:
        try:
            answers.append(await judge(path, request))
        except Exception as error:  # what a peer cannot read it does not accept
            answers.append({"error": f"{type(error).__name__}: {error}"})
    json.dump(answers, sys.stdout)


asyncio.run(main())
