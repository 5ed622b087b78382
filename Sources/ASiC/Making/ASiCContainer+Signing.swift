// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import AdES
public import CryptoPrimitives
public import DossierCore
public import PKIX
import ZIPSyntax

extension ASiCContainer {
    /// Lays out a new container with one CAdES signature over all its files.
    ///
    /// An ASiC-E has `mimetype`, the files in the given order, the manifest and the signature; an ASiC-S has `mimetype`,
    /// its one file and the signature. All entries are stored; the same input gives the same bytes.
    ///
    /// - Parameters:
    ///   - files: What is to be signed; each is read once here and once when the container is written.
    ///   - certificate: The signer's certificate.
    ///   - chain: Further certificates to embed.
    ///   - scheme: The scheme of the value; its digest is used in the manifest as well.
    ///   - time: The time that the signer claims.
    /// - Throws: ``ASiCError``: `wrongNumberOfFiles`, `reservedPath`, `ambiguousPath`; ``ZIPSyntax/ZIPSyntaxError`` for names that may not be;
    ///   ``AdES/AdESError``; errors of the sources.
    public static func preparing(
        _ type: ContainerType, of files: [ContainerFile], for certificate: Certificate, chain: [Certificate] = [],
        scheme: SignatureScheme, claiming time: Instant
    ) throws -> PreparedContainer {
        guard !files.isEmpty, type == .extended || files.count == 1 else {
            throw ASiCError(.wrongNumberOfFiles, "\(files.count) files in an \(type.rawValue)")
        }
        for file in files where isReserved(file.path) {
            throw ASiCError(.reservedPath, "\(file.path) is a path that the container needs for itself")
        }
        try refuseAmbiguous(files.map(\.path))
        let media = ContainerFile(path: "mimetype", source: MemorySource(Array(type.mediaType.utf8)))
        var parts = [PreparedContainer.Part.new(media, try ZIPWriter.measure(media.source))]
        let digest = type == .simple ? PreparedSignature.digest(for: scheme) : manifestDigest(for: scheme)
        var references: [ASiCManifest.Reference] = []
        var lastDigest: [UInt8] = []
        for file in files {
            var state = try DigestState(digest)
            let measure = try ZIPWriter.measure(file.source) { try state.update($0) }
            lastDigest = try state.finalized()
            parts.append(.new(file, measure))
            references.append(
                ASiCManifest.Reference(
                    uri: FileURI.encode(file.path), mediaType: file.mediaType, algorithm: digest, digest: lastDigest,
                    isRoot: false))
        }
        if type == .simple {
            return PreparedContainer(
                signature: try PreparedSignature(
                    contentDigest: lastDigest, certificate: certificate, chain: chain, scheme: scheme, signingTime: time
                ),
                content: files[0].source, signaturePath: "META-INF/signature.p7s", parts: parts, comment: [])
        }
        return try prepared(
            parts, references, number: 1, for: certificate, chain: chain, scheme: scheme, claiming: time, comment: [])
    }

    /// The digest of files in a manifest; SHAKE256 has no identifier there.
    private static func manifestDigest(for scheme: SignatureScheme) -> DigestAlgorithm { scheme.digest ?? .sha512 }

    /// Lays out the container with a further signature over all its data files. What is there keeps every byte.
    ///
    /// - Throws: ``ASiCError`` `cannotBeSigned` for an ASiC-S, or a file that is damaged; else as
    ///   ``preparing(_:of:for:chain:scheme:claiming:)``.
    public func preparingSignature(
        for certificate: Certificate, chain: [Certificate] = [], scheme: SignatureScheme, claiming time: Instant
    ) throws -> PreparedContainer {
        guard type == .extended else {
            throw ASiCError(.cannotBeSigned, "an ASiC-S holds one signature file only")
        }
        let digest = Self.manifestDigest(for: scheme)
        let reading = try ContainerReading(self)
        let known = Dictionary(
            reading.manifests.flatMap(\.references).compactMap { item in
                item.entry.flatMap { entry in item.reference.mediaType.map { (entry.name, $0) } }
            }, uniquingKeysWith: { first, _ in first })
        guard !files.isEmpty else { throw ASiCError(.wrongNumberOfFiles, "the container holds no data file") }
        try Self.refuseAmbiguous(files.map(\.name))
        let references = try files.map { file in
            guard let value = try reading.digest(of: file, digest) else {
                throw ASiCError(.cannotBeSigned, "\(file.name) is damaged")
            }
            return ASiCManifest.Reference(
                uri: FileURI.encode(file.name), mediaType: known[file.name], algorithm: digest, digest: value,
                isRoot: false)
        }
        var number = 1
        while Self.names(number).contains(where: { archive.entry(named: $0) != nil }) { number += 1 }
        return try Self.prepared(
            archive.entries.map { .existing($0, of: archive) }, references, number: number, for: certificate,
            chain: chain, scheme: scheme, claiming: time, comment: archive.comment)
    }

