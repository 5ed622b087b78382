# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Validates JSON documents by a JSON Schema with PyPI jsonschema.

    schema_peer.py SCHEMA < list of documents > list of lists of faults

Exit status 3 when jsonschema is not installed.
"""

import json
import sys

try:
    import jsonschema
except ImportError:
    sys.exit(3)

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
json.dump([[error.message[:300] for error in validator.iter_errors(document)] for document in json.load(sys.stdin)], sys.stdout)
