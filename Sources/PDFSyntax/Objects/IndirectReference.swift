// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The identity of an indirect object: object number and generation number (ISO 32000-2 §7.3.10).
public struct IndirectReference: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Object number, from 1 (0 is the head of the free list).
    public let number: Int
    /// Generation number, 0 to 65,535.
    public let generation: Int

    /// Makes a reference.
    public init(_ number: Int, generation: Int = 0) {
        self.number = number
        self.generation = generation
    }

    public var description: String { "\(number) \(generation) R" }

    public static func < (left: IndirectReference, right: IndirectReference) -> Bool {
        (left.number, left.generation) < (right.number, right.generation)
    }
}