    /// Makes a container with one signature and gives its bytes.
    ///
    /// - Parameters:
    ///   - signer: Called once. Check it first with ``AdES/SignerCheck``.
    ///   - level: Reached, or an error is thrown; never a lower one.
    /// - Throws: As ``preparing(_:of:for:chain:scheme:claiming:)``; errors of the signer and of the level's services
    ///   unchanged.
    public static func signed(
        _ type: ContainerType, of files: [ContainerFile], by signer: some Signer, claiming time: Instant,
        level: SigningLevel = .b
    ) async throws -> [UInt8] {
        let prepared = try preparing(
            type, of: files, for: signer.certificate, chain: signer.chain, scheme: signer.scheme, claiming: time)
        return try await prepared.container(by: signer, claiming: time, level: level).archive.source
            .allBytes(limit: .max)
    }

    /// The bytes of the container with a further signature.
    ///
    /// - Throws: As ``signedAgain(by:claiming:level:properties:)``.
    public func addingSignature(
        by signer: some Signer, claiming time: Instant, level: SigningLevel = .b
    ) async throws -> [UInt8] {
        try await signedAgain(by: signer, claiming: time, level: level).archive.source.allBytes(limit: .max)
    }

    /// The container with a further signature; its files stay where they are and are read there.
    ///
    /// An ASiC-E gets a signature file with a manifest of its own; in the one signature file of an ASiC-S the signer stands
    /// beside the others (EN 319 162-1 §4.3.3.2), and a level from B-LT on is that of all of them.
    ///
    /// - Parameters:
    ///   - signer: Called once. Check it first with ``AdES/SignerCheck``.
    ///   - level: Reached, or an error is thrown; never a lower one.
    ///   - properties: What the signer states besides.
    /// - Throws: As ``preparingSignature(for:chain:scheme:claiming:)``; for an ASiC-S as
    ///   ``AdES/CAdESSignature/adding(to:over:by:claiming:level:properties:)``; errors of the signer and of the level's
    ///   services unchanged.
    public func signedAgain(
        by signer: some Signer, claiming time: Instant, level: SigningLevel = .b,
        properties: SignedProperties = SignedProperties()
    ) async throws -> ASiCContainer {
        guard type == .extended else {
            guard let file = try signatureFiles().first else {
                throw ASiCError(.cannotBeSigned, "an ASiC-S without a signature")
            }
            let cms = try await CAdESSignature.adding(
                to: file.cms, over: file.content, by: signer, claiming: time, level: level, properties: properties)
            return try replacing(file.path, with: cms)
        }
        let prepared = try preparingSignature(
            for: signer.certificate, chain: signer.chain, scheme: signer.scheme, claiming: time)
        return try await prepared.container(by: signer, claiming: time, level: level, properties: properties)
    }

    /// Writes the container with another signature file in place of one; everything else keeps every byte.
    ///
    /// - Parameters:
    ///   - path: The signature's file.
    ///   - cms: DER of the new signature, usually the old one at a higher level; not checked.
    ///   - output: Takes the bytes in order.
    /// - Throws: ``ASiCError``: `noSuchFile`; `cannotBeSigned` when a time-stamp of the container covers the file, which
    ///   would no longer hold.
    public func replacing(
        _ path: String, with cms: [UInt8], to output: @escaping ([UInt8]) throws -> Void
    ) throws {
        try checkReplaceable(path)
        var writer = ZIPWriter(to: output)
        try rewrite([path: cms], to: &writer)
        try writer.finish(comment: archive.comment)
    }

