// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
public import DossierCore
public import PKIX
public import SignatureValidation

/// A CMS signature file that is raised from level to level (EN 319 122-1 §6.3): time-stamps over the values, material in
/// SignedData, archive-time-stamp-v3 with ats-hash-index-v3.
public struct CAdESExtension: SignatureExtension {
    /// DER of the signature file.
    public private(set) var bytes: [UInt8]
    public let domains: [TrustDomain]
    private let content: (any ByteSource)?

    /// Begins with a signature file, in DER, BER or PEM; BER becomes definite-length, which no digest depends on.
    ///
    /// - Parameter content: The content of a detached signature; needed for archive time-stamps.
    /// - Throws: ``DERSyntax/DERSyntaxError``.
    public init(
        of signature: [UInt8], content: (any ByteSource)? = nil, trusting domains: [TrustDomain]
    ) throws {
        bytes = try SignedData(parsing: TextualSignature(signature)?.bytes ?? signature).bytes
        // Each step reads the facts anew; the content is digested once for all of them.
        self.content = content.map { DigestedSource.wrapping($0) }
        self.domains = domains
    }

    public func signatureFacts() throws -> [SignatureFacts] {
        try CAdESDocument(parsing: bytes, content: content).signatureFacts(with: ValidationMaterial())
    }

    public mutating func addTimeStamps(from authority: any TimeStamping) async throws {
        let signers = try SignedData(parsing: bytes).signers
        var parts = try SignedDataParts(bytes)
        for (index, facts) in try signatureFacts().enumerated()
        where !facts.timeStamps.contains(where: { $0.kind == .signature && $0.holds }) {
            let token = try await authority.acceptedToken(over: signers[index].signature)
            if let certificate = facts.signingCertificate {
                try token.check(stamping: signers[index].signature, by: certificate)
            }
            parts.add(
                unsignedAttribute: CMSAttribute.encode(.signatureTimeStamp, value: token.bytes), to: index)
        }
        try replace(by: parts)
    }

    public mutating func add(_ material: ValidationMaterial) throws {
        var parts = try SignedDataParts(bytes)
        // A response may stand there already in another wrapping.
        let present = Set(parts.revocationInformation.flatMap(RevocationInformation.objects))
        let responses = material.ocspResponses.filter { !present.contains(ValidationObject($0)) }
        parts.add(certificates: material.certificates.map(\.bytes))
        parts.add(
            revocationInformation: material.revocationLists.map(\.bytes) + responses.map(\.revocationInformation))
        try replace(by: parts)
    }

    /// Adds a signer with its certificates.
    mutating func add(signer: [UInt8], digestAlgorithm: [UInt8], _ certificates: [Certificate]) throws {
        var parts = try SignedDataParts(bytes)
        try parts.add(signer: signer, digestAlgorithm: digestAlgorithm)
        parts.add(certificates: certificates.map(\.bytes))
        try replace(by: parts)
    }

    public mutating func addArchiveTimeStamps(from authority: any TimeStamping) async throws {
        var parts = try SignedDataParts(bytes)
        let digest = authority.imprintDigest
        let signedData = try SignedData(parsing: bytes)
        guard let contentDigest = try digest.digest(contentOf: signedData, or: content) else {
            throw AdESError(.levelNotReached, "an archive time-stamp needs the content of the signature")
        }
        for index in parts.signers.indices {
            let hashIndex = try ArchiveHashIndex(of: parts, signer: index, digest)
            let imprint = try ArchiveImprint(parts, signer: index).digest(
                digest, content: contentDigest, hashIndex.bytes)
            let token = try await authority.acceptedToken(for: MessageImprint(digest, value: imprint))
            var stamp = try SignedDataParts(token.signedData.bytes)
            stamp.add(
                unsignedAttribute: CMSAttribute.encode(.archiveHashIndexV3, value: hashIndex.bytes), to: 0)
            parts.add(unsignedAttribute: CMSAttribute.encode(.archiveTimeStampV3, value: stamp.bytes), to: index)
        }
        try replace(by: parts)
    }

    /// Takes the new form only when every time-stamp still holds that held before.
    ///
    /// An archive-time-stamp-v2 covers the structure itself; nothing can be added to it without breaking it.
    private mutating func replace(by parts: SignedDataParts) throws {
        let new = parts.bytes
        func holding(_ bytes: [UInt8]) throws -> Set<ValidationObject> {
            let facts = try CAdESDocument(parsing: bytes, content: content).signatureFacts(with: ValidationMaterial())
            return Set(facts.flatMap(\.timeStamps).filter(\.holds).compactMap { $0.token.map { ValidationObject($0) } })
        }
        guard try holding(new).isSuperset(of: holding(bytes)) else {
            throw AdESError(
                .unsuitableSignature, "a time-stamp of an older form covers the structure; nothing can be added to it")
        }
        bytes = new
    }
}

extension DigestAlgorithm {
    /// The digest of enclosed or detached content; `nil` when there is none.
    func digest(contentOf signedData: SignedData, or detached: (any ByteSource)?) throws -> [UInt8]? {
        if let content = signedData.content { return try digest(of: content) }
        return try detached.map { try digest(of: $0) }
    }
}
