// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import AdES
public import DossierCore
public import PKIX
import SignatureValidation
import ZIPSyntax

/// A container that lacks only a signature: what the signer must see, and everything needed to write it.
///
/// Preparing again from the same files, certificate and time gives the same bytes to be signed, so that any server can
/// finish what another began.
public struct PreparedContainer: Sendable {
    /// The CMS signature without its value.
    public let signature: PreparedSignature
    /// What the signature stands over: the manifest's bytes, or the one file of an ASiC-S.
    public let content: any ByteSource
    /// The path of the signature in the container.
    public let signaturePath: String

    let parts: [Part]
    let comment: [UInt8]

    /// A file of the container before the signature.
    enum Part: Sendable {
        case new(ContainerFile, ZIPWriter.Measure)
        case existing(ZIPEntry, of: ZIPArchive)
    }

    /// The bytes that the signer signs.
    public var dataToBeSigned: [UInt8] { signature.dataToBeSigned }

    /// Makes the signature at once: the signer and the services of the level are called here.
    ///
    /// - Parameters:
    ///   - signer: The one that the container was prepared for. Called once. Check it first with ``AdES/SignerCheck``.
    ///   - time: The time that the container was prepared with.
    /// - Returns: DER for ``write(signature:to:)``.
    /// - Throws: As ``AdES/CAdESSignature/detached(over:by:claiming:level:)``. At B-LTA the archive time-stamp stands inside
    ///   the signature; ``ASiCContainer/signed(_:of:by:claiming:level:)`` archives the container.
    public func signature(
        by signer: some Signer, claiming time: Instant, level: SigningLevel = .b
    ) async throws -> [UInt8] {
        try await CAdESSignature.detached(over: content, by: signer, claiming: time, level: level)
    }

    /// The whole container at a level. At B-LTA an ASiC-E is archived as a container, an ASiC-S inside its signature.
    ///
    /// - Parameters:
    ///   - signer: As for ``signature(by:claiming:level:)``.
    ///   - properties: What the signer states besides.
    /// - Throws: As there, and as ``ASiCContainer/archived(by:)``.
    public func container(
        by signer: some Signer, claiming time: Instant, level: SigningLevel = .b,
        properties: SignedProperties = SignedProperties()
    ) async throws -> ASiCContainer {
        var own = level
        var archiving: ExtensionResources?
        if level.level == .lta, signaturePath != "META-INF/signature.p7s", let resources = level.resources {
            (own, archiving) = (.lt(resources), resources)
        }
        let signed = try container(
            signature: await CAdESSignature.detached(
                over: content, by: signer, claiming: time, level: own, properties: properties))
        guard let archiving else { return signed }
        return try await signed.archived(by: archiving.timeStamps)
    }

    /// The container with a signature that has been completed elsewhere; the files stay where they are and are read there.
    ///
    /// - Parameter cms: DER of the detached signature over ``content``; not checked again.
    /// - Throws: As ``write(signature:to:)``.
    public func container(signature cms: [UInt8]) throws -> ASiCContainer {
        try ASiCContainer(laidOut: Self.laidOut(parts, signaturePath, cms, comment))
    }

    /// Writes the container with a signature of level B-B.
    ///
    /// - Parameters:
    ///   - value: The signature value over ``dataToBeSigned``.
    ///   - output: Takes the bytes in order, from the first to the last.
    /// - Throws: ``AdES/AdESError`` when the value does not verify, before anything is written; ``ZIPSyntax/ZIPSyntaxError``;
    ///   errors of the sources and the output unchanged.
    public func write(signedWith value: [UInt8], to output: @escaping ([UInt8]) throws -> Void) throws {
        try write(signature: signature.completed(with: value), to: output)
    }

    /// Writes the container with a signature of level B-T, its time-stamp had elsewhere.
    ///
    /// - Throws: As ``AdES/PreparedSignature/completed(with:timeStamp:enclosing:)``, before anything is written; else as
    ///   ``write(signedWith:to:)``.
    public func write(
        signedWith value: [UInt8], timeStamp: TimeStampToken, to output: @escaping ([UInt8]) throws -> Void
    ) throws {
        try write(signature: signature.completed(with: value, timeStamp: timeStamp), to: output)
    }

    /// Writes the container with a signature that has been completed elsewhere, at whatever level.
    ///
    /// - Parameter cms: DER of the detached signature over ``content``; not checked again.
    /// - Throws: As ``write(signedWith:to:)``.
    public func write(signature cms: [UInt8], to output: @escaping ([UInt8]) throws -> Void) throws {
        try Self.write(parts, signaturePath, cms, comment, to: output)
    }

    /// Writes the parts, then the file that was missing.
    static func write(
        _ parts: [Part], _ path: String, _ last: [UInt8], _ comment: [UInt8],
        to output: @escaping ([UInt8]) throws -> Void
    ) throws {
        var writer = ZIPWriter(to: output)
        try add(parts, path, last, to: &writer)
        try writer.finish(comment: comment)
    }

    /// The same without reading the files.
    static func laidOut(
        _ parts: [Part], _ path: String, _ last: [UInt8], _ comment: [UInt8]
    ) throws -> SplicedSource {
        var writer = ZIPWriter()
        try add(parts, path, last, to: &writer)
        return try writer.spliced(comment: comment)
    }

    private static func add(_ parts: [Part], _ path: String, _ last: [UInt8], to writer: inout ZIPWriter) throws {
        for part in parts {
            switch part {
            case .new(let file, let measure): try writer.add(file.path, file.source, measured: measure)
            case .existing(let entry, let archive): try writer.copy(entry, of: archive)
            }
        }
        try writer.add(path, MemorySource(last))
    }

    /// The container in memory.
    ///
    /// - Throws: As ``write(signedWith:to:)``.
    public func completed(with value: [UInt8]) throws -> [UInt8] {
        let cms = try signature.completed(with: value)
        return try Collected.bytes { try write(signature: cms, to: $0) }
    }
}

/// Collects what a writer puts out.
final class Collected {
    private var bytes: [UInt8] = []

    static func bytes(_ write: (@escaping ([UInt8]) throws -> Void) throws -> Void) throws -> [UInt8] {
        let collected = Collected()
        try write { collected.bytes += $0 }
        return collected.bytes
    }
}