    /// The container with another signature file in place of one; the other files stay where they are and are read there.
    ///
    /// - Parameters:
    ///   - path: The signature's file.
    ///   - cms: DER of the new signature, usually the old one at a higher level; not checked.
    /// - Throws: As ``replacing(_:with:to:)``.
    public func replacing(_ path: String, with cms: [UInt8]) throws -> ASiCContainer {
        try checkReplaceable(path)
        return try rewritten([path: cms])
    }

    private func checkReplaceable(_ path: String) throws {
        guard let replaced = archive.entry(named: path), ContainerRole(replaced) == .signature else {
            throw ASiCError(.noSuchFile, "\(path) is no signature of the container")
        }
        guard try !ContainerReading(self).coveredPaths.contains(path) else {
            throw ASiCError(.cannotBeSigned, "\(path) is covered by another manifest")
        }
    }

    /// The container with other bytes for some files; every other entry keeps its record.
    func rewritten(_ files: [String: [UInt8]]) throws -> ASiCContainer {
        var writer = ZIPWriter()
        try rewrite(files, to: &writer)
        return try ASiCContainer(laidOut: writer.spliced(comment: archive.comment))
    }

    private func rewrite(_ files: [String: [UInt8]], to writer: inout ZIPWriter) throws {
        for entry in archive.entries {
            if let bytes = files[entry.name] {
                try writer.add(entry.name, MemorySource(bytes))
            } else {
                try writer.copy(entry, of: archive)
            }
        }
    }

    /// The signature files with their bytes and what each stands over, in the archive's order, for raising their levels.
    ///
    /// - Throws: ``ZIPSyntax/ZIPSyntaxError`` for a damaged file; ``ASiCError`` `cannotBeSigned` for a signature whose
    ///   content is not clear.
    public func signatureFiles() throws -> [(path: String, cms: [UInt8], content: any ByteSource)] {
        try signatureFiles(in: ContainerReading(self))
    }

    func signatureFiles(
        in reading: ContainerReading
    ) throws -> [(path: String, cms: [UInt8], content: any ByteSource)] {
        try archive.entries.filter { ContainerRole($0) == .signature }.map { entry in
            let linked = reading.manifests(of: entry)
            let content: any ByteSource
            if type == .simple, files.count == 1 {
                content = archive.source(of: files[0])
            } else if type == .extended, linked.count == 1 {
                content = MemorySource(linked[0].bytes)
            } else {
                throw ASiCError(.cannotBeSigned, "it is not clear what \(entry.name) stands over")
            }
            return (entry.name, try archive.bytes(of: entry, limit: 1 << 26), content)
        }
    }

    private static func prepared(
        _ parts: [PreparedContainer.Part], _ references: [ASiCManifest.Reference], number: Int,
        for certificate: Certificate, chain: [Certificate], scheme: SignatureScheme, claiming time: Instant,
        comment: [UInt8]
    ) throws -> PreparedContainer {
        let paths = names(number)
        let manifest = ASiCManifest(signature: paths[1], references: references).bytes
        let file = ContainerFile(path: paths[0], source: MemorySource(manifest))
        return PreparedContainer(
            signature: try PreparedSignature(
                contentDigest: PreparedSignature.digest(for: scheme).digest(of: manifest), certificate: certificate,
                chain: chain, scheme: scheme, signingTime: time),
            content: file.source, signaturePath: paths[1],
            parts: parts + [.new(file, try ZIPWriter.measure(file.source))], comment: comment)
    }

    /// Manifest and signature of a number.
    private static func names(_ number: Int) -> [String] {
        ["META-INF/ASiCManifest\(padded(number)).xml", "META-INF/signature\(padded(number)).p7s"]
    }

    static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }

    private static func refuseAmbiguous(_ paths: [String]) throws(ASiCError) {
        let names = Set(paths)
        for path in paths where FileURI.encode(path) != path && names.contains(FileURI.encode(path)) {
            throw ASiCError(
                .ambiguousPath, "\(path) is written \(FileURI.encode(path)) in a manifest, which is a file too")
        }
    }

    /// Paths of the container's own files, in any case.
    private static func isReserved(_ path: String) -> Bool {
        let parts = path.lowercased().utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.first.map { $0.elementsEqual("meta-inf".utf8) } ?? false || path.lowercased() == "mimetype"
    }
}
