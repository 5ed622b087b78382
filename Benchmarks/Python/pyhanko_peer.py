# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""pyHanko's side of the measurements: one JSON request per line in, one {"wall", "processor"} in seconds per call out.

{"work": "sign", "file", "key", "certificate", "chain", "count"}: PAdES B-B with PKCS #1 v1.5 or ECDSA, without a dry run.
{"work": "validate", "process": "basic" | "lta", "file", "roots", "certificates", "lists", "time", "count"}: EN 319 102-1;
with "files" in place of "file" and "count" the first warms up and each of the others is judged once.

Keys, certificates, lists and the bytes of the file are read before the clock starts; the file is parsed in every call.
"""

import asyncio
import datetime
import io
import json
import logging
import sys
import time

from asn1crypto import crl, x509
from pyhanko.keys import load_private_key_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.ades.report import AdESStatus
from pyhanko.sign.validation.ades import ades_basic_validation, ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleCertificateStore, SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

logging.disable(logging.CRITICAL)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def load(kind, paths):
    return [kind.load(read(path)) for path in paths]


def signing(request):
    data = read(request["file"])
    store = SimpleCertificateStore()
    store.register_multiple(load(x509.Certificate, request["chain"]))
    signer = signers.SimpleSigner(
        signing_cert=load(x509.Certificate, [request["certificate"]])[0],
        signing_key=load_private_key_from_pemder(request["key"], None),
        cert_registry=store,
    )
    metadata = signers.PdfSignatureMetadata(
        field_name="Signature1", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )

    async def call():
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        output = io.BytesIO()
        await signers.PdfSigner(metadata, signer=signer).async_sign_pdf(writer, output=output, bytes_reserved=8192)
        if len(output.getvalue()) <= len(data):
            raise ValueError("nothing was signed")

    return call


def validating(request):
    files = [read(path) for path in request.get("files") or [request["file"]]]
    calls = 0
    specification = SignatureValidationSpec(
        cert_validation_policy=CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build(trust_roots=load(x509.Certificate, request["roots"])),
            revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO, retroactive_revinfo=True),
        ),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
        local_knowledge=LocalKnowledge(
            known_crls=[CRLContainer(item) for item in load(crl.CertificateList, request["lists"])],
            known_certs=load(x509.Certificate, request["certificates"]),
        ),
    )
    moment = datetime.datetime.fromtimestamp(request["time"], datetime.timezone.utc)
    timing = ValidationTimingInfo(validation_time=moment, best_signature_time=moment, point_in_time_validation=True)

    async def call():
        nonlocal calls
        data = files[calls % len(files)]
        calls += 1
        signature = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures[0]
        if request["process"] == "lta":
            result = await ades_lta_validation(
                signature, PdfSignatureValidationSpec(signature_validation_spec=specification), timing_info=timing
            )
        else:
            digest = signature.compute_digest()
            signature.compute_integrity_info()
            result = await ades_basic_validation(
                signature.signed_data, specification, timing_info=timing, raw_digest=digest
            )
        if result.ades_subindic.status != AdESStatus.PASSED:
            raise ValueError(f"{result.ades_subindic}: {result.failure_msg}")

    return call


async def main():
    for line in sys.stdin:
        request = json.loads(line)
        try:
            call = {"sign": signing, "validate": validating}[request["work"]](request)
            await call()  # a first one that warms up
            count = request["count"] if "count" in request else len(request["files"]) - 1
            wall, processor = time.perf_counter(), time.process_time()
            for _ in range(count):
                await call()
            answer = {
                "wall": (time.perf_counter() - wall) / count,
                "processor": (time.process_time() - processor) / count,
            }
        except Exception as error:  # said there; its time would say nothing
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


asyncio.run(main())
