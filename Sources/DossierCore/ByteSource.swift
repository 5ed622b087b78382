// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Random access to the bytes of one file or buffer that does not change while it is read.
///
/// Every parser sees a file through this protocol, so that a document of any size needs only the memory of the object
/// at hand. Reads are synchronous and may block; run them off the cooperative pool when the source is slow.
public protocol ByteSource: Sendable {
    /// Number of bytes.
    var size: Int64 { get }

    /// All bytes, where the source holds them in memory, so that nobody need copy them to look at them; `nil` for every other.
    var memory: [UInt8]? { get }

    /// Appends exactly `count` bytes, starting at `offset`, to `span`.
    ///
    /// - Parameters:
    ///   - offset: First byte, from 0.
    ///   - span: Receives the bytes; must have room for `count` more.
    ///   - count: Number of bytes; 0 is allowed anywhere within the source.
    /// - Throws: ``ByteSourceError``: a range outside the source, a short read, a source that changed meanwhile.
    func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError)
}

/// Why a source could not be read.
public enum ByteSourceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is no such file.
    case notFound
    /// The path names a folder, device or socket, not a regular file.
    case notARegularFile
    /// The process may not read the file.
    case notPermitted
    /// A range outside the source was asked for.
    case outOfBounds(offset: Int64, count: Int, size: Int64)
    /// The file was changed, cut or replaced after it had been opened.
    case changedWhileReading
    /// The system refused; `code` is `errno`.
    case inputOutput(code: Int32)

    public var description: String {
        switch self {
        case .notFound: "no such file"
        case .notARegularFile: "not a regular file"
        case .notPermitted: "no permission to read the file"
        case .outOfBounds(let offset, let count, let size):
            "\(count) bytes at offset \(offset) were asked for, the source has \(size)"
        case .changedWhileReading: "the file changed while it was read"
        case .inputOutput(let code): "input/output error \(code)"
        }
    }
}

extension ByteSource {
    public var memory: [UInt8]? { nil }

    /// The bytes of a range as an array.
    ///
    /// - Throws: ``ByteSourceError/outOfBounds(offset:count:size:)`` before any memory is taken when the range is not
    ///   inside the source.
    public func bytes(at offset: Int64, count: Int) throws(ByteSourceError) -> [UInt8] {
        guard offset >= 0, count >= 0, offset <= size, Int64(count) <= size - offset else {
            throw .outOfBounds(offset: offset, count: count, size: size)
        }
        if let memory { return Array(memory[Int(offset)..<Int(offset) + count]) }
        return try [UInt8](capacity: count) { span throws(ByteSourceError) in
            try read(at: offset, into: &span, count: count)
        }
    }

    /// All bytes as an array, refused when there are more than `limit`.
    ///
    /// - Throws: ``ByteSourceError/outOfBounds(offset:count:size:)`` for a source larger than `limit`.
    public func allBytes(limit: Int64) throws(ByteSourceError) -> [UInt8] {
        guard size <= limit, let count = Int(exactly: size) else {
            throw .outOfBounds(offset: 0, count: Int(clamping: size), size: limit)
        }
        return try bytes(at: 0, count: count)
    }
}
