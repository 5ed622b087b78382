// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import AdES
import DossierCore
public import PKIX
public import SignatureValidation
import ZIPSyntax

/// A container whose signatures are raised from level to level (EN 319 162-1 §4.3.3.2, §4.4.4).
///
/// Signature files are replaced by themselves with more in them; an ASiC-E is archived by ASiCArchiveManifests, and material
/// for the renewal goes into the newest time-stamp, which nothing covers yet. An ASiC-S is archived inside its signature.
public struct ASiCExtension: SignatureExtension {
    /// The container as it is now.
    public private(set) var container: ASiCContainer
    public let domains: [TrustDomain]

    /// Begins with a container of anyone's; its files stay where they are and are read there.
    public init(of container: ASiCContainer, trusting domains: [TrustDomain]) {
        self.container = container
        self.domains = domains
    }

    public func signatureFacts() throws -> [SignatureFacts] {
        try container.signatureFacts(with: ValidationMaterial())
    }

    public mutating func addTimeStamps(from authority: any TimeStamping) async throws {
        // A signature that is archived already has what it needs.
        guard newestTimeStamp == nil else { return }
        var replaced: [String: [UInt8]] = [:]
        for file in try container.signatureFiles() {
            var signature = try CAdESExtension(of: file.cms, content: file.content, trusting: domains)
            try await signature.addTimeStamps(from: authority)
            replaced[file.path] = signature.bytes
        }
        try replace(replaced)
    }

    public mutating func add(_ material: ValidationMaterial) throws {
        var replaced: [String: [UInt8]] = [:]
        if let newest = newestTimeStamp {
            var token = try CAdESExtension(
                of: container.archive.bytes(of: newest, limit: 1 << 24), trusting: domains)
            try token.add(material)
            replaced[newest.name] = token.bytes
        } else {
            for file in try container.signatureFiles() {
                var signature = try CAdESExtension(of: file.cms, content: file.content, trusting: domains)
                try signature.add(material)
                replaced[file.path] = signature.bytes
            }
        }
        try replace(replaced)
    }

    public mutating func addArchiveTimeStamps(from authority: any TimeStamping) async throws {
        if container.type == .extended {
            container = try await container.archived(by: authority)
            return
        }
        var replaced: [String: [UInt8]] = [:]
        for file in try container.signatureFiles() {
            var signature = try CAdESExtension(of: file.cms, content: file.content, trusting: domains)
            try await signature.addArchiveTimeStamps(from: authority)
            replaced[file.path] = signature.bytes
        }
        try replace(replaced)
    }

    /// The time-stamp of the newest archive manifest; `nil` when the container is not archived.
    private var newestTimeStamp: ZIPEntry? {
        guard let entry = container.archive.entry(named: ASiCContainer.newestArchiveManifest),
            let bytes = try? container.archive.bytes(of: entry, limit: 1 << 22),
            let manifest = ASiCManifest(parsing: bytes)
        else { return nil }
        return container.archive.entry(named: FileURI.decode(manifest.signature) ?? manifest.signature)
    }

    private mutating func replace(_ files: [String: [UInt8]]) throws {
        container = try container.rewritten(files)
    }
}
