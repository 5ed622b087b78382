// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import FuzzSupport

/// Visits every element and reads it as each type that it may be.
func walk(_ element: DERElement) throws {
    _ = try? element.boolean()
    _ = try? element.integer()
    _ = try? element.integerOctets()
    _ = try? element.octetString()
    _ = try? element.bitString()
    _ = try? element.octetAlignedBitString()
    _ = try? element.objectIdentifier().description
    _ = try? element.time()
    _ = element.text
    guard element.tag.isConstructed else { return }
    for inner in try element.elements() { try walk(inner) }
}

Fuzzer.run { bytes in
    let element = try DERElement(parsing: bytes)
    precondition(element.bytes == bytes, "an element that fills the input has other bytes")
    try walk(element)
}
