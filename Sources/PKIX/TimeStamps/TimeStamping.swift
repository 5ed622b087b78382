// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DossierCore

/// Whoever gives time-stamps (RFC 3161): a client of an authority, or an authority in process.
///
/// Who takes a token checks it before relying on it or writing it into a signature; see ``checkedToken(over:)``.
public protocol TimeStamping: Sendable {
    /// The digest of the imprints that it stamps; SHA-256 unless stated.
    var imprintDigest: DigestAlgorithm { get }
    /// Room to reserve for a token where its size must be known before it exists, in bytes; 16 KiB unless stated.
    ///
    /// A larger token costs another signature, because the room is part of what is signed.
    var tokenRoom: Int { get }

    /// A token over a digest.
    ///
    /// - Throws: Errors of its own, passed through unchanged; never a token that is weaker than what was asked for.
    func token(for imprint: MessageImprint) async throws -> TimeStampToken
}

extension TimeStamping {
    public var imprintDigest: DigestAlgorithm { .sha256 }
    public var tokenRoom: Int { 16_384 }

    /// A token over bytes that was held against them: imprint, signed attributes, signature value, bound and enclosed
    /// certificate, extended key usage. The path of the authority's certificate is not judged.
    ///
    /// - Throws: ``TimeStampNotAccepted`` with what is wrong; errors of the authority unchanged.
    public func checkedToken(over bytes: [UInt8]) async throws -> TimeStampToken {
        try await checkedToken(for: MessageImprint(of: bytes, imprintDigest))
    }

    /// The same for a digest that is at hand.
    ///
    /// - Throws: as ``checkedToken(over:)``.
    public func checkedToken(for imprint: MessageImprint) async throws -> TimeStampToken {
        let token = try await token(for: imprint)
        let faults =
            token.faults(answering: TimeStampRequest(imprint))
            + token.verify(imprint: { $0 == imprint.digest ? imprint.value : nil }).faults
        guard faults.isEmpty else { throw TimeStampNotAccepted(faults: faults) }
        return token
    }
}

/// A token that does not hold, or is about something else than what was to be stamped.
public struct TimeStampNotAccepted: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, each kind once.
    public let faults: [TimeStampFault]

    /// Makes the error.
    public init(faults: [TimeStampFault]) {
        self.faults = TimeStampFault.allCases.filter(faults.contains)
    }

    public var description: String {
        "time-stamp not accepted: \(faults.map(\.phrase.en).joined(separator: "; "))"
    }
}
