// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierCore
public import PKIX
import SignatureValidation

/// Making CAdES signatures (EN 319 122-1).
public enum CAdESSignature {
    /// Signs content that stays a file of its own.
    ///
    /// - Parameters:
    ///   - content: Of any size; read once by each digest algorithm that is needed, piece by piece.
    ///   - signer: Called once. Check it first with ``SignerCheck``.
    ///   - signingTime: The time that the signer claims.
    ///   - level: Reached, or an error is thrown; never a lower one.
    ///   - properties: What the signer states besides.
    /// - Returns: DER of the signature, usually saved as `.p7s` beside the content.
    /// - Throws: ``AdESError``; errors of the source, the signer and the time-stamp authority unchanged.
    public static func detached(
        over content: some ByteSource, by signer: some Signer, claiming signingTime: Instant, level: SigningLevel = .b,
        properties: SignedProperties = SignedProperties()
    ) async throws -> [UInt8] {
        // Without long-term material the content is digested once, and nothing need be remembered of it.
        let content: any ByteSource = level.resources == nil ? content : DigestedSource.wrapping(content)
        let prepared = try prepare(content, signer, signingTime, properties)
        return try await finish(prepared, by: signer, signingTime, level, over: content, isEnclosed: false)
    }

    /// Signs content and encloses it in the signature; at most 256 MiB.
    ///
    /// - Throws: as ``detached(over:by:claiming:level:properties:)``.
    public static func enveloping(
        _ content: some ByteSource, by signer: some Signer, claiming signingTime: Instant, level: SigningLevel = .b,
        properties: SignedProperties = SignedProperties()
    ) async throws -> [UInt8] {
        let enclosed = try content.allBytes(limit: 1 << 28)
        let source = MemorySource(enclosed)
        let prepared = try prepare(source, signer, signingTime, properties)
        return try await finish(prepared, by: signer, signingTime, level, over: source, isEnclosed: true)
    }

    private static func finish(
        _ prepared: PreparedSignature, by signer: some Signer, _ signingTime: Instant, _ level: SigningLevel,
        over content: any ByteSource, isEnclosed: Bool
    ) async throws -> [UInt8] {
        let enclosed = isEnclosed ? try content.allBytes(limit: 1 << 28) : nil
        let value = try await prepared.value(by: signer)
        guard let authority = level.timeStamps else { return try prepared.completed(with: value, enclosing: enclosed) }
        let stamped = try await prepared.completed(with: value, stampedBy: authority, enclosing: enclosed)
        guard let resources = level.resources else { return stamped }
        var extended = try CAdESExtension(
            of: stamped, content: isEnclosed ? nil : content, trusting: resources.domains)
        try await extended.extend(to: level.level, with: resources, at: signingTime)
        return extended.bytes
    }

    /// Adds a signer beside those of a signature file, over the same content; what is there stays as it is.
    ///
    /// - Parameters:
    ///   - signature: DER or BER of a CMS signature over data.
    ///   - content: The content of a detached signature; not needed when it is enclosed.
    ///   - level: B-B or B-T for the new signer; to raise all signers use ``CAdESExtension``.
    /// - Throws: ``AdESError`` `unsuitableSignature` when there is no content, it is not what the others signed, or it is of
    ///   another type than data; the other errors as ``detached(over:by:claiming:level:properties:)``.
    public static func adding(
        to signature: [UInt8], over content: (any ByteSource)? = nil, by signer: some Signer,
        claiming signingTime: Instant, level: SigningLevel = .b, properties: SignedProperties = SignedProperties()
    ) async throws -> [UInt8] {
        let signedData = try SignedData(parsing: signature)
        let content = content.map { DigestedSource.wrapping($0) }
        guard signedData.contentType == .cmsData else {
            throw AdESError(.unsuitableSignature, "the signatures are over another type of content than data")
        }
        let digest = PreparedSignature.digest(for: signer.scheme)
        guard let contentDigest = try digest.digest(contentOf: signedData, or: content) else {
            throw AdESError(.unsuitableSignature, "the content of the signatures is not at hand")
        }
        let others = try CAdESDocument(parsing: signature, content: content).signatureFacts(with: ValidationMaterial())
        guard !others.contains(where: { $0.reference == .broken }) else {
            throw AdESError(.unsuitableSignature, "the content is not what was signed")
        }
        let prepared = try PreparedSignature(
            contentDigest: contentDigest, certificate: signer.certificate, chain: signer.chain, scheme: signer.scheme,
            signingTime: signingTime, properties: properties)
        let value = try await prepared.value(by: signer)
        let info = try await prepared.completedSigner(with: value, stampedBy: level.timeStamps)
        var extended = try CAdESExtension(
            of: signature, content: content, trusting: level.resources?.domains ?? [])
        try extended.add(
            signer: info, digestAlgorithm: digest.cmsIdentifier.bytes, prepared.certificates)
        if let resources = level.resources {
            try await extended.extend(to: level.level, with: resources, at: signingTime)
        }
        return extended.bytes
    }

    private static func prepare(
        _ content: any ByteSource, _ signer: some Signer, _ signingTime: Instant, _ properties: SignedProperties
    ) throws -> PreparedSignature {
        let digest = PreparedSignature.digest(for: signer.scheme)
        return try PreparedSignature(
            contentDigest: digest.digest(of: content), certificate: signer.certificate, chain: signer.chain,
            scheme: signer.scheme, signingTime: signingTime, properties: properties)
    }
}
