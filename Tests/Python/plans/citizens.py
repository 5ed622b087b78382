# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Forty invented citizens and their vaults: ten made by hand, thirty from a stated seed. Nobody here exists."""

import datetime
import random

from .evaluator import ASSURANCE, PROCEDURES, TYPES

TODAY = "2026-11-21"
DECISION = "2026-12-07"
SEED = 20261121
PERSONS = ["T-me", "T-spouse", "T-child", "T-parent", "T-host", "T-agent", "T-stranger"]
RELATED = {"spouse": ["T-spouse"], "child": ["T-child"], "parent": ["T-parent"], "host": ["T-host"]}


def document(identifier, kind, subjects=("T-me",), **changes):
    """A document signed by its issuer, valid without end, issued on 1 October 2026."""
    domains = TYPES[kind]["trustDomains"]
    made = {
        "id": identifier, "version": 1, "documentType": kind, "name": f"{identifier} {kind}", "issuedOn": "2026-10-01",
        "issuer": {"name": "Cơ quan thử nghiệm", "kind": TYPES[kind]["issuers"][0]}, "assurance": "signature-verified",
        "form": "original", "subjects": list(subjects), "status": "active",
        "signature": {"verdict": "passed", "signer": "Cơ quan thử nghiệm", "trustDomain": domains[0] if domains else "public"},
        "fields": [], "confidence": "01"}
    return made | changes


def scan(identifier, kind, subjects=("T-me",), **changes):
    """What its holder uploaded without any signature."""
    return document(
        identifier, kind, subjects,
        **({"assurance": "self-declared", "form": "scan", "signature": {"verdict": "none"}, "confidence": "02"} | changes))


def fields(**values):
    return [{"name": name.replace("_", "."), "value": value} for name, value in values.items()]


def citizen(identifier, evidence, answers=None, related=None, representations=(), decision=DECISION):
    return {
        "id": identifier, "on": TODAY, "decisionBy": decision, "answers": answers or {}, "evidence": evidence,
        "applicant": {"id": "T-me", "related": RELATED if related is None else related, "representations": list(representations)}}


EVERYTHING = {
    "1.001193": {"parentsMarried": "yes", "declarantIs": "authorised"},
    "1.000894": {"residesElsewhere": "yes", "partnerResidesElsewhere": "yes", "marriedBefore": "yes"},
    "1.004222": {"home": "rented-or-lent", "movesWithSpouse": "wife", "movesWithChild": "yes"},
    "1.004194": {"movesWithSpouse": "husband", "movesWithChild": "yes"},
    "3.000333": {"kind": "1", "byAgent": "yes", "spouseIs": "wife"},
    "1.013225": {"adjoining": "yes", "fireApproval": "yes"},
    "1.001612": {"jointly": "yes"},
    "3.000346": {"case": "renewal"},
    "2.000635": {"event": "birth", "byAgent": "yes"},
}
PLAIN = {
    "1.001193": {"parentsMarried": "no", "declarantIs": "mother"},
    "1.000894": {"residesElsewhere": "no", "partnerResidesElsewhere": "no", "marriedBefore": "no"},
    "1.004222": {"home": "relatives", "movesWithSpouse": "no", "movesWithChild": "no"},
    "1.004194": {"movesWithSpouse": "no", "movesWithChild": "no"},
    "3.000333": {"kind": "2", "byAgent": "yes", "spouseIs": "none"},
    "1.013225": {"adjoining": "no", "fireApproval": "no"},
    "1.001612": {"jointly": "no"},
    "3.000346": {"case": "first"},
    "2.000635": {"event": "marriage", "byAgent": "no"},
}
AGENT = {"person": "T-agent", "ground": "power-of-attorney", "until": "2026-12-31"}


