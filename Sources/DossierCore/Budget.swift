// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The limits that a parser of hostile input keeps.
///
/// A parser that would pass a limit stops with a ``LimitExceeded`` (wrapped in its module's own error) that names the
/// limit. Time is bounded by the number of steps, because the pure layers reach no clock.
public struct Budget: Sendable, Hashable {
    /// Largest input, and largest single decoded object, in bytes.
    public var bytes: Int64
    /// Largest file of a format of which only single objects are held in memory, in bytes.
    public var fileBytes: Int64
    /// Deepest nesting.
    public var depth: Int
    /// Most objects (elements, entries, indirect objects) in one input.
    public var objects: Int
    /// Largest ratio of expanded to stored bytes of a compressed object.
    public var expansionRatio: Int

    /// Makes a budget; each limit is inclusive.
    ///
    /// - Parameter fileBytes: `nil` for as many as `bytes`.
    public init(bytes: Int64, depth: Int, objects: Int, expansionRatio: Int, fileBytes: Int64? = nil) {
        self.bytes = bytes
        self.fileBytes = fileBytes ?? bytes
        self.depth = depth
        self.objects = objects
        self.expansionRatio = expansionRatio
    }

    /// 1 GiB, files of 1 TiB, depth 64, four million objects, ratio 1,100 (deflate cannot pass 1,032).
    public static let standard = Budget(
        bytes: 1 << 30, depth: 64, objects: 4_000_000, expansionRatio: 1_100, fileBytes: 1 << 40)
}

/// A limit of a ``Budget`` was passed.
public struct LimitExceeded: Error, Sendable, Hashable, CustomStringConvertible {
    /// Which limit.
    public enum Limit: String, Sendable, Hashable {
        /// ``Budget/bytes``.
        case bytes
        /// ``Budget/depth``.
        case depth
        /// ``Budget/objects``.
        case objects
        /// ``Budget/expansionRatio``.
        case expansionRatio
    }
    /// The limit that was passed.
    public let limit: Limit
    /// The value that the budget allows.
    public let allowed: Int64

    /// Makes the error.
    public init(_ limit: Limit, allowed: some BinaryInteger) {
        self.limit = limit
        self.allowed = Int64(clamping: allowed)
    }

    public var description: String { "over the limit of \(allowed) for \(limit.rawValue)" }
}
