// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore
public import PKIX
import Synchronization

/// A signer whose key is called only while what was found out about it holds.
///
/// The standing is shared by all signatures of the value. Past its freshness it is asked for anew where that is possible, else
/// the key is not called.
public final class CheckedSigner: SelfVerifyingSigner {
    public let certificate: Certificate
    public let chain: [Certificate]
    public let scheme: SignatureScheme
    private let signer: any Signer
    private let clock: @Sendable () -> Instant
    private let renewing: (@Sendable () async throws -> SignerStanding)?
    private let current: Mutex<SignerStanding>

    /// Joins a signer and its standing.
    ///
    /// - Parameters:
    ///   - standing: Of the same certificate and scheme.
    ///   - now: The clock.
    ///   - renewing: Judges the signer again; `nil` where a standing that is no longer fresh ends the work.
    public init(
        _ signer: some Signer, standing: SignerStanding, now: @escaping @Sendable () -> Instant,
        renewing: (@Sendable () async throws -> SignerStanding)? = nil
    ) {
        certificate = signer.certificate
        chain = signer.chain
        scheme = signer.scheme
        self.signer = signer
        clock = now
        self.renewing = renewing
        current = Mutex(standing)
    }

    /// The newest standing.
    public var standing: SignerStanding { current.withLock { $0 } }

    /// Whether the key may be called now.
    ///
    /// - Throws: ``AdESError`` as ``SignerStanding/require(_:at:)``; errors of the renewal unchanged.
    public func check() async throws {
        if !standing.isFresh(at: clock()), let renewing {
            let renewed = try await renewing()
            current.withLock { $0 = renewed }
        }
        try standing.require(self, at: clock())
    }

    public func signature(over dataToBeSigned: [UInt8]) async throws -> [UInt8] {
        try await check()
        return try await signer.signature(over: dataToBeSigned)
    }

    package func signatureValue(over dataToBeSigned: [UInt8]) async throws -> SignatureValue {
        try await check()
        guard let signer = signer as? any SelfVerifyingSigner else {
            return SignatureValue(try await signer.signature(over: dataToBeSigned))
        }
        return try await signer.signatureValue(over: dataToBeSigned)
    }
}