def by_hand():
    yield citizen("C01", [])
    yield citizen("C02", [], EVERYTHING)
    # Three ordinary papers.
    yield citizen("C03", [
        document("BC", "birth-certificate", fields=fields(subject_fullName="Lê Thị Thử")),
        document("MC", "marriage-certificate", ["T-me", "T-spouse"]),
        scan("CC", "citizen-card", validUntil="2039-03-15", fields=fields(subject_fullName="LÊ THỊ  THỬ")),
    ], PLAIN)
    # Well equipped, everything applies, and an agent acts.
    yield citizen("C04", [
        document("CC", "citizen-card"), document("SC", "citizen-card", ["T-spouse"]),
        document("RC", "residence-confirmation"), document("NB", "notice-of-birth", ["T-child"]),
        document("MC", "marriage-certificate", ["T-me", "T-spouse"]), document("PA", "power-of-attorney", ["T-me", "T-agent"]),
        document("CB", "birth-certificate", ["T-child"]), document("LU", "land-use-certificate"),
        document("DD", "design-drawings"), document("HC", "health-certificate"), document("DL", "driving-licence"),
        document("MS", "marital-status-certificate"),
    ], EVERYTHING, representations=[AGENT])
    # Too old, over, or over before the decision.
    yield citizen("C05", [
        document("CC", "citizen-card", validUntil="2026-11-30"), document("RC", "residence-confirmation", issuedOn="2025-11-20"),
        document("HC", "health-certificate", issuedOn="2025-11-20", validUntil="2027-01-01"),
        document("NB", "notice-of-birth", ["T-child"], validUntil="2026-11-20"),
        document("MS", "marital-status-certificate", issuedOn="2026-05-20", validUntil="2027-01-01"),
    ], EVERYTHING)
    # Papers of other people.
    yield citizen("C06", [
        document("CC", "citizen-card", ["T-stranger"]), document("MC", "marriage-certificate", ["T-stranger"]),
        document("LU", "land-use-certificate", ["T-parent"]), document("PA", "power-of-attorney", ["T-me", "T-stranger"]),
        document("QU", "qualification", ["T-parent"]), document("HC", "health-certificate", ["T-spouse"]),
    ], EVERYTHING, representations=[AGENT])
    # Broken signatures, withdrawn and replaced papers.
    yield citizen("C07", [
        document("CC", "citizen-card", status="revoked"),
        document("MC", "marriage-certificate", ["T-me", "T-spouse"], signature={"verdict": "failed"}),
        document("BC", "birth-certificate"), document("BC", "birth-certificate", version=2, status="revoked"),
        document("DD", "design-drawings", status="superseded"), document("LU", "land-use-certificate", status="superseded"),
    ], PLAIN | {"1.001193": {"parentsMarried": "yes", "declarantIs": "father"}})
    # Nothing but uploads.
    yield citizen("C08", [
        scan("CC", "citizen-card"), scan("RC", "residence-confirmation"), scan("MC", "marriage-certificate", ["T-me", "T-spouse"]),
        scan("HC", "health-certificate"), scan("DD", "design-drawings", form="original"), scan("LU", "land-use-certificate"),
        scan("QU", "qualification", form="original"), scan("NB", "notice-of-birth", ["T-child"]),
        scan("PP", "other", fields=fields(kind="portrait-photo")), scan("DL", "driving-licence"),
    ], PLAIN | {"1.001193": {"parentsMarried": "yes", "declarantIs": "father"}, "3.000346": {"case": "renewal"}})
    # Signed, but not by those who may.
    public = {"verdict": "passed", "signer": "Lê Thị Thử", "trustDomain": "public"}
    yield citizen("C09", [
        document("CC", "citizen-card", signature=public),
        document("RC", "residence-confirmation", issuer={"name": "Một phường", "kind": "commune-committee"}),
        document("MC", "marriage-certificate", ["T-me", "T-spouse"], signature=public),
        document("HC", "health-certificate", issuer={"name": "Một cửa hàng", "kind": "business"}),
        document("DD", "design-drawings", signature={"verdict": "indeterminate", "trustDomain": "public"}),
        document("BC", "birth-certificate", signature=public),
    ], PLAIN | {"1.001193": {"parentsMarried": "yes", "declarantIs": "father"}})
    # Two of a kind, and papers that end.
    yield citizen("C10", [
        scan("CA", "citizen-card"), document("CB", "citizen-card", validUntil="2026-12-01"),
        document("CC", "citizen-card", validUntil="2030-01-01"), document("M1", "marriage-certificate", ["T-me", "T-spouse"]),
        document("M2", "marriage-certificate", ["T-me", "T-spouse"]),
        document("X1", "civil-status-extract", ["T-me", "T-spouse"], fields=fields(event="marriage")),
        document("HP", "lawful-home-proof", validUntil="2026-12-06"), document("IN", "invoice-or-receipt", fields=fields(kind="invoice")),
        document("PA", "power-of-attorney", ["T-me", "T-agent"]),
    ], PLAIN | {
        "1.004222": {"home": "own", "movesWithSpouse": "husband", "movesWithChild": "no"},
        "3.000333": {"kind": "1", "byAgent": "yes", "spouseIs": "none"},
    }, representations=[AGENT | {"until": "2026-11-20"}])


