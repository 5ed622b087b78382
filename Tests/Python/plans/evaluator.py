# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Plans by the text of docs/formats/procedures-v1.md and the data files, written apart from the Swift engine.

Slow and plain on purpose. `plan(citizen, procedure)` gives the plan as the JSON format has it, without the sentences
(`explanation`), which are words and not decisions.
"""

import calendar
import datetime
import itertools
import json
import pathlib
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parents[3]
DATA = ROOT / "Sources/OnceOnly/Data"
CATALOGUE = json.loads((DATA / "document-types.json").read_text("utf-8"))
PROCEDURES = json.loads((DATA / "procedures.json").read_text("utf-8"))["procedures"]
TYPES = {t["code"]: t for t in CATALOGUE["types"]}
RECORD_FIELDS = {"number": "identifier", "issuedOn": "date", "validUntil": "date", "issuerName": "text"}
GRAVITY = [
    "wrongSubject", "superseded", "revoked", "expired", "signatureInvalid", "notYetIssued", "wrongContent",
    "wrongIssuer", "unverified", "wrongForm", "issueDateUnknown", "stale",
]
STATUS = {reason: reason for reason in GRAVITY} | {
    "wrongContent": "missing", "notYetIssued": "unverified", "issueDateUnknown": "unverified"}
ASSURANCE = ["self-declared", "signature-verified", "agency-verified"]
LEVELS = {
    "ministry-of-public-security": "central", "provincial-police": "province", "provincial-committee": "province",
    "justice-department": "province", "construction-department": "province", "finance-department": "province",
    "district-committee": "district", "commune-police": "commune", "commune-committee": "commune"}
FOREVER = datetime.date.max


def day(text):
    return datetime.date.fromisoformat(text) if text else None


def months_later(date, months):
    index = date.year * 12 + date.month - 1 + months
    year, month = divmod(index, 12)
    return datetime.date(year, month + 1, min(date.day, calendar.monthrange(year, month + 1)[1]))


def field_kind(code, field):
    if field in RECORD_FIELDS:
        return RECORD_FIELDS[field]
    for item in TYPES[code]["fields"]:
        if item["id"] == field:
            return item["kind"]
    return CATALOGUE["personAttributes"][field.split(".")[-1]]["kind"]


def holds(condition, answers):
    """True, False, or None while a question is open."""
    if condition is None:
        return True
    if "question" in condition:
        answer = answers.get(condition["question"])
        return None if answer is None else answer in condition["isOneOf"]
    if "not" in condition:
        inner = holds(condition["not"], answers)
        return None if inner is None else not inner
    name = "all" if "all" in condition else "any"
    results = [holds(c, answers) for c in condition[name]]
    decisive = name == "any"
    return decisive if decisive in results else (None if None in results else not decisive)


def questions_of(condition):
    if condition is None:
        return []
    if "question" in condition:
        return [condition["question"]]
    return [q for c in [condition.get("not")] + condition.get("all", []) + condition.get("any", []) for q in questions_of(c)]


class Document:
    def __init__(self, evidence, vault):
        self.e = evidence
        self.type = TYPES[evidence["documentType"]]
        self.issued, stated = day(evidence.get("issuedOn")), day(evidence.get("validUntil"))
        rule = self.type["validity"]
        counted = months_later(self.issued, rule["months"]) if rule["kind"] == "months" and self.issued else None
        self.last = stated or counted
        self.end_unknown = rule["kind"] == "months" and self.last is None
        signature = evidence["signature"]
        self.by_issuer = signature["verdict"] == "passed" and signature.get("trustDomain") in self.type["trustDomains"]
        claimed = evidence["assurance"]
        self.assurance = "self-declared" if claimed == "signature-verified" and not self.by_issuer else claimed
        self.strength = 0 if self.assurance != "self-declared" else (1 if evidence["form"] == "certified-copy" else 2)
        self.outdated = any(o["id"] == evidence["id"] and o["version"] > evidence["version"] for o in vault)
        self.values = {}
        for field in evidence["fields"]:
            if field["value"].strip():
                self.values.setdefault(field["name"], []).append(field["value"])
        for values in self.values.values():
            values.sort(key=lambda v: v.encode())
        record = {
            "number": evidence.get("number"), "issuedOn": evidence.get("issuedOn"),
            "validUntil": evidence.get("validUntil"), "issuerName": evidence["issuer"].get("name")}
        for name, value in record.items():
            self.values.pop(name, None)
            if value and value.strip():
                self.values[name] = [value]

    @property
    def reference(self):
        return {k: self.e[k] for k in ("id", "version", "documentType", "name")}

    @property
    def order(self):
        return (self.strength, -(self.last or FOREVER).toordinal(), self.e["id"], -self.e["version"])


class Planner:
    def __init__(self, citizen, procedure):
        self.citizen, self.procedure = citizen, procedure
        self.on = day(citizen["on"])
        self.decision = max(self.on, day(citizen["decisionBy"]))
        vault = citizen["evidence"]
        self.documents = sorted((Document(e, vault) for e in vault if e["documentType"] in TYPES), key=lambda d: d.order)
        offered = {q["id"]: [o["value"] for o in q["options"]] for q in procedure["questions"]}
        given = citizen["answers"].get(procedure["code"], {})
        self.answers = {q: a for q, a in given.items() if a in offered.get(q, [])}

    # Who a document concerns

    def persons(self, role, grounds=()):
        applicant = self.citizen["applicant"]
        found = set(applicant.get("related", {}).get(role, [])) if not (role == "representative" and grounds) else set()
        if role == "applicant":
            found.add(applicant["id"])
        if role == "representative":
            for r in applicant.get("representations", []):
                begun = not r.get("from") or day(r["from"]) <= self.on
                ended = r.get("until") and day(r["until"]) < self.on
                if begun and not ended and (not grounds or r["ground"] in grounds):
                    found.add(r["person"])
        return found

    # Reasons

    def general_reasons(self, d):
        e = d.e
        return {
            name for name, hit in {
                "superseded": e["status"] == "superseded" or d.outdated,
                "revoked": e["status"] == "revoked",
                "expired": e["status"] == "expired" or (d.last is not None and d.last < self.on),
                "signatureInvalid": e["signature"]["verdict"] == "failed",
                "notYetIssued": d.issued is not None and d.issued > self.on,
            }.items() if hit
        }

    def fresh_until(self, d, s):
        if d.issued is None:
            return None
        if "freshnessDays" in s:
            return d.issued + datetime.timedelta(days=s["freshnessDays"])
        return months_later(d.issued, s["freshnessMonths"]) if "freshnessMonths" in s else None

    def wrong_issuer(self, d, s):
        kind = d.e["issuer"].get("kind")
        if s.get("issuers"):
            if kind not in s["issuers"]:
                return True
        elif kind and "other" not in d.type["issuers"] and kind not in d.type["issuers"]:
            return True
        if s.get("issuerLevels") and (kind is None or LEVELS.get(kind, "none") not in s["issuerLevels"]):
            return True
        if s["minimumAssurance"] == "self-declared" or d.e["assurance"] == "agency-verified":
            return False
        signature = d.e["signature"]
        domains = s.get("trustDomains") or d.type["trustDomains"]
        return signature["verdict"] == "passed" and signature.get("trustDomain") not in domains

    def reasons(self, d, s):
        found = self.general_reasons(d)
        subjects = set(d.e["subjects"])
        concerned = [bool(subjects & self.persons(r, s.get("grounds", ()))) for r in s.get("subjects", ["applicant"])]
        if not (all(concerned) if s.get("everySubject") else any(concerned)):
            found.add("wrongSubject")
        if any(value not in d.values.get(field, []) for field, value in s.get("where", {}).items()):
            found.add("wrongContent")
        forms = s.get("forms", ["original", "certified-copy", "scan"])
        if d.e["form"] not in forms:
            found.add("wrongForm")
        if self.wrong_issuer(d, s):
            found.add("wrongIssuer")
        elif ASSURANCE.index(d.assurance) < ASSURANCE.index(s["minimumAssurance"]) or (
                d.assurance == "self-declared" and d.e["form"] == "original" and "scan" not in forms):
            found.add("unverified")
        fresh = self.fresh_until(d, s)
        if fresh is not None and fresh < self.on:
            found.add("stale")
        if d.issued is None and (d.end_unknown or "freshnessMonths" in s or "freshnessDays" in s):
            found.add("issueDateUnknown")
        return sorted(found, key=GRAVITY.index)

    def lasts(self, d):
        return d.last is None or d.last >= self.decision

    # Requirements

    def match(self, s):
        if s.get("madeInDossier"):
            return {"s": s, "good": [], "bad": []}
        of_type = [d for d in self.documents if d.e["documentType"] == s["type"]]
        judged = [(d, self.reasons(d, s)) for d in of_type]
        good = [d for d, r in judged if not r]
        return {
            "s": s, "good": [d for d in good if self.lasts(d)] + [d for d in good if not self.lasts(d)],
            "bad": [(d, r) for d, r in judged if r]}

    def met(self, m):
        return bool(m["s"].get("madeInDossier") or m["good"])

    def ends(self, m):
        return bool(m["good"]) and not self.lasts(m["good"][0])

    def nearness(self, m):
        return max((GRAVITY.index(r[0]) for _, r in m["bad"]), default=-1)

    def rank(self, way):
        unmet = [m for m in way if not self.met(m)]
        if not unmet:
            return (0, any(self.ends(m) for m in way), 0)
        return (1, len(unmet), -min(self.nearness(m) for m in unmet))

    def status(self, way, place):
        unmet = [m for m in way if not self.met(m)]
        if unmet:
            worst = min(self.nearness(m) for m in unmet)
            return "missing" if worst < 0 else STATUS[GRAVITY[worst]]
        if any(m["s"].get("madeInDossier") for m in way):
            return "toBeCompleted"
        if any(self.ends(m) for m in way):
            return "expiresBeforeDecision"
        return "satisfied" if place == 0 else "satisfiedByAlternative"

    def tied(self, m):
        first = m["good"][0]
        same = lambda d: (d.strength, d.last, self.lasts(d)) == (first.strength, first.last, self.lasts(first))
        return list(itertools.takewhile(same, m["good"]))

    def evaluate(self):
        rows = []
        for requirement in self.procedure["requirements"]:
            applies = {True: "yes", False: "no", None: "depends"}[holds(requirement.get("when"), self.answers)]
            row = {"r": requirement, "applies": applies, "picks": []}
            rows.append(row)
            if applies == "no":
                row.update(status="notRequired", list=0, ways=[], way=[])
                continue
            ways = [[self.match(s) for s in way] for way in requirement["lists"]]
            place = min(range(len(ways)), key=lambda i: (self.rank(ways[i]), i))
            row.update(ways=ways, way=ways[place], list=place, status=self.status(ways[place], place))
            row["shown"] = applies == "yes" and (
                row["status"] in ("satisfied", "satisfiedByAlternative", "expiresBeforeDecision", "toBeCompleted"))
            row["picks"] = [[m, m["good"][0]] for m in row["way"] if m["good"]]
        self.settle([p for row in rows if row.get("shown") for p in row["picks"]])
        return rows

    def settle(self, picks):
        """Every assignment of tied documents with the fewest documents; among those the greedy rule of the format."""
        if not picks:
            return
        chosen = {p[1] for p in picks if len(self.tied(p[0])) == 1}
        left = [p for p in picks if len(self.tied(p[0])) > 1]
        groups = [self.tied(p[0]) for p in left]
        fewest = None
        if 0 < len(groups) and len(list(itertools.islice(itertools.product(*groups), 20_001))) <= 20_000:
            fewest = min(len(chosen | set(choice)) for choice in itertools.product(*groups))
        while left:
            for pick in list(left):
                known = [d for d in self.tied(pick[0]) if d in chosen]
                if known:
                    pick[1] = known[0]
                    left.remove(pick)
            candidates = [d for pick in left for d in self.tied(pick[0])]
            if candidates:
                chosen.add(max(candidates, key=lambda d: (candidates.count(d), -candidates.index(d))))
        if fewest is not None:
            assert len({p[1] for p in picks}) == fewest, "the greedy rule missed a smaller disclosure"

    def choice_reason(self, m, pick):
        first = m["good"][0]
        if pick is not first:
            return "fewerDocuments"
        if len(m["good"]) == 1:
            return "onlyCandidate"
        second = m["good"][1]
        if self.lasts(first) and not self.lasts(second):
            return "lastsUntilDecision"
        if first.strength != second.strength:
            return "strongerProof"
        return "firstByIdentifier" if first.last == second.last else "longerValidity"

    # The plan

    def plan(self):
        rows = self.evaluate()
        order, uses = [], {}
        for row in rows:
            if row.get("shown"):
                for m, d in row["picks"]:
                    if d not in uses:
                        order.append(d)
                    uses.setdefault(d, []).append((row["r"]["id"], m["s"].get("sufficientFields", [])))
        disclosed = set(order)
        asked = [r.get("when") for r in self.procedure["requirements"]]
        for field in self.procedure["form"]["fields"]:
            asked += [field.get("when")] + [s.get("when") for s in field["sources"] if isinstance(s, dict)]
        open_questions = {
            q for c in asked if holds(c, self.answers) is None for q in questions_of(c) if q not in self.answers}
        return {
            "formatVersion": 1,
            "procedure": {k: self.procedure[k] for k in ("code", "version", "name")},
            "documentTypes": CATALOGUE["catalogueVersion"],
            "on": str(self.on), "decisionBy": str(self.decision), "answers": self.answers,
            "openQuestions": [q["id"] for q in self.procedure["questions"] if q["id"] in open_questions],
            "requirements": [self.requirement(row) for row in rows],
            "gaps": [gap for gap in map(self.gap, rows) if gap],
            "form": [self.form_field(f, disclosed) for f in self.procedure["form"]["fields"]],
            "disclosure": [
                {
                    "evidence": d.reference, "requirements": list(dict.fromkeys(i for i, _ in uses[d])),
                    "fields": [] if any(not f for _, f in uses[d]) else list(dict.fromkeys(x for _, f in uses[d] for x in f)),
                    "sensitivity": d.type["sensitivity"],
                } for d in order],
            "forecast": self.forecast(rows),
        }

    def requirement(self, row):
        usable = {d for way in row["ways"] for m in way for d in m["good"]}
        rejected, seen = [], set()
        for m in (m for way in row["ways"] for m in way):
            for d, reasons in m["bad"]:
                if d in usable or d in seen:
                    continue
                seen.add(d)
                last = d.last if "expired" in reasons else (self.fresh_until(d, m["s"]) if "stale" in reasons else None)
                rejected.append({"evidence": d.reference, "reasons": reasons} | ({"lastDay": str(last)} if last else {}))
        items = []
        for m in row["way"]:
            item = {
                "documentType": m["s"]["type"], "name": TYPES[m["s"]["type"]]["name"],
                "madeInDossier": m["s"].get("madeInDossier", False)}
            for n, d in row["picks"]:
                if n is m:
                    item["choice"] = {
                        "evidence": d.reference, "reason": self.choice_reason(m, d), "assurance": d.assurance,
                        "form": d.e["form"], "runnersUp": [o.reference for o in m["good"] if o is not d],
                    } | ({"lastDay": str(d.last)} if d.last else {})
            items.append(item)
        return {
            "id": row["r"]["id"], "name": row["r"]["name"], "applies": row["applies"], "status": row["status"],
            "list": row["list"], "items": items, "rejected": rejected}

    def gap(self, row):
        if row["status"] in ("satisfied", "satisfiedByAlternative", "notRequired"):
            return None
        made = lambda m: m["s"].get("madeInDossier", False)
        if all(self.met(m) for m in row["way"]):
            ways = [[m for m in row["way"] if made(m) or self.ends(m)]]
        else:
            ways = [[m for m in way if not self.met(m) or made(m)] for way in row["ways"]]
        return {
            "requirement": row["r"]["id"], "name": row["r"]["name"], "reason": row["status"],
            "isBlocking": row["applies"] == "yes" and row["status"] != "expiresBeforeDecision",
            "ways": [[self.need(m) for m in way] for way in ways]}

    def need(self, m):
        s, kind = m["s"], TYPES[m["s"]["type"]]
        issuers = s.get("issuers") or kind["issuers"]
        if s.get("issuerLevels"):
            issuers = [i for i in issuers if LEVELS.get(i, "none") in s["issuerLevels"]]
        near = self.nearness(m)
        return {
            "documentType": s["type"], "name": kind["name"], "subjects": s.get("subjects", ["applicant"]),
            "issuers": issuers, "registers": kind["registers"], "madeInDossier": s.get("madeInDossier", False),
        } | ({"reason": GRAVITY[near]} if near >= 0 else {})

    def forecast(self, rows):
        found = []
        for row in rows:
            for m, d in row["picks"]:
                for kind, last in (("validity", d.last), ("freshness", self.fresh_until(d, m["s"]))):
                    if last:
                        found.append({
                            "evidence": d.reference, "requirement": row["r"]["id"], "kind": kind, "lastDay": str(last),
                            "beforeDecision": last < self.decision})
        return sorted(found, key=lambda f: f["lastDay"])

    # The form

    def form_field(self, field, disclosed):
        applies = {True: "yes", False: "no", None: "depends"}[holds(field.get("when"), self.answers)]
        least = ASSURANCE.index(field.get("minimumAssurance", "self-declared"))
        found = []
        for source in [] if applies == "no" else field["sources"]:
            source = {"field": source} if isinstance(source, str) else source
            if holds(source.get("when"), self.answers) is not True:
                continue
            code, name = source["field"].split(".", 1)
            persons = set().union(*(self.persons(r) for r in source.get("subjects", ["applicant"])))
            for d in self.documents:
                if d.e["documentType"] != code or ASSURANCE.index(d.assurance) < least or d.end_unknown:
                    continue
                if self.general_reasons(d) or not persons & set(d.e["subjects"]):
                    continue
                for value in d.values.get(name, []):
                    entry = (d, name, value, source.get("fallback", False))
                    if entry not in found:
                        found.append(entry)
        found.sort(key=lambda c: (c[3], c[0] not in disclosed))
        leading = [c for c in found if not c[3]] or found
        readings = {" ".join(unicodedata.normalize("NFC", c[2]).lower().split()) for c in leading}
        state = ["typed", "filled", "conflicting"][min(len(readings), 2)]
        return {
            "id": field["id"], "name": field["name"], "isRequired": field.get("required", True), "applies": applies,
            "state": state, "candidates": [self.candidate(c, disclosed) for c in found],
            "findings": findings(found, any(field_kind(c[0].e["documentType"], c[1]) == "address" for c in found)),
        } | ({"value": leading[0][2]} if state == "filled" else {})

    def candidate(self, c, disclosed):
        d, name, value, fallback = c
        signature = d.e["signature"]
        provenance = {
            "evidence": d.reference, "field": name, "kind": field_kind(d.e["documentType"], name),
            "assurance": d.assurance, "signature": signature["verdict"], "form": d.e["form"],
            "confidence": d.e["confidence"], "isDisclosed": d in disclosed}
        for key, known in (
                ("issuer", d.e["issuer"].get("name")), ("issuedOn", d.e.get("issuedOn")), ("signer", signature.get("signer"))):
            if known is not None:
                provenance[key] = known
        return {"value": value, "provenance": provenance, "isFallback": fallback}


TONES = "\u0300\u0301\u0303\u0309\u0323"


def difference(left, right, addresses):
    nfc = [unicodedata.normalize("NFC", t) for t in (left, right)]
    if nfc[0] == nfc[1]:
        return "composition"
    spaced = [" ".join(t.split()) for t in nfc]
    if spaced[0] == spaced[1]:
        return "spacing"
    low = [t.lower() for t in spaced]
    if low[0] == low[1]:
        return "letterCase"
    apart = [[unicodedata.normalize("NFD", w) for w in t.split()] for t in low]
    without = lambda w, marks: "".join(c for c in w if c not in marks)
    toned = [[(without(w, TONES), [c for c in w if c in TONES]) for w in ws] for ws in apart]
    if toned[0] == toned[1]:
        return "toneMarkPlacement"
    bare = [[without(w, TONES + "\u0302\u0306\u031b").replace("đ", "d") for w in ws] for ws in apart]
    if bare[0] == bare[1]:
        return "diacritics"
    if addresses:
        levels = [administrative_levels(t) for t in low]
        if None not in levels and levels[0] != levels[1]:
            return "administrativeUnits"
    return "content"


def administrative_levels(address):
    parts = [p.strip() for p in address.split(",")]
    begins = lambda p, kinds: any(p.startswith(k if k.endswith(".") else k + " ") for k in kinds)
    communes = [i for i, p in enumerate(parts) if begins(p, ["xã", "phường", "thị trấn", "đặc khu", "x.", "p.", "tt."])]
    if not communes:
        return None
    after = parts[communes[-1] + 1:]
    if len(after) == 1:
        return 2
    districts = ["quận", "huyện", "thị xã", "thành phố", "q.", "h.", "tx.", "tp."]
    return 3 if len(after) == 2 and begins(after[0], districts) else None


def findings(candidates, addresses):
    found, seen = [], set()
    for _, _, value, fallback in candidates:
        if not seen:
            first, first_fallback = value, fallback
        elif value not in seen:
            kind = difference(first, value, addresses)
            harmless = kind in ("composition", "spacing", "letterCase")
            secondary = fallback and not first_fallback
            found.append({"kind": kind, "value": first, "other": value, "needsDecision": not (harmless or secondary)})
        seen.add(value)
    return found


def plan(citizen, procedure):
    return Planner(citizen, procedure).plan()
