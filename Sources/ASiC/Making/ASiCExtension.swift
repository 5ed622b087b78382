// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import AdES
import DossierCore
public import PKIX
public import SignatureValidation
import ZIPSyntax

/// A container whose signatures are raised from level to level (EN 319 162-1 §4.3.3.2, §4.4.4).
///
/// Signature files are replaced by themselves with more in them, but none that a manifest names: what stands over it would no
/// longer hold. An ASiC-E is archived by ASiCArchiveManifests, and material for what is covered goes into the newest time-stamp
/// over it, which nothing covers yet. An ASiC-S is archived inside its signature.
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
        var replaced: [String: [UInt8]] = [:]
        for file in try signatureFiles() {
            var signature = try CAdESExtension(of: file.cms, content: file.content, trusting: domains)
            if file.isCovered {
                try Self.requireTimeStamps(signature, file.path)
                continue
            }
            try await signature.addTimeStamps(from: authority)
            replaced[file.path] = signature.bytes
        }
        try replace(replaced)
    }

    /// Says why a signature will stay without a time-stamp.
    private static func requireTimeStamps(_ signature: CAdESExtension, _ path: String) throws {
        let facts = try signature.signatureFacts()
        guard facts.allSatisfy({ $0.timeStamps.contains { $0.kind == .signature && $0.holds } }) else {
            throw AdESError(
                .levelNotReached,
                Phrase(
                    vi:
                        "\(path) không có dấu thời gian và không thể thêm vào: một danh mục khác của gói bao phủ tệp này",
                    en: "\(path) has no time-stamp and can take none: another manifest of the container covers it"))
        }
    }

    public mutating func add(_ material: ValidationMaterial) throws {
        var replaced: [String: [UInt8]] = [:]
        for file in try signatureFiles() where !file.isCovered {
            var signature = try CAdESExtension(of: file.cms, content: file.content, trusting: domains)
            try signature.add(material)
            replaced[file.path] = signature.bytes
        }
        for path in try renewedTimeStamps() {
            guard let entry = container.archive.entry(named: path) else { continue }
            var token = try CAdESExtension(
                of: container.archive.bytes(of: entry, limit: 1 << 24), trusting: domains)
            try token.add(material)
            replaced[path] = token.bytes
        }
        try replace(replaced)
    }

    public mutating func addArchiveTimeStamps(from authority: any TimeStamping) async throws {
        if container.type == .extended {
            try take(await container.archived(by: authority))
            return
        }
        var replaced: [String: [UInt8]] = [:]
        for file in try signatureFiles() where !file.isCovered {
            var signature = try CAdESExtension(of: file.cms, content: file.content, trusting: domains)
            try await signature.addArchiveTimeStamps(from: authority)
            replaced[file.path] = signature.bytes
        }
        try replace(replaced)
    }

    /// The signature files, and whether a manifest names each, so that it must stay as it is.
    private func signatureFiles() throws -> [(path: String, cms: [UInt8], content: any ByteSource, isCovered: Bool)] {
        let reading = try ContainerReading(container)
        let covered = reading.coveredPaths
        return try container.signatureFiles(in: reading).map {
            ($0.path, $0.cms, $0.content, covered.contains($0.path))
        }
    }

    /// The time-stamps that take the material of what they cover: of each signature file that is covered the newest that
    /// holds and that no manifest names.
    private func renewedTimeStamps() throws -> Set<String> {
        guard container.archive.entries.contains(where: { ContainerRole($0) == .timeStamp }) else { return [] }
        let covered = try ContainerReading(container).coveredPaths
        let free = try container.timeStamps().filter { $0.stamp.holds && !covered.contains($0.path) }
        let signatures = container.archive.entries.filter { ContainerRole($0) == .signature }.map(\.name)
        return Set(
            signatures.compactMap { path in
                free.filter { $0.covered.contains(path) }.max { left, right in
                    guard let first = left.stamp.facts?.time, let second = right.stamp.facts?.time else { return false }
                    return first < second
                }?.path
            })
    }

    private mutating func replace(_ files: [String: [UInt8]]) throws {
        guard !files.isEmpty else { return }
        try take(container.rewritten(files))
    }

    /// Takes the new container only when every time-stamp of it still holds that held before.
    private mutating func take(_ new: ASiCContainer) throws {
        func holding(_ container: ASiCContainer) throws -> Set<String> {
            guard container.archive.entries.contains(where: { ContainerRole($0) == .timeStamp }) else { return [] }
            return Set(try container.timeStamps().filter(\.stamp.holds).map(\.path))
        }
        let lost = try holding(container).subtracting(holding(new)).sorted()
        guard lost.isEmpty else {
            let list = SignatureReading.list(lost)
            throw AdESError(
                .unsuitableSignature,
                Phrase(
                    vi: "dấu thời gian \(list) trong gói sẽ không còn hiệu lực",
                    en: "the container's time-stamp \(list) would no longer hold"))
        }
        container = new
    }
}
