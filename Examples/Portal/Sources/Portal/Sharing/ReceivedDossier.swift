// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation

/// A dossier as it lies at the agency.
struct ReceivedDossier: Sendable, Codable {
    /// A file as it was handed in.
    struct File: Sendable, Codable {
        let name: String
        let type: String
        let bytes: Data
    }

    /// What the agency made of it.
    struct Result: Sendable, Codable {
        let name: String
        let sha256: String
        let receipt: DepositReceipt
        let by: String
        let at: Instant
    }

    let code: String
    let procedure: ReusePlan.ProcedureReference
    let sender: IdentityAssertion
    let manifest: DossierManifest
    /// The manifest's bytes, which the signature is over.
    let manifestBytes: Data
    let signature: Data
    let files: [File]
    let receivedAt: Instant
    var results: [Result] = []

    static let grantType = "grant-package"
    static let grantName = "quyen-doc.grant"
    private static let largestFile: Int64 = 1 << 28

    init(
        _ sealed: SealedDossier, of procedure: ReusePlan.ProcedureReference, from sender: IdentityAssertion,
        at time: Instant
    ) throws {
        (code, self.procedure, self.sender, receivedAt) = (sealed.manifest.dossier, procedure, sender, time)
        (manifest, manifestBytes, signature) = (sealed.manifest, Data(sealed.manifestBytes), Data(sealed.signature))
        files = try sealed.attachments.map {
            File(name: $0.name, type: $0.type, bytes: Data(try $0.source.allBytes(limit: Self.largestFile)))
        }
    }

    /// The attachments as they arrived.
    var received: [ReceivedAttachment] {
        zip(manifest.attachments, files).map { entry, file in
            ReceivedAttachment(ordinal: entry.ordinal, name: entry.name, source: MemorySource(Array(file.bytes)))
        }
    }

    /// Judges signature and attachments anew.
    func examination(by validator: SignatureValidator, at time: Instant) throws -> DossierExamination {
        try DossierExamination(
            manifestBytes: Array(manifestBytes), signature: Array(signature), received: received, validator: validator,
            at: time)
    }

    /// The grant that the citizen signed with the dossier; `nil` for a dossier that cites nothing.
    func package() throws -> GrantPackage? {
        guard let file = files.first(where: { $0.type == Self.grantType }) else { return nil }
        return try GrantPackage(parsing: Array(file.bytes.prefix(Int(GrantPackage.largest) + 1)))
    }
}
