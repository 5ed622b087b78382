// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Where one object is, according to one cross-reference section (ISO 32000-2 §7.5.4, §7.5.8.3).
public enum CrossReferenceEntry: Sendable, Hashable {
    /// The object number is free; `generation` is the one that its next use would have.
    case free(generation: Int)
    /// The object stands at a byte offset of the file.
    case inUse(offset: Int64, generation: Int)
    /// The object is the `index`-th one (from 0) of an object stream; its generation is 0.
    case compressed(stream: Int, index: Int)

    /// Whether there is an object.
    public var isInUse: Bool { if case .free = self { false } else { true } }
}
