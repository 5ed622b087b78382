# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""pyHanko's AdES validation (EN 319 102-1) of PDF and CMS signatures.

Standard input: {"time", "process": "basic" | "time" | "lta", "roots", "certificates", "lists", "responses", "files": [path] or
[[signature, content or null]]}; paths of files. Standard output: one {"status", "bestSignatureTime", "error"} per file.
"""

import asyncio
import datetime
import hashlib
import io
import json
import logging
import sys

from asn1crypto import cms, crl, ocsp, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import ades
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
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

logging.disable(logging.CRITICAL)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def specification(request):
    trust = SimpleTrustManager.build(trust_roots=[x509.Certificate.load(read(p)) for p in request["roots"]])
    responses = []
    for path in request["responses"]:
        responses += OCSPContainer.load_multi(ocsp.OCSPResponse.load(read(path)))
    return SignatureValidationSpec(
        cert_validation_policy=CertValidationPolicySpec(
            trust_manager=trust,
            # Whether a list that was issued before an instant says anything of it is asked by freshness, not here.
            revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO, retroactive_revinfo=True),
        ),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY),
        local_knowledge=LocalKnowledge(
            known_ocsps=responses,
            known_crls=[CRLContainer(crl.CertificateList.load(read(p))) for p in request["lists"]],
            known_certs=[x509.Certificate.load(read(p)) for p in request["certificates"]],
        ),
    )


async def judge(file, request):
    moment = datetime.datetime.fromtimestamp(request["time"], datetime.timezone.utc)
    timing = ValidationTimingInfo(validation_time=moment, best_signature_time=moment, point_in_time_validation=True)
    spec = specification(request)
    if isinstance(file, list):
        signed = cms.ContentInfo.load(read(file[0]), strict=True)["content"]
        digest = signed["signer_infos"][0]["digest_algorithm"]["algorithm"].native
        content = read(file[1]) if file[1] else signed["encap_content_info"]["content"].native
        result = await ades.ades_with_time_validation(
            signed, spec, timing_info=timing, raw_digest=hashlib.new(digest, content).digest()
        )
    else:
        reader = PdfFileReader(io.BytesIO(read(file)))
        signature = reader.embedded_regular_signatures[request.get("index", 0)]
        if request["process"] == "lta":
            result = await ades.ades_lta_validation(
                signature, PdfSignatureValidationSpec(signature_validation_spec=spec), timing_info=timing
            )
        else:
            process = ades.ades_basic_validation if request["process"] == "basic" else ades.ades_with_time_validation
            result = await process(
                signature.signed_data, spec, timing_info=timing, raw_digest=signature.compute_digest()
            )
    best = getattr(result, "best_signature_time", None)
    return {
        "status": result.ades_subindic.name,
        "bestSignatureTime": int(best.timestamp()) if best else None,
        "error": result.failure_msg,
    }


async def main():
    request = json.load(sys.stdin)
    answers = []
    for file in request["files"]:
        try:
            answers.append(await judge(file, request))
        except Exception as error:  # what a peer cannot read it does not accept
            answers.append({"status": "ERROR", "bestSignatureTime": None, "error": f"{type(error).__name__}: {error}"})
    json.dump(answers, sys.stdout)


asyncio.run(main())
