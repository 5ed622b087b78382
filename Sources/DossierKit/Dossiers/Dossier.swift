// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import AdES
public import DossierCore
import PAdES
public import PKIX

/// A set of attachments for one procedure, signed as a whole.
public struct Dossier: Sendable {
    /// The dossier's code.
    public let code: String
    /// The procedure that it is handed in for, with the version in force.
    public let procedure: DossierManifest.ProcedureReference
    /// The attachments in order.
    public let attachments: [Attachment]

    /// Makes a dossier.
    ///
    /// Names of attachments are brought to NFC; two that are then the same are refused when the dossier is signed.
    public init(code: String, for procedure: DossierManifest.ProcedureReference, attachments: [Attachment]) {
        self.code = code
        self.procedure = procedure
        self.attachments = attachments.map {
            Attachment(name: AttachmentName.normalized($0.name), type: $0.type, source: $0.source)
        }
    }

    /// How far signing has come.
    public struct Progress: Sendable, Hashable {
        /// Attachments done, the manifest counted as one more.
        public let completed: Int
        /// All of them.
        public let total: Int
        /// Name of the one that was finished.
        public let name: String
    }

    /// Signs the dossier: every PDF that carries no signature yet as PAdES B-B, then the manifest as detached CAdES B-B.
    ///
    /// A PDF that somebody else has signed already is left as it is, so that its own signature keeps covering the whole file.
    ///
    /// - Parameters:
    ///   - signer: Called once per PDF and once for the manifest.
    ///   - check: What must hold of the signer; judged once, before the first call.
    ///   - time: The time that the signer claims, and at which the check is judged.
    /// - Throws: ``DossierError``, ``AdES/AdESError``, ``PAdES/PAdESError``; nothing is written anywhere.
    public func signed(
        by signer: some Signer, checking check: SignerCheck, at time: Instant, progress: ((Progress) -> Void)? = nil
    ) async throws -> SealedDossier {
        let (manifest, signed) = try await signingAttachments(by: signer, checking: check, at: time, progress: progress)
        let bytes = manifest.bytes
        let signature = try await CAdESSignature.detached(over: MemorySource(bytes), by: signer, claiming: time)
        progress?(Progress(completed: signed.count + 1, total: signed.count + 1, name: SealedDossier.manifestName))
        return SealedDossier(manifest: manifest, manifestBytes: bytes, signature: signature, attachments: signed)
    }

    /// Checks names and signer, signs every PDF that carries no signature yet, and lists the attachments.
    func signingAttachments(
        by signer: some Signer, checking check: SignerCheck, at time: Instant, level: SigningLevel = .b,
        progress: ((Progress) -> Void)?
    ) async throws -> (manifest: DossierManifest, attachments: [Attachment]) {
        // Before the signer is asked for anything: a name that occurs twice or a bad code costs nobody a signature.
        _ = try DossierManifest(
            dossier: code, procedure: procedure,
            attachments: attachments.enumerated().map { index, attachment in
                .init(
                    ordinal: index + 1, name: attachment.name, type: attachment.type,
                    mediaType: "application/octet-stream", size: 0, sha256: String(repeating: "0", count: 64))
            })
        try check.check(signer, at: time)
        let total = attachments.count + 1
        var signed: [Attachment] = []
        var entries: [DossierManifest.Entry] = []
        for (index, attachment) in attachments.enumerated() {
            try Task.checkCancellation()
            var attachment = attachment
            if try MediaType.of(attachment.source) == "application/pdf" {
                let document = try PDFDocument(parsing: attachment.source)
                if try !document.hasSignatures() {
                    let bytes = try await document.signed(by: signer, claiming: time, level: level)
                    attachment = Attachment(name: attachment.name, type: attachment.type, source: MemorySource(bytes))
                }
            }
            entries.append(try attachment.entry(ordinal: index + 1))
            signed.append(attachment)
            progress?(Progress(completed: index + 1, total: total, name: attachment.name))
        }
        return (try DossierManifest(dossier: code, procedure: procedure, attachments: entries), signed)
    }
}

/// A signed dossier, ready to be handed in.
public struct SealedDossier: Sendable {
    /// Name of the manifest's file.
    public static let manifestName = "dossier.json"
    /// Name of the file with the signature over the manifest.
    public static let signatureName = "dossier.json.p7s"
    /// Name of the folder with the attachments.
    public static let attachmentsFolder = "attachments"

    /// The manifest.
    public let manifest: DossierManifest
    /// Its bytes, which the signature is over.
    public let manifestBytes: [UInt8]
    /// The detached CAdES signature.
    public let signature: [UInt8]
    /// The attachments as they are handed in, in order.
    public let attachments: [Attachment]

    /// Name of an attachment's file in the folder: ordinal in three digits, hyphen, name.
    public static func fileName(of entry: DossierManifest.Entry) -> String {
        fileName(ordinal: entry.ordinal, name: entry.name)
    }

    static func fileName(ordinal: Int, name: String) -> String {
        let digits = String(ordinal)
        return String(repeating: "0", count: max(0, 3 - digits.count)) + digits + "-" + name
    }

    /// Reads a file name back: the ordinal and the name, or no ordinal for a name without one.
    public static func ordinal(of fileName: String) -> (ordinal: Int?, name: String) {
        let parts = fileName.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count >= 3, parts[0].utf8.allSatisfy({ (48...57).contains($0) }),
            let ordinal = Int(parts[0]), ordinal > 0, parts[0].utf8.count == max(3, String(ordinal).utf8.count)
        else { return (nil, fileName) }
        return (ordinal, String(parts[1]))
    }
}