NAMES = ["Lê Thị Thử", "lê thị  thử", "Lê Thị Thứ", "Le Thi Thu", "Le\u0302 Thi\u0323 Thu\u031b\u0309", "Hoà Thử", "Hòa Thử"]
ADDRESSES = [
    "Số 1, phường Thử, thành phố Hà Nội", "Số 1, phường Thử, quận Nghiệm, thành phố Hà Nội",
    "Số 1, xã Mẫu, huyện Nghiệm, tỉnh Thử", "Số 1, xã Mẫu, tỉnh Thử", "Số 1 đường Thử"]
CODES = ["marriage", "birth", "death", "invoice", "registration-fee", "vehicle-origin", "portrait-photo", "household-minutes"]


def generated():
    source = random.Random(SEED)
    kinds = sorted(TYPES)
    today = datetime.date.fromisoformat(TODAY)
    for number in range(11, 41):
        vault = []
        for place in range(source.randrange(0, 36)):
            kind = source.choice(kinds)
            make = document if source.random() < 0.6 else scan
            subjects = [p for p in PERSONS if source.random() < (0.6 if p == "T-me" else 0.3)]
            made = make(f"D{place // 2:02}", kind, subjects, version=place % 2 + 1)
            if source.random() < 0.8:
                made["issuedOn"] = str(today - datetime.timedelta(days=source.choice([-3, 0, 29, 100, 184, 185, 364, 365, 366, 900])))
            else:
                del made["issuedOn"]
            if source.random() < 0.5:
                made["validUntil"] = str(today + datetime.timedelta(days=source.choice([-1, 0, 1, 15, 16, 17, 400, 401])))
            if source.random() < 0.3:
                made["status"] = source.choice(["active", "superseded", "expired", "revoked"])
            if source.random() < 0.3:
                made["assurance"] = source.choice(ASSURANCE)
            if source.random() < 0.3:
                made["form"] = source.choice(["original", "certified-copy", "scan"])
            if source.random() < 0.3:
                made["issuer"] = source.choice([
                    {"name": "Nơi khác", "kind": "business"}, {"name": "Nơi khác", "kind": "district-committee"}, {"name": " "}, {}])
            if source.random() < 0.3:
                made["signature"] = source.choice([
                    {"verdict": "failed", "trustDomain": "public-duty"}, {"verdict": "indeterminate"}, {"verdict": "none"},
                    {"verdict": "passed", "trustDomain": "public"}, {"verdict": "passed"}])
            if source.random() < 0.5:
                made["number"] = f"{place}/TEST"
            names = [f"{p}.{a}" for p, party in TYPES[kind]["parties"].items() for a in party["attributes"]]
            for name in names + [f["id"] for f in TYPES[kind]["fields"]]:
                if source.random() < 0.7:
                    pool = CODES if name in ("kind", "event") else (
                        ADDRESSES if "address" in name or name.startswith("residence") or name.endswith("residence") else NAMES)
                    made["fields"].append({"name": name, "value": source.choice(pool)})
            vault.append(made)
        answers = {}
        for procedure in PROCEDURES:
            answers[procedure["code"]] = {
                q["id"]: source.choice(q["options"])["value"] for q in procedure["questions"] if source.random() < 0.8}
        related = {r: ids for r, ids in RELATED.items() if source.random() < 0.8}
        if source.random() < 0.3:
            related["representative"] = ["T-agent"]
        representations = [
            {"person": "T-agent", "ground": source.choice(["power-of-attorney", "guardian"]), "from": "2026-01-01", "until": until}
            for until in ["2026-11-20", "2026-11-21", "2027-01-01"] if source.random() < 0.3]
        yield citizen(f"C{number}", vault, answers, related, representations,
                      decision=source.choice([TODAY, DECISION, "2026-11-01"]))


def all_citizens():
    return [*by_hand(), *generated()]
