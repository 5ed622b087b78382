// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierCore
public import PKIX

/// Making CAdES signatures (EN 319 122-1).
public enum CAdESSignature {
    /// Signs content that stays a file of its own.
    ///
    /// - Parameters:
    ///   - content: Read once; any size.
    ///   - signer: Called once. Check it first with ``SignerCheck``.
    ///   - signingTime: The time that the signer claims.
    ///   - level: Reached, or an error is thrown; never a lower one.
    /// - Returns: DER of the signature, usually saved as `.p7s` beside the content.
    /// - Throws: ``AdESError``; errors of the source, the signer and the time-stamp authority unchanged.
    public static func detached(
        over content: some ByteSource, by signer: some Signer, claiming signingTime: Instant, level: SigningLevel = .b
    ) async throws -> [UInt8] {
        let prepared = try prepare(content, signer, signingTime)
        return try await finish(prepared, by: signer, level, enclosing: nil)
    }

    /// Signs content and encloses it in the signature; at most 256 MiB.
    ///
    /// - Throws: as ``detached(over:by:claiming:level:)``.
    public static func enveloping(
        _ content: some ByteSource, by signer: some Signer, claiming signingTime: Instant, level: SigningLevel = .b
    ) async throws -> [UInt8] {
        let enclosed = try content.allBytes(limit: 1 << 28)
        let prepared = try prepare(MemorySource(enclosed), signer, signingTime)
        return try await finish(prepared, by: signer, level, enclosing: enclosed)
    }

    private static func finish(
        _ prepared: PreparedSignature, by signer: some Signer, _ level: SigningLevel, enclosing content: [UInt8]?
    ) async throws -> [UInt8] {
        let value = try await signer.signature(over: prepared.dataToBeSigned)
        guard let authority = level.timeStamps else { return try prepared.completed(with: value, enclosing: content) }
        return try await prepared.completed(with: value, stampedBy: authority, enclosing: content)
    }

    private static func prepare(
        _ content: some ByteSource, _ signer: some Signer, _ signingTime: Instant
    ) throws -> PreparedSignature {
        let digest = PreparedSignature.digest(for: signer.scheme)
        return try PreparedSignature(
            contentDigest: digest.digest(of: content), certificate: signer.certificate, chain: signer.chain,
            scheme: signer.scheme, signingTime: signingTime)
    }
}
