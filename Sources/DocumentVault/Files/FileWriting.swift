// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Appends to an open file: a large one past the page cache, see ``DirectWriting``. Every call blocks.
package struct FileWriting: ~Copyable {
    /// Octets from which on a file goes past the page cache.
    private static let leastDirect: Int64 = 8 << 20

    private let descriptor: Int32
    private var direct: DirectWriting?

    /// - Parameters:
    ///   - descriptor: Of a file that stands at its end; belongs to the caller.
    ///   - size: How many octets will come, as far as is known.
    package init(_ descriptor: Int32, expecting size: Int64) {
        self.descriptor = descriptor
        direct = size >= Self.leastDirect ? DirectWriting(descriptor) : nil
    }

    package mutating func append(_ bytes: [UInt8]) throws(FileWritingError) {
        if direct != nil {
            try direct?.append(bytes)
        } else {
            let failure = unsafe bytes.withUnsafeBytes { unsafe SystemWrite.all($0, to: descriptor) }
            guard failure == 0 else { throw FileWritingError(code: failure) }
        }
    }

    /// Appends what a closure puts into memory that it is lent.
    ///
    /// - Parameters:
    ///   - most: Octets that the closure may put.
    ///   - fill: Puts them; what it put before an error is not written.
    /// - Throws: ``FileWritingError``; what the closure throws.
    package mutating func append(atMost most: Int, _ fill: (inout OutputSpan<UInt8>) throws -> Void) throws {
        if direct != nil, try direct?.append(atMost: most, fill) == true { return }
        try append([UInt8](capacity: most, initializingWith: fill))
    }

    /// Writes what is left; all of it has been given to the system afterwards, and nothing is durable before the file is
    /// synced.
    package consuming func finish() throws(FileWritingError) {
        try direct.take()?.finish()
    }
}
