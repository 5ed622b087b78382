// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import FuzzSupport

Fuzzer.run { bytes in
    let manifest = try DossierManifest(parsing: bytes)
    precondition(manifest.bytes == bytes, "what is read is written as other bytes")
}
