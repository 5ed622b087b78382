// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax

/// The parts of a package or escrow as its DER has them (docs/formats/grant-v1.md §6).
struct GrantPackageParts {
    var strings: [[UInt8]] = []
    var items: [[UInt8]] = []

    init?(_ bytes: [UInt8]) {
        guard let elements = try? DERElement(parsing: bytes).elements() else { return nil }
        for element in elements {
            if let octets = try? element.octetString() { strings.append(octets) }
            if element.tag == .sequence { items = ((try? element.elements()) ?? []).map(\.contentBytes) }
        }
    }
}
