// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import FuzzSupport
import PKIX

Fuzzer.run { bytes in
    if let request = try? TimeStampRequest(parsing: bytes) {
        precondition(request.bytes == bytes, "the received bytes are not kept")
    }
    for token in [try? TimeStampToken(parsing: bytes), (try? TimeStampResponse(parsing: bytes))?.token] {
        guard let token else { continue }
        _ = token.information.bounds
        precondition(!token.verify(stamping: [1, 2, 3]).faults.isEmpty, "no seed stamps these bytes")
    }
}
