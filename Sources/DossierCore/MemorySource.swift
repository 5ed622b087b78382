// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A ``ByteSource`` over bytes in memory.
public struct MemorySource: ByteSource {
    /// The bytes.
    public let bytes: [UInt8]

    /// Makes a source of bytes already in memory.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public var size: Int64 { Int64(bytes.count) }

    public var memory: [UInt8]? { bytes }

    public func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError) {
        guard offset >= 0, count >= 0, offset <= size, Int64(count) <= size - offset, count <= span.freeCapacity else {
            throw .outOfBounds(offset: offset, count: count, size: size)
        }
        // Both ranges were checked; octet by octet through `append` this was slower than the digest over it.
        unsafe bytes.withUnsafeBufferPointer { source in
            unsafe span.withUnsafeMutableBufferPointer { buffer, initialized in
                guard count > 0, let from = source.baseAddress, let to = buffer.baseAddress else { return }
                unsafe (to + initialized).initialize(from: from + Int(offset), count: count)
                initialized += count
            }
        }
    }
}
