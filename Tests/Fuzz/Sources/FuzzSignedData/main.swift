// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import FuzzSupport
import PKIX

Fuzzer.run { bytes in
    let padded = try SignedData(parsing: bytes, allowsTrailingZeros: true)
    _ = padded.signers.map(\.scheme)
    _ = try SignedData(parsing: bytes)
}
