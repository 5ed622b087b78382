// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import ArgumentParser
import CryptoPrimitives
import DossierCore
import DossierKit
import Foundation
import PAdES
import PKIX
import SignatureValidation

struct CompleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "complete",
        abstract: "Hoàn tất chữ ký đã chuẩn bị. / Complete a signature that was prepared.",
        discussion: "Works on any machine that has the document; a value that does not verify is never written.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var online: OnlineOptions
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var seal: SealOptions

    @Option(help: ArgumentHelp("Token that prepare wrote.", valueName: "file"))
    var token: String

    @Option(help: ArgumentHelp("Signature value, as it is or in base64.", valueName: "file"))
    var signature: String

    @Flag(help: "Overwrite an existing output.")
    var force = false

    @Option(help: ArgumentHelp("Output file.", valueName: "path"))
    var output: String

    @Argument(help: "The documents in their order, where they are no longer at the paths of the token.")
    var files: [String] = []

    private struct Completed: Encodable {
        let path, output, format, level: String
        let signer: SigningToken.Standing
        let findings: [Finding]
    }

    func run() async throws {
        let now = TimeOption.now()
        let prepared = try read(token) { try SigningToken(parsing: $0) }
        guard files.isEmpty || files.count == prepared.documents.count else {
            throw ValidationError("the token speaks of \(prepared.documents.count) files")
        }
        let paths = files.isEmpty ? prepared.documents.map(\.document) : files
        try OutputFile.check(output, inputs: [token, signature] + paths, force: force)
        try prepared.check(key: seal.key(), at: now, user: seal.user)
        let value = try read(signature) { Self.value($0) }
        do {
            let signing = try signing(prepared, documents(prepared, at: paths))
            guard
                try Hexadecimal.encode(DigestAlgorithm.sha256.digest(of: signing.dataToBeSigned()))
                    == prepared.toBeSigned
            else {
                throw CommandFailure(
                    .badInput, vi: "mã ký không khớp với tài liệu", en: "the token does not fit the document")
            }
            var setup = try SigningSetup(trust, online, at: now)
            let standing = try await standing(prepared, signing, &setup)
            let authority = try setup.authority(authority)
            let raising = signing.level >= .lt ? try setup.raising(to: signing.level, self.authority) : nil
            var remarks: [Finding] = []
            try await OutputFile.write(to: output) { handle in
                remarks = try await signing.complete(with: value, authority: authority, raising: raising) { piece in
                    do { try handle.write(contentsOf: Data(piece)) } catch {
                        throw CommandFailure(.cannotCreate, vi: "không ghi được tệp", en: "cannot write the file")
                    }
                }
            }
            for remark in remarks { Console.warn(remark.phrase) }
            guard common.json else { return Console.print(output) }
            Console.write(
                try CanonicalJSON.encode(
                    Completed(
                        path: paths[0], output: output, format: signing.reportedFormat.rawValue,
                        level: signing.level.rawValue, signer: standing, findings: remarks)))
        } catch {
            throw CommandFailure(error, path: paths[0])
        }
    }

    /// The files, each what was prepared.
    private func documents(_ prepared: SigningToken, at paths: [String]) throws -> [TwoStepSigning.Document] {
        try zip(prepared.documents, paths).map { known, path in
            do {
                let source = DigestedSource.wrapping(try FileSource(path: path))
                guard Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: source)) == known.documentDigest else {
                    throw CommandFailure(
                        .badInput, vi: "\(path): không phải tài liệu đã chuẩn bị",
                        en: "\(path): not the document that was prepared")
                }
                return TwoStepSigning.Document(path: path, source: source)
            } catch {
                throw CommandFailure(error, path: path)
            }
        }
    }

    /// What the token says of the signer while it is fresh; then the signer is judged again, and refused unless it holds.
    private func standing(
        _ prepared: SigningToken, _ signing: TwoStepSigning, _ setup: inout SigningSetup
    ) async throws -> SigningToken.Standing {
        if let known = prepared.signer, known.isFresh(for: signing.certificates[0], at: setup.now) { return known }
        let signer = AbsentSigner(
            certificate: signing.certificates[0], chain: Array(signing.certificates.dropFirst()),
            scheme: signing.scheme)
        let standing = try await setup.standing(of: signer, overriding: prepared.signer?.override)
        try standing.require(signer, at: setup.now)
        return SigningToken.Standing(standing)
    }

    private func signing(_ prepared: SigningToken, _ documents: [TwoStepSigning.Document]) throws -> TwoStepSigning {
        let certificates = try prepared.parsedCertificates()
        guard let signer = certificates.first, let claimed = Instant(prepared.claimedSigningTime),
            let level = BaselineLevel(option: prepared.level),
            TwoStepSigning.formats.contains(prepared.format),
            documents.count == 1 || prepared.format == "asic-e",
            let pdf = try? PDFOptions.parse(prepared.pdf), let stated = try? PropertyOptions.parse(prepared.properties)
        else { throw CommandFailure(.badInput, vi: "mã ký không hợp lệ", en: "the token is malformed") }
        guard level == .b || !authority.tsa.isEmpty else {
            throw ValidationError("the token asks for level \(prepared.level), which needs --tsa")
        }
        return TwoStepSigning(
            format: prepared.format, documents: documents, certificates: certificates,
            scheme: try SignatureScheme(algorithm: prepared.algorithm, digest: prepared.digest, for: signer),
            claimed: claimed, level: level, properties: try stated.properties(), pdf: pdf)
    }

    private func read<Value>(_ path: String, _ body: ([UInt8]) throws -> Value) throws -> Value {
        do { return try body(FileSource(path: path).allBytes(limit: 1 << 20)) } catch {
            throw CommandFailure(error, path: path)
        }
    }

    /// A value in base64 is text; a value as it is practically never is.
    private static func value(_ bytes: [UInt8]) -> [UInt8] {
        let text = bytes.filter { ![0x0a, 0x0d, 0x20].contains($0) }
        guard let decoded = Data(base64Encoded: Data(text)), !decoded.isEmpty else { return bytes }
        return [UInt8](decoded)
    }
}
