// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import FuzzSupport
import PKIX

Fuzzer.run { bytes in
    let certificate = try Certificate(parsing: bytes)
    precondition(certificate.bytes == bytes, "the received bytes are not kept")
    _ = certificate.subject.description
    _ = certificate.subject.subjectIdentifiers.map(\.masked)
    let key = try certificate.subjectPublicKeyInfo.publicKey()
    _ = try certificate.isSigned(by: key)
}
