// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DossierCore

/// Content that was signed: a value of this type exists only because a validation produced it.
///
/// A function that needs verified bytes takes this type, so that nobody can hand it the file as found beside the report.
public struct VerifiedContent: Sendable {
    /// The signature's identifier in its document.
    public let signature: String
    /// The verdict on it. Content under a verdict that is not TOTAL-PASSED is handed out only when asked for by that name.
    public let indication: Indication
    /// The digest algorithm of the reference.
    public var algorithm: DigestAlgorithm { content.algorithm }
    /// The digest that was checked.
    public var digest: [UInt8] { content.digest }
    private let content: SignedContent

    init?(_ report: SignatureReport) {
        guard report.facts.reference == .intact, report.facts.value == .valid, let content = report.facts.content else {
            return nil
        }
        self.content = content
        signature = report.facts.id
        indication = report.indication
    }

    /// The number of bytes.
    public var size: Int64 { content.ranges.reduce(0) { $0 &+ ($1.upperBound &- $1.lowerBound) } }

    /// The bytes that were digested, read again and compared with the digest again.
    ///
    /// - Parameter limit: Most bytes.
    /// - Throws: ``SignatureValidationError`` `contentNotVerified` when the source is no longer what was signed, cannot be
    ///   read, or is larger than `limit`.
    public func bytes(limit: Int64) throws(SignatureValidationError) -> [UInt8] {
        guard size <= limit else { throw Self.refused("\(size) bytes, more than \(limit)") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(clamping: size))
        do {
            for range in content.ranges {
                bytes += try content.source.bytes(
                    at: range.lowerBound, count: Int(clamping: range.upperBound &- range.lowerBound))
            }
            guard try algorithm.digest(of: bytes) == digest else { throw Self.refused("the content changed") }
        } catch let error as SignatureValidationError {
            throw error
        } catch {
            throw Self.refused("the content cannot be read")
        }
        return bytes
    }

    /// Hands the bytes out in pieces of at most 256 KiB and compares the digest at the end.
    ///
    /// - Parameter receive: Must not act on the pieces before this call returns: only then they are known to be signed.
    /// - Throws: As ``bytes(limit:)``, and what `receive` throws.
    public func read(_ receive: ([UInt8]) throws -> Void) throws {
        var state = try DigestState(algorithm)
        for range in content.ranges {
            var offset = range.lowerBound
            while offset < range.upperBound {
                let piece = try content.source.bytes(at: offset, count: Int(min(range.upperBound - offset, 1 << 18)))
                try state.update(piece)
                try receive(piece)
                offset += Int64(piece.count)
            }
        }
        guard try state.finalized() == digest else { throw Self.refused("the content changed") }
    }

    private static func refused(_ detail: String) -> SignatureValidationError {
        SignatureValidationError(.contentNotVerified, detail)
    }
}

extension SignatureReport {
    /// The content that this signature covers, when the verdict is TOTAL-PASSED and the content is at hand.
    public var verifiedContent: VerifiedContent? { indication == .totalPassed ? VerifiedContent(self) : nil }

    /// The content that this signature covers under any verdict, as long as its digest and value hold: for people who want
    /// to look at what an undetermined signature covers.
    public var contentUnderAnyVerdict: VerifiedContent? { VerifiedContent(self) }
}
