// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import DossierCore
import FuzzSupport
import PKIX

Fuzzer.run { bytes in
    let padded = try SignedData(parsing: bytes, allowsTrailingZeros: true)
    _ = padded.signers.map(\.scheme)
    // Attributes, time-stamps and archive time-stamps with what they cover.
    let document = try CAdESDocument(parsing: bytes, content: MemorySource([1, 2, 3]))
    _ = try document.signatureFacts(with: ValidationMaterial())
}
