// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

extension String {
    /// Unicode Normalization Form C: two ways of typing a Vietnamese letter give the same octets.
    var normalizedNFC: String { precomposedStringWithCanonicalMapping }
}
