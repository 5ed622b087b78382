# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Signs PDFs with pyHanko at every level, and in the older forms of ISO 32000.

Standard input: {"jobs": [{"pdf", "output", "kind", "key", "pss", "certificate", "chain", "roots", "lists", "responses",
"embeddedLists", "stamper", "stamperKey", "time", "stampTime", "digest", "bindsCertificate"}]}; paths of files, times in seconds, stamper null
for none. Kinds: B-B, B-T, B-LT, B-LTA (ETSI.CAdES.detached), archival (adbe.pkcs7.detached with revocation information in a
signed attribute), adbe (without), sha1 (adbe.pkcs7.sha1), raw (adbe.x509.rsa_sha1), ber (B-B with indefinite lengths), behind (the same
with an octet behind the structure). Standard output: one error or null per
job. Embedded lists, where there are any, stand in the attribute in place of those that pyHanko held against the certificate.
"""

import asyncio
import datetime
import io
import json
import logging
import sys
from types import SimpleNamespace

from asn1crypto import crl, ocsp, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, utils
from pyhanko.keys import load_private_key_from_pemder
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import attributes, fields, signers
from pyhanko.sign.signers import cms_embedder, pdf_byterange
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

logging.disable(logging.CRITICAL)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def certificates(paths):
    return [x509.Certificate.load(read(path)) for path in paths]


def store(paths):
    result = SimpleCertificateStore()
    result.register_multiple(certificates(paths))
    return result


def instant(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


class FreeSigner(signers.SimpleSigner):
    """Leaves attributes out, as most producers of adbe.pkcs7.detached do, or puts others in."""

    job = None

    def _signed_attr_providers(self, *args, **kwargs):
        for provider in super()._signed_attr_providers(*args, **kwargs):
            if isinstance(provider, attributes.SigningCertificateV2Provider) and not self.job["bindsCertificate"]:
                continue
            if isinstance(provider, attributes.AdobeRevinfoProvider) and self.job["embeddedLists"]:
                lists = [crl.CertificateList.load(read(path)) for path in self.job["embeddedLists"]]
                provider = attributes.AdobeRevinfoProvider(value=self.format_revinfo(crls=lists))
            yield provider


def stamper(job):
    if job["stamper"] is None:
        return None
    return DummyTimeStamper(
        certificates([job["stamper"]])[0],
        load_private_key_from_pemder(job["stamperKey"], None),
        certs_to_embed=store(job["chain"]),
        fixed_dt=instant(job["stampTime"]),
    )


def context(job):
    return ValidationContext(
        trust_roots=certificates(job["roots"]),
        other_certs=certificates(job["chain"]),
        crls=[crl.CertificateList.load(read(path)) for path in job["lists"]],
        ocsps=[ocsp.OCSPResponse.load(read(path)) for path in job["responses"]],
        moment=instant(job["time"]),
        revocation_mode="hard-fail",
        allow_fetching=False,
    )


def make(job):
    signer = FreeSigner(
        signing_cert=certificates([job["certificate"]])[0],
        signing_key=load_private_key_from_pemder(job["key"], None),
        cert_registry=store(job["chain"]),
        prefer_pss=job["pss"],
    )
    signer.job = job
    return signer


async def sign(job, output):
    kind = job["kind"]
    isOlder = kind in ("archival", "adbe")
    metadata = signers.PdfSignatureMetadata(
        field_name="Signature1",
        md_algorithm=job["digest"],
        subfilter=fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED if isOlder else fields.SigSeedSubFilter.PADES,
        embed_validation_info=kind in ("B-LT", "B-LTA", "archival"),
        use_pades_lta=kind == "B-LTA",
        validation_context=context(job) if kind in ("B-LT", "B-LTA", "archival") else None,
    )
    pdf_signer = signers.PdfSigner(metadata, signer=make(job), timestamper=stamper(job))
    await pdf_signer.async_sign_pdf(IncrementalPdfFileWriter(io.BytesIO(read(job["pdf"]))), output=output)


def contents(job, digest):
    """What stands in /Contents: adbe.pkcs7.sha1 encloses the SHA-1 of the byte range, adbe.x509.rsa_sha1 is the bare value."""
    if job["kind"] == "raw":
        key = serialization.load_pem_private_key(read(job["key"]), None)
        value = key.sign(digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA1()))
        assert len(value) in range(256, 65536)
        return b"\x04\x82" + len(value).to_bytes(2, "big") + value
    if job["kind"] == "sha1":
        return asyncio.run(make(job).async_sign_general_data(digest, job["digest"], detached=False)).dump()
    # X.690 8.1.3.6: indefinite lengths, as producers write who stream their signatures.
    structure = asyncio.run(make(job).async_sign(digest, job["digest"], use_pades=True))
    inner = structure["content_type"].dump() + b"\xa0\x80" + structure["content"].untag().dump() + b"\0\0"
    return b"\x30\x80" + inner + b"\0\0" + (b"\1" if job["kind"] == "behind" else b"")


def sign_by_hand(job, output):
    name, algorithm = {
        "sha1": ("/adbe.pkcs7.sha1", "sha1"),
        "raw": ("/adbe.x509.rsa_sha1", "sha1"),
    }.get(job["kind"], ("/ETSI.CAdES.detached", job["digest"]))
    placeholder = pdf_byterange.SignatureObject(
        timestamp=instant(job["time"]), subfilter=SimpleNamespace(value=generic.pdf_name(name)), bytes_reserved=16384
    )
    if job["kind"] == "raw":
        placeholder["/Cert"] = generic.ByteStringObject(read(job["certificate"]))
    steps = cms_embedder.PdfCMSEmbedder().write_cms("Signature1", IncrementalPdfFileWriter(io.BytesIO(read(job["pdf"]))))
    next(steps)
    steps.send(cms_embedder.SigObjSetup(sig_placeholder=placeholder))
    prepared, written = steps.send(cms_embedder.SigIOSetup(md_algorithm=algorithm))
    steps.send(contents(job, prepared.document_digest))
    output.write(written.getvalue())


def main():
    answers = []
    for job in json.load(sys.stdin)["jobs"]:
        try:
            output = io.BytesIO()
            if job["kind"] in ("sha1", "raw", "ber", "behind"):
                sign_by_hand(job, output)
            else:
                asyncio.run(sign(job, output))
            with open(job["output"], "wb") as file:
                file.write(output.getvalue())
            answers.append(None)
        except Exception as error:  # the caller decides what may not be signed
            answers.append(f"{type(error).__name__}: {error}")
    json.dump(answers, sys.stdout)


main()
