// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

extension ByteSource {
    /// Gives out everything, piece by piece, in order.
    func copy(to output: ([UInt8]) throws -> Void) throws {
        var offset: Int64 = 0
        while offset < size {
            let piece = try bytes(at: offset, count: Int(min(1 << 18, size - offset)))
            try output(piece)
            offset += Int64(piece.count)
        }
    }
}
