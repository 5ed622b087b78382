// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import FuzzSupport
import PKIX
import SignatureValidation

Fuzzer.run { bytes in
    _ = try? AlgorithmPolicy(parsing: bytes)
    let policy = try ValidationPolicy(parsing: bytes)
    _ = policy.algorithms
}
