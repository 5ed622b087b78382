// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import FuzzSupport
import PKIX

Fuzzer.run { bytes in
    if let request = try? OCSPRequest(parsing: bytes) {
        precondition(request.bytes == bytes, "the received bytes are not kept")
    }
    let response = try OCSPResponse(parsing: bytes)
    precondition(response.bytes == bytes, "the received bytes are not kept")
    guard let basic = response.basic else { return }
    _ = response.answers(OCSPRequest(basic.responses.map(\.certificateID)))
    for certificate in basic.certificates where basic.names(certificate) {
        _ = try? basic.isSigned(by: certificate.subjectPublicKeyInfo.publicKey())
    }
}
