# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""pyHanko's AdES validation (EN 319 102-1) of PDF and CMS signatures.

Standard input: {"time", "process": "basic" | "time" | "lta", "roots", "certificates", "lists", "responses", "files"}, where
a file is the path of a PDF, [signature, content or null], or {"file": one of these} with members of its own in place of
the request's. With "embedded" the lists and responses that stand in the file (DSS, or crls of SignedData) are known too;
the process for the archive finds those of a PDF itself. Standard output: one {"status", "bestSignatureTime", "error"} per
file.
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
from pyhanko.sign.validation.dss import DocumentSecurityStore
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


def specification(request, embedded):
    roots = [x509.Certificate.load(read(path)) for path in request["roots"]]
    trust = SimpleTrustManager.build(trust_roots=roots)
    responses = []
    for item in [ocsp.OCSPResponse.load(read(path)) for path in request["responses"]] + embedded.responses:
        responses += OCSPContainer.load_multi(item)
    lists = [crl.CertificateList.load(read(path)) for path in request["lists"]] + embedded.lists
    return SignatureValidationSpec(
        cert_validation_policy=CertValidationPolicySpec(
            trust_manager=trust,
            # Whether a list that was issued before an instant says anything of it is asked by freshness, not here.
            revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO, retroactive_revinfo=True),
        ),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY),
        local_knowledge=LocalKnowledge(
            known_ocsps=responses,
            known_crls=[CRLContainer(item) for item in lists],
            # A root that answers for itself by OCSP is looked for among these.
            known_certs=[x509.Certificate.load(read(path)) for path in request["certificates"]]
            + embedded.certificates
            + roots,
        ),
    )


class Embedded:
    """What a file has of lists, responses and certificates."""

    def __init__(self):
        self.lists, self.responses, self.certificates = [], [], []

    def add_store(self, reader):
        if "/DSS" not in reader.root:
            return
        store = DocumentSecurityStore.read_dss(reader)
        self.certificates += list(store.load_certs())
        self.lists += [crl.CertificateList.load(item.get_object().data) for item in store.crls]
        self.responses += [ocsp.OCSPResponse.load(item.get_object().data) for item in store.ocsps]

    def add_signed_data(self, signed):
        for choice in signed["crls"] or []:
            if choice.name == "crl":
                self.lists.append(choice.chosen)
            elif choice.chosen["other_rev_info_format"].dotted == "1.3.6.1.5.5.7.16.2":
                self.responses.append(ocsp.OCSPResponse.load(choice.chosen["other_rev_info"].dump()))


async def judge(file, request):
    if isinstance(file, dict):
        request = {**request, **file}
        file = file["file"]
    moment = datetime.datetime.fromtimestamp(request["time"], datetime.timezone.utc)
    timing = ValidationTimingInfo(validation_time=moment, best_signature_time=moment, point_in_time_validation=True)
    embedded = Embedded()
    if isinstance(file, list):
        signed = cms.ContentInfo.load(read(file[0]), strict=True)["content"]
        if request.get("embedded"):
            embedded.add_signed_data(signed)
        spec = specification(request, embedded)
        digest = signed["signer_infos"][0]["digest_algorithm"]["algorithm"].native
        content = read(file[1]) if file[1] else signed["encap_content_info"]["content"].native
        process = ades.ades_basic_validation if request["process"] == "basic" else ades.ades_with_time_validation
        result = await process(signed, spec, timing_info=timing, raw_digest=hashlib.new(digest, content).digest())
    else:
        reader = PdfFileReader(io.BytesIO(read(file)))
        signature = reader.embedded_regular_signatures[request.get("index", 0)]
        if request.get("embedded"):
            embedded.add_store(reader)
        spec = specification(request, embedded)
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
