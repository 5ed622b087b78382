// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import FuzzSupport
import PKIX

Fuzzer.run { bytes in
    let list = try CertificateRevocationList(parsing: bytes)
    precondition(list.bytes == bytes, "the received bytes are not kept")
    _ = list.scheme
    _ = try list.entry(for: [1])
    _ = try list.entry(for: Array(bytes.suffix(16)))
}
