# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Holds the catalogues that are compiled in against their JSON Schemas, and the schemas against seeded faults.

    .build/peers/bin/python -m unittest discover -s Tests/Python -p 'test_catalogue*.py'

Any Python with `jsonschema` will do; `make test` runs it too.
"""

import copy
import json
import pathlib
import unicodedata
import unittest

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
FORMATS = {
    name: (
        json.loads((ROOT / f"docs/schemas/{name}-v1.schema.json").read_text("utf-8")),
        json.loads((ROOT / f"Sources/OnceOnly/Data/{name}.json").read_text("utf-8")),
    )
    for name in ("document-types", "procedures")
}


def validator(schema):
    return jsonschema.Draft202012Validator(schema)


class CatalogueSchemas(unittest.TestCase):
    def test_the_schemas_are_schemas(self):
        for schema, _ in FORMATS.values():
            jsonschema.Draft202012Validator.check_schema(schema)

    def test_the_compiled_in_catalogues_follow_their_schemas(self):
        for name, (schema, data) in FORMATS.items():
            with self.subTest(name):
                self.assertEqual([e.message for e in validator(schema).iter_errors(data)], [])

    def test_the_texts_are_composed(self):
        for name in FORMATS:
            text = (ROOT / f"Sources/OnceOnly/Data/{name}.json").read_text("utf-8")
            self.assertEqual(text, unicodedata.normalize("NFC", text))

    def test_every_reference_of_the_procedures_leads_somewhere(self):
        # Written apart from the Swift reader: the same rules, read from docs/formats/procedures-v1.md.
        catalogue = FORMATS["document-types"][1]
        fields = {
            t["code"]: {"number", "issuedOn", "validUntil", "issuerName"}
            | {f["id"] for f in t["fields"]}
            | {f"{party}.{a}" for party, p in t["parties"].items() for a in p["attributes"]}
            for t in catalogue["types"]
        }
        for procedure in FORMATS["procedures"][1]["procedures"]:
            answers = {q["id"]: {o["value"] for o in q["options"]} for q in procedure["questions"]}

            def check(condition):
                if "question" in condition:
                    self.assertLessEqual(set(condition["isOneOf"]), answers[condition["question"]])
                for inner in condition.get("all", []) + condition.get("any", []) + [condition.get("not", {})]:
                    if inner:
                        check(inner)

            self.assertLessEqual(set(procedure["results"]), set(fields))
            for requirement in procedure["requirements"]:
                check(requirement.get("when", {}))
                for specification in (s for way in requirement["lists"] for s in way):
                    self.assertIn(specification["type"], fields)
                    self.assertLessEqual(set(specification.get("where", {})), fields[specification["type"]])
            for field in procedure["form"]["fields"]:
                check(field.get("when", {}))
                for source in field["sources"]:
                    source = {"field": source} if isinstance(source, str) else source
                    check(source.get("when", {}))
                    kind, path = source["field"].split(".", 1)
                    self.assertIn(path, fields[kind], procedure["code"])

    def test_a_seeded_fault_is_refused(self):
        def procedure(change):
            data = copy.deepcopy(FORMATS["procedures"][1])
            change(data["procedures"][0])
            return "procedures", data

        def document_type(change):
            data = copy.deepcopy(FORMATS["document-types"][1])
            change(data["types"][0])
            return "document-types", data

        faults = {
            "no English name": procedure(lambda p: p["name"].pop("en")),
            "misspelt member": procedure(lambda p: p.update(effectiveForm="2026-01-01")),
            "no list": procedure(lambda p: p["requirements"][0].update(lists=[])),
            "empty list": procedure(lambda p: p["requirements"][0].update(lists=[[]])),
            "no assurance": procedure(lambda p: p["requirements"][1]["lists"][0][0].pop("minimumAssurance")),
            "unknown role": procedure(lambda p: p["requirements"][1]["lists"][0][0].update(subjects=["uncle"])),
            "months without a number": document_type(lambda t: t.update(validity={"kind": "months"})),
            "no issuer": document_type(lambda t: t.update(issuers=[])),
            "blank name": document_type(lambda t: t["name"].update(vi=" ")),
        }
        for fault, (name, data) in faults.items():
            with self.subTest(fault):
                self.assertFalse(validator(FORMATS[name][0]).is_valid(data))


class PlanSchemas(unittest.TestCase):
    """The list of all plans stands in one file with the definitions of one plan: they must not drift apart."""

    def test_the_list_holds_the_schema_of_one_plan(self):
        one, many = (
            json.loads((ROOT / f"docs/schemas/{name}.schema.json").read_text("utf-8"))
            for name in ("plan-v1", "plan-all-v1")
        )
        jsonschema.Draft202012Validator.check_schema(many)
        plan = many["$defs"].pop("plan")
        self.assertEqual(many["$defs"], one["$defs"])
        for name in ("type", "required", "properties", "additionalProperties"):
            self.assertEqual(plan[name], one[name])


if __name__ == "__main__":
    unittest.main()
