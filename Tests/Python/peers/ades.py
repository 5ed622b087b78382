# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Judges PDF signatures by EN 319 102-1 with pyHanko.

Standard input: {"jobs": [{"file", "time" (seconds), "roots", "stampRoots", "others", "lists", "responses"}]}, the last five
lists of paths to DER. Standard output: one {"indication", "subIndication", "bestTime", "covers"} per job, or {"error"}.
"""

import asyncio
import datetime
import io
import json
import logging
import sys

from asn1crypto import crl, ocsp, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESStatus
from pyhanko.sign.validation.ades import ades_basic_validation, ades_lta_validation, ades_with_time_validation
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy, RevocationCheckingRule
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

logging.disable(logging.CRITICAL)
cache = {}


def load(kind, paths):
    for path in paths:
        if path not in cache:
            with open(path, "rb") as file:
                cache[path] = kind.load(file.read())
    return [cache[path] for path in paths]


def policy(roots):
    rule = RevocationCheckingRule.CRL_OR_OCSP_REQUIRED
    return CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=load(x509.Certificate, roots)),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy(rule, rule)),
    )


async def judge(job):
    now = datetime.datetime.fromtimestamp(job["time"], datetime.timezone.utc)
    responses = [c for r in load(ocsp.OCSPResponse, job["responses"]) for c in OCSPContainer.load_multi(r)]
    spec = SignatureValidationSpec(
        cert_validation_policy=policy(job["roots"]),
        ts_cert_validation_policy=policy(job["stampRoots"]),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
        local_knowledge=LocalKnowledge(
            known_crls=[CRLContainer(item) for item in load(crl.CertificateList, job["lists"])],
            known_ocsps=responses,
            known_certs=load(x509.Certificate, job["others"]),
        ),
    )
    timing = ValidationTimingInfo(validation_time=now, best_signature_time=now, point_in_time_validation=False)
    with open(job["file"], "rb") as file:
        reader = PdfFileReader(io.BytesIO(file.read()))
    signature = reader.embedded_regular_signatures[0]
    if reader.embedded_timestamp_signatures:
        result = await ades_lta_validation(signature, PdfSignatureValidationSpec(spec), timing)
    else:
        digest = signature.compute_digest()
        signature.compute_integrity_info()
        # The process with time refuses a signature without a time-stamp (EN 319 102-1 has it pass); that is basic's.
        attributes = signature.signer_info["unsigned_attrs"] or []
        stamped = any(item["type"].native == "signature_time_stamp_token" for item in attributes)
        process = ades_with_time_validation if stamped else ades_basic_validation
        result = await process(signature.signed_data, spec, timing_info=timing, raw_digest=digest)
    names = {AdESStatus.PASSED: "TOTAL-PASSED", AdESStatus.FAILED: "TOTAL-FAILED"}
    status = result.ades_subindic.status
    return {
        "indication": names.get(status, "INDETERMINATE"),
        "subIndication": None if status == AdESStatus.PASSED else result.ades_subindic.standard_name,
        "bestTime": int(getattr(result, "best_signature_time", now).timestamp()),
        "covers": signature.coverage.name if signature.coverage else None,
    }


async def main():
    answers = []
    for job in json.load(sys.stdin)["jobs"]:
        try:
            answers.append(await judge(job))
        except Exception as error:  # what a peer cannot read it does not accept
            answers.append({"error": f"{type(error).__name__}: {error}"})
    json.dump(answers, sys.stdout)


asyncio.run(main())
