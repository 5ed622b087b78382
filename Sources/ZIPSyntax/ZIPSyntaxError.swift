// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// Why a ZIP archive could not be read or written.
///
/// Two errors are equal when their codes are; the rest is for people.
public struct ZIPSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong.
    @nonexhaustive public enum Code: String, Sendable, Hashable {
        /// No end-of-central-directory record whose comment ends with the file: no ZIP, a cut one, or bytes behind its end.
        case noEndRecord
        /// More than one record could be the end of the archive, so that two readers see different archives.
        case ambiguousEnd
        /// A record that does not follow the syntax, or that contradicts another.
        case malformedRecord
        /// Parts of the archive are said to lie on other disks.
        case multipleDisks
        /// Bytes before the first entry.
        case dataBeforeFirstEntry
        /// Bytes between two entries, or between the last entry and the central directory.
        case dataBetweenEntries
        /// Two entries share bytes, or an entry reaches into the central directory.
        case overlappingEntries
        /// An entry's local header says something else than the central directory.
        case headerMismatch
        /// The data descriptor behind an entry is missing or says something else than the central directory.
        case descriptorMismatch
        /// An encrypted entry or directory.
        case encrypted
        /// A compression method, flag or version that this reader does not know.
        case unsupportedFeature
        /// A symbolic link or another entry that is neither file nor folder.
        case specialFile
        /// A name that leaves its folder, cannot be told from another, or is not UTF-8.
        case unsafeName
        /// Two entries of the same name, also by case or Unicode normalisation, or a file that is another's folder.
        case duplicateName
        /// The bytes of an entry do not have the stated CRC-32.
        case checksumMismatch
        /// Deflate data is damaged, or expands to another size than is stated.
        case malformedData
        /// A limit of the ``DossierCore/Budget`` was passed.
        case limitExceeded
        /// The source could not be read.
        case unreadableSource
        /// A source gave other bytes when it was read again.
        case sourceChanged
    }

    /// What went wrong.
    public let code: Code
    /// Byte offset in the archive, where known.
    public let offset: Int64?
    /// The clause that is broken, for example `APPNOTE 4.3.16`.
    public let clause: String?
    /// What was found and what was expected; names of entries, no content.
    public let detail: String

    /// Makes an error.
    public init(_ code: Code, at offset: Int64? = nil, clause: String? = nil, _ detail: String) {
        self.code = code
        self.offset = offset
        self.clause = clause
        self.detail = detail
    }

    init(_ cause: ByteSourceError) { self.init(.unreadableSource, cause.description) }

    init(_ cause: LimitExceeded, at offset: Int64? = nil) {
        self.init(.limitExceeded, at: offset, cause.description)
    }

    public static func == (left: ZIPSyntaxError, right: ZIPSyntaxError) -> Bool { left.code == right.code }

    public var description: String {
        var text = "\(code.rawValue): \(detail)"
        if let offset { text += " (at byte \(offset))" }
        if let clause { text += " [\(clause)]" }
        return text
    }
}

/// Bytes of a source, with the error of this module.
func reading(_ source: any ByteSource, at offset: Int64, _ count: Int) throws(ZIPSyntaxError) -> [UInt8] {
    do throws(ByteSourceError) { return try source.bytes(at: offset, count: count) } catch {
        throw ZIPSyntaxError(error)
    }
}
