// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

extension String {
    /// The text in Normalization Form C: one code point for a Vietnamese letter with its marks, as fonts have it.
    var normalizedNFC: String { precomposedStringWithCanonicalMapping }
}
