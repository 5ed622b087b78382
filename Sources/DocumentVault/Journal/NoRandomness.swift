// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

/// For a reader that changes nothing: asking it for randomness is a programmer's mistake.
struct NoRandomness: RandomSource {
    func fill(_ span: inout OutputSpan<UInt8>) { preconditionFailure("a reader needs no randomness") }
}
