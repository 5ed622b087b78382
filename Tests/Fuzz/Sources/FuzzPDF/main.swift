// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import FuzzSupport
import PAdES
import PDFSyntax

/// What a file of this size may ask for; the standard budget would let single inputs run for minutes.
let budget = Budget(bytes: 1 << 24, depth: 64, objects: 100_000, expansionRatio: 1_100)

Fuzzer.run { bytes in
    let file = try PDFFile(reading: MemorySource(bytes), budget: budget)
    for reference in file.objectsInUse().prefix(200) {
        guard let object = try? file.object(reference), case .stream(let stream) = object else { continue }
        _ = try? file.decodedBytes(of: stream)
    }
    _ = try? DocumentSecurityStore.ofAllRevisions(in: file)
    let signatures = try DocumentSignatures(in: file)
    for signature in signatures.signatures { _ = try signatures.changes(after: signature) }
}
