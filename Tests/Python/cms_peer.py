# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""What pyHanko says of CAdES signatures.

Standard input: a JSON list of {"signature", "content" (or null when enclosed), "root", "others": […], "lists": […], "time"},
all DER in hexadecimal and the time in seconds. Standard output: a JSON list of {"intact", "valid", "trusted", "error"}.
"""

import asyncio
import datetime
import io
import json
import logging
import sys

from asn1crypto import cms, crl, x509
from pyhanko.sign.validation import async_validate_cms_signature, async_validate_detached_cms
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)


async def judge(request):
    read = bytes.fromhex
    try:
        signed = cms.ContentInfo.load(read(request["signature"]), strict=True)["content"]
        context = ValidationContext(
            trust_roots=[x509.Certificate.load(read(request["root"]))],
            other_certs=[x509.Certificate.load(read(c)) for c in request["others"]],
            crls=[crl.CertificateList.load(read(c)) for c in request["lists"]],
            moment=datetime.datetime.fromtimestamp(request["time"], datetime.timezone.utc),
            allow_fetching=False,
            revocation_mode="require",
        )
        if request["content"] is None:
            status = await async_validate_cms_signature(signed, validation_context=context)
        else:
            status = await async_validate_detached_cms(
                io.BytesIO(read(request["content"])), signed, signer_validation_context=context
            )
        return {"intact": status.intact, "valid": status.valid, "trusted": status.trusted, "error": None}
    except Exception as error:  # pylint: disable=broad-except
        return {"intact": False, "valid": False, "trusted": False, "error": f"{type(error).__name__}: {error}"}


async def main():
    json.dump([await judge(request) for request in json.load(sys.stdin)], sys.stdout)


asyncio.run(main())
