// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

extension String {
    /// Unicode Normalization Form C: two ways of typing a Vietnamese letter give the same octets.
    var normalizedNFC: String {
        // ASCII is its own normal form; asking for it costs twenty times as much as looking.
        utf8.allSatisfy { $0 < 0x80 } ? self : precomposedStringWithCanonicalMapping
    }
}
