// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import FuzzSupport

Fuzzer.run { bytes in
    let definite = try BERTranscoding.der(from: bytes)
    let again = try? BERTranscoding.der(from: definite)
    precondition(again == definite, "rewriting DER changes it")
    _ = try DERElement(parsing: definite)
}
