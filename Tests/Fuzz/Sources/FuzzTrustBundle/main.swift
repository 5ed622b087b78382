// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import FuzzSupport
import PKIX

Fuzzer.run { bytes in
    let bundle = try TrustBundle(parsing: bytes)
    precondition(TrustBundle.isBundle(bytes), "a bundle is not known for one")
    precondition((try? TrustBundle(parsing: bundle.bytes)) == bundle, "what is written reads as something else")
    _ = bundle.domains(for: .signing, at: bundle.issued)
}
