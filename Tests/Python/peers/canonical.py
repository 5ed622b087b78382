# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Writes JSON in canonical form as Python does: one value per line of input, one line of output each."""

import json
import sys

for line in sys.stdin.buffer:
    value = json.loads(line.decode("utf-8"))
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    sys.stdout.buffer.write(text.encode("utf-8") + b"\n")
