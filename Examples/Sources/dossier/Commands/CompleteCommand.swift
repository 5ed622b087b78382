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

    @Argument(help: "The document, where it is no longer at the path of the token.")
    var file: String?

    private struct Completed: Encodable {
        let path, output, format, level: String
    }

    func run() async throws {
        let now = TimeOption.now()
        let prepared = try read(token) { try SigningToken(parsing: $0) }
        let path = file ?? prepared.document
        try OutputFile.check(output, inputs: [token, signature, path], force: force)
        try prepared.check(key: seal.key(), at: now, user: seal.user)
        let value = try read(signature) { Self.value($0) }
        do {
            let source = DigestedSource.wrapping(try FileSource(path: path))
            guard Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: source)) == prepared.documentDigest else {
                throw CommandFailure(
                    .badInput, vi: "\(path): không phải tài liệu đã chuẩn bị",
                    en: "\(path): not the document that was prepared")
            }
            let signing = try signing(prepared, source)
            guard
                try Hexadecimal.encode(DigestAlgorithm.sha256.digest(of: signing.dataToBeSigned()))
                    == prepared.toBeSigned
            else {
                throw CommandFailure(
                    .badInput, vi: "mã ký không khớp với tài liệu", en: "the token does not fit the document")
            }
            let setup = try SigningSetup(trust, online, at: now)
            let signed = try await signing.completed(
                with: value, authority: setup.authority(authority),
                raising: signing.level >= .lt ? setup.raising(to: signing.level, authority) : nil)
            try OutputFile.write(signed, to: output)
            guard common.json else { return Console.print(output) }
            Console.write(
                try CanonicalJSON.encode(
                    Completed(
                        path: path, output: output, format: signing.format == "pades" ? "PAdES" : "CAdES",
                        level: signing.level.rawValue)))
        } catch {
            throw CommandFailure(error, path: path)
        }
    }

    private func signing(_ prepared: SigningToken, _ source: any ByteSource) throws -> TwoStepSigning {
        let certificates = try prepared.parsedCertificates()
        guard let signer = certificates.first, let claimed = Instant(prepared.claimedSigningTime),
            let level = BaselineLevel(option: prepared.level),
            ["pades", "cades", "cades-enveloping"].contains(prepared.format),
            let pdf = try? PDFOptions.parse(prepared.pdf), let stated = try? PropertyOptions.parse(prepared.properties)
        else { throw CommandFailure(.badInput, vi: "mã ký không hợp lệ", en: "the token is malformed") }
        guard level == .b || !authority.tsa.isEmpty else {
            throw ValidationError("the token asks for level \(prepared.level), which needs --tsa")
        }
        return TwoStepSigning(
            format: prepared.format, source: source, certificates: certificates,
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
