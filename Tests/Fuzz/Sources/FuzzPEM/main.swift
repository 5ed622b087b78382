// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import FuzzSupport
import PKIX

Fuzzer.run { bytes in
    for block in try PEM.blocks(in: bytes) {
        let again = try PEM.blocks(in: Array(PEM.encode(block.bytes, label: "X").utf8))
        precondition(again.map(\.bytes) == [block.bytes], "a block that was written reads as another")
    }
    _ = try Certificate.all(in: bytes)
}
