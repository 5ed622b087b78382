// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Why the digest of a source could not be taken.
public enum SourceDigestError: Error, Sendable, Equatable {
    /// The source could not be read.
    case source(ByteSourceError)
    /// The digest is not available.
    case digest(CryptoPrimitivesError)
}

extension DigestAlgorithm {
    /// The digest of a source, or of some ranges of it in their order.
    ///
    /// - Parameter ranges: Offsets in bytes; `nil` for the whole source.
    /// - Complexity: one pass, 256 KiB of memory.
    public func digest(
        of source: any ByteSource, ranges: [Range<Int64>]? = nil
    ) throws(SourceDigestError) -> [UInt8] {
        do {
            var state = try DigestState(self)
            for range in ranges ?? [0..<source.size] {
                var offset = range.lowerBound
                while offset < range.upperBound {
                    let count = Int(min(range.upperBound - offset, 1 << 18))
                    try state.update(source.bytes(at: offset, count: count))
                    offset += Int64(count)
                }
            }
            return try state.finalized()
        } catch let error as ByteSourceError {
            throw .source(error)
        } catch let error as CryptoPrimitivesError {
            throw .digest(error)
        } catch {
            throw .digest(CryptoPrimitivesError(.libraryFailure, "\(self.displayName)"))
        }
    }
}
