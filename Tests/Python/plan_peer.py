# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Plans of forty invented citizens for every procedure, made by the independent evaluator.

    plan_peer.py citizens > the citizens as JSON
    plan_peer.py plans > {citizen: {procedure code: plan}}
"""

import json
import sys

from plans import citizens, evaluator

everybody = citizens.all_citizens()
if sys.argv[1] == "citizens":
    result = everybody
else:
    result = {c["id"]: {p["code"]: evaluator.plan(c, p) for p in evaluator.PROCEDURES} for c in everybody}
sys.stdout.reconfigure(encoding="utf-8")
json.dump(result, sys.stdout, ensure_ascii=False)
