// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import DossierCore
import FuzzSupport
import PKIX
import ZIPSyntax

/// What a file of this size may ask for; the standard budget would let single inputs run for seconds.
let budget = Budget(bytes: 1 << 22, depth: 16, objects: 1000, expansionRatio: 200)

Fuzzer.run { bytes in
    let source = MemorySource(bytes)
    _ = try ASiCContainer.isClaimed(by: source)
    let archive = try ZIPArchive(reading: source, budget: budget)
    for entry in archive.entries {
        guard let content = try? archive.bytes(of: entry, limit: 1 << 22), !content.isEmpty else { continue }
        let part = archive.source(of: entry)
        // Backwards, which begins anew; the same bytes must come.
        let middle = content.count / 2
        let half = try part.bytes(at: Int64(middle), count: content.count - middle)
        let first = try part.bytes(at: 0, count: 1)
        precondition(half == Array(content[middle...]) && first == [content[0]])
    }
    // What is written from it is read again as the same.
    var copy: [UInt8] = []
    try withoutActuallyEscaping({ copy += $0 } as ([UInt8]) throws -> Void) { output in
        var writer = ZIPWriter(to: output)
        for entry in archive.entries { try writer.copy(entry, of: archive) }
        try writer.finish(comment: archive.comment)
    }
    let again = try ZIPArchive(reading: MemorySource(copy), budget: budget)
    precondition(again.entries.map(\.name) == archive.entries.map(\.name))
    precondition(again.entries.map(\.record) == archive.entries.map(\.record))
    guard let container = ASiCContainer(archive) else { return }
    _ = try container.timeStamps()
    _ = try container.signatureFacts(with: ValidationMaterial())
}
