// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import ASiC
public import AdES
public import DossierCore
public import PKIX
public import SignatureValidation
import ZIPSyntax

/// A signed dossier as one file: an ASiC-E container with `dossier.json` first and a signature over everything in it.
public struct DossierContainer: Sendable {
    /// The manifest, the same as in the dossier's folder form.
    public let manifest: DossierManifest
    /// The container but for its signature.
    public let prepared: PreparedContainer
    /// DER of the signature.
    public let signature: [UInt8]

    /// Writes the container.
    ///
    /// - Parameter output: Takes the bytes in order, from the first to the last.
    /// - Throws: Errors of the attachments' sources and of the output.
    public func write(to output: @escaping ([UInt8]) throws -> Void) throws {
        try prepared.write(signature: signature, to: output)
    }
}

extension Dossier {
    /// The files of a dossier's container: `dossier.json`, then the attachments in order, named as in the folder form.
    static func containerFiles(_ manifest: DossierManifest, _ attachments: [Attachment]) -> [ContainerFile] {
        [
            ContainerFile(
                path: SealedDossier.manifestName, mediaType: "application/json", source: MemorySource(manifest.bytes))
        ]
            + zip(manifest.attachments, attachments).map { entry, attachment in
                ContainerFile(
                    path: SealedDossier.attachmentsFolder + "/" + SealedDossier.fileName(of: entry),
                    mediaType: entry.mediaType, source: attachment.source)
            }
    }

    /// Signs the dossier as one container: every PDF that carries no signature yet as PAdES, then all files together.
    ///
    /// - Parameters:
    ///   - signer: Called once per PDF and once for the container.
    ///   - check: What must hold of the signer; judged once, before the first call.
    ///   - time: The time that the signer claims, and at which the check is judged.
    ///   - level: Of every signature that is made; reached, or an error is thrown.
    /// - Throws: As ``signed(by:checking:at:progress:)``; ``ASiC/ASiCError``; nothing is written anywhere.
    public func signedContainer(
        by signer: some Signer, checking check: SignerCheck, at time: Instant, level: SigningLevel = .b,
        progress: ((Progress) -> Void)? = nil
    ) async throws -> DossierContainer {
        let (manifest, signed) = try await signingAttachments(
            by: signer, checking: check, at: time, level: level, progress: progress)
        let prepared = try ASiCContainer.preparing(
            .extended, of: Self.containerFiles(manifest, signed), for: signer.certificate, chain: signer.chain,
            scheme: signer.scheme, claiming: time)
        let signature = try await prepared.signature(by: signer, claiming: time, level: level)
        progress?(Progress(completed: signed.count + 1, total: signed.count + 1, name: SealedDossier.manifestName))
        return DossierContainer(manifest: manifest, prepared: prepared, signature: signature)
    }
}

extension DossierExamination {
    /// What compressed attachments may expand to together, in bytes: they are read at any place, and so from memory.
    private static let expandedLimit: Int64 = 1 << 28

    /// Examines a dossier that arrived as one container.
    ///
    /// ``manifestReport`` is the verdict on the container's signatures, which stand over the manifest and all attachments.
    ///
    /// - Throws: ``DossierError`` `incomplete` for a container without `dossier.json`; ``ZIPSyntax/ZIPSyntaxError``
    ///   `limitExceeded` when its compressed attachments expand to more than 256 MiB; what the container throws.
    public init(_ container: ASiCContainer, validator: SignatureValidator, at time: Instant) throws {
        guard let entry = container.archive.entry(named: SealedDossier.manifestName) else {
            throw DossierError(.incomplete, "the container has no \(SealedDossier.manifestName)")
        }
        let validator = validator.remembering()
        let folder = SealedDossier.attachmentsFolder + "/"
        var room = Self.expandedLimit
        let received = try container.files.filter { $0 != entry }.map { file in
            let source = try container.source(of: file, limit: room)
            if file.compression == .deflated { room -= file.size }
            guard file.name.hasPrefix(folder) else {
                return ReceivedAttachment(ordinal: nil, name: file.name, source: source)
            }
            let (ordinal, name) = SealedDossier.ordinal(of: String(file.name.dropFirst(folder.count)))
            return ReceivedAttachment(ordinal: ordinal, name: name, source: source)
        }
        self.init(
            manifestBytes: try container.archive.bytes(of: entry, limit: 1 << 22),
            report: try validator.validate(container, at: time), received: received, validator: validator, at: time)
    }
}
