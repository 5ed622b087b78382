// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import AdES
import ArgumentParser
import CryptoPrimitives
import DossierCore
import DossierKit
import Foundation
import PAdES
import PKIX
import SignatureValidation

struct PrepareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Chuẩn bị ký bằng khóa ở nơi khác. / Prepare a signature whose key is elsewhere.",
        discussion: "Prints the digest to sign; `complete` makes the signed file from the token and the value.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var online: OnlineOptions
    @OptionGroup var time: TimeOption
    @OptionGroup var properties: PropertyOptions
    @OptionGroup var pdf: PDFOptions
    @OptionGroup var seal: SealOptions

    @Option(help: ArgumentHelp("Certificate of the signer, then its chain; repeatable.", valueName: "file"))
    var certificate: [String]

    @Option(help: "rsa-pss, rsa-pkcs1, ecdsa or ed25519; default by the key.")
    var algorithm: String?

    @Option(help: "sha256, sha384 or sha512.")
    var digest: String?

    @Option(help: "auto, pades, cades, cades-enveloping, asic-e or asic-s (one container of all files).")
    var format = "auto"

    @Option(help: "b-b, b-t, b-lt or b-lta, which complete is to reach.")
    var level = "b-b"

    @Option(help: ArgumentHelp("How long the token may be completed.", valueName: "seconds"))
    var validFor = 600

    @OptionGroup var override: OverrideOption

    @Option(help: ArgumentHelp("File for the bytes to sign, for keys that take no digest.", valueName: "path"))
    var data: String?

    @Flag(help: "Overwrite an existing output.")
    var force = false

    @Option(help: ArgumentHelp("Token to write.", valueName: "path"))
    var output: String

    @Argument(help: "File to sign; several for asic-e.")
    var files: [String]

    func validate() throws {
        guard ["auto", "pades", "cades", "cades-enveloping", "asic-e", "asic-s"].contains(format) else {
            throw ValidationError("--format takes auto, pades, cades, cades-enveloping, asic-e or asic-s")
        }
        guard files.count == 1 || format == "asic-e" else {
            throw ValidationError("prepare takes one FILE; several go into one container with --format asic-e")
        }
        guard BaselineLevel(option: level) != nil else {
            throw ValidationError("--level takes b-b, b-t, b-lt or b-lta")
        }
        guard (1...2_592_000).contains(validFor) else {
            throw ValidationError("--valid-for takes 1 to 2592000 seconds")
        }
        guard digest.map({ ["sha256", "sha384", "sha512"].contains($0) }) ?? true else {
            throw ValidationError("--digest takes sha256, sha384 or sha512")
        }
        guard algorithm.map({ ["rsa-pss", "rsa-pkcs1", "ecdsa", "ed25519"].contains($0) }) ?? true else {
            throw ValidationError("--algorithm takes rsa-pss, rsa-pkcs1, ecdsa or ed25519")
        }
        guard pdf.reserveField.isEmpty, pdf.reserveText.isEmpty, pdf.fill.isEmpty else {
            throw ValidationError("fields are reserved and filled by sign, not by prepare")
        }
    }

    private struct Prepared: Encodable {
        let token, algorithm, digest, dataToBeSigned, expires: String
        let digestAlgorithm: String?
        let signer: SigningToken.Standing
        let overrides: [OverrideOption.Recorded]
    }

    func run() async throws {
        let now = TimeOption.now()
        let claimed = try time.instant()
        try override.check(claimed, at: now)
        for path in [output] + (data.map { [$0] } ?? []) {
            try OutputFile.check(path, inputs: files + certificate, force: force)
        }
        do {
            let key = try seal.key()
            let certificates = try loadCertificates()
            let scheme = try SignatureScheme(algorithm: algorithm, digest: digest, for: certificates[0])
            var setup = try SigningSetup(trust, online, at: now)
            let signer = AbsentSigner(
                certificate: certificates[0], chain: Array(certificates.dropFirst()), scheme: scheme)
            let standing = try await setup.standing(of: signer, overriding: override.override)
            try standing.require(signer, at: now)
            let documents = try files.map { path in
                do {
                    return TwoStepSigning.Document(
                        path: path, source: DigestedSource.wrapping(try FileSource(path: path)))
                } catch {
                    throw CommandFailure(error, path: path)
                }
            }
            let chosen = try Self.format(format, of: documents[0].source)
            guard chosen == "pades" || !pdf.isGiven else {
                throw ValidationError("--appearance, --field and --certify need a PDF")
            }
            let toBeSigned = try TwoStepSigning(
                format: chosen, documents: documents, certificates: certificates, scheme: scheme, claimed: claimed,
                level: BaselineLevel(option: level) ?? .b, properties: try properties.properties(), pdf: pdf
            ).dataToBeSigned()
            let expires = Instant(seconds: now.seconds + Int64(validFor))
            var token = SigningToken(
                format: chosen,
                documents: try documents.map { ($0.path, try DigestAlgorithm.sha256.digest(of: $0.source)) },
                certificates: certificates, algorithm: scheme.optionName, digest: scheme.digest?.rawValue,
                claimed: claimed, level: BaselineLevel(option: level) ?? .b, pdf: pdf.arguments,
                properties: properties.arguments, user: seal.user, expires: expires,
                toBeSigned: try DigestAlgorithm.sha256.digest(of: toBeSigned), signer: standing)
            if let key { token = try token.sealed(with: key) }
            if let data { try OutputFile.write(toBeSigned, to: data) }
            try OutputFile.write(CanonicalJSON.encode(token), to: output)
            let value = Hexadecimal.encode(try (scheme.digest ?? .sha512).digest(of: toBeSigned))
            guard common.json else { return Console.print(value) }
            Console.write(
                try CanonicalJSON.encode(
                    Prepared(
                        token: output, algorithm: scheme.optionName, digest: value,
                        dataToBeSigned: Data(toBeSigned).base64EncodedString(), expires: "\(expires)",
                        digestAlgorithm: scheme.digest?.rawValue, signer: SigningToken.Standing(standing),
                        overrides: override.recorded(claimed, at: now, standing))))
        } catch {
            throw CommandFailure(error, path: files[0])
        }
    }

    /// As `sign` chooses: PDFs as PAdES, a further signature in an ASiC-E, CAdES beside anything else.
    private static func format(_ asked: String, of source: any ByteSource) throws -> String {
        guard asked == "auto" else { return asked }
        switch try MediaType.of(source) {
        case "application/pdf": return "pades"
        case "application/zip":
            let container = try? ASiCContainer(reading: source)
            return container?.type == .extended ? "asic-add" : "cades"
        default: return "cades"
        }
    }

    private func loadCertificates() throws -> [Certificate] {
        let all = try certificate.flatMap { path in
            do {
                let bytes = try FileSource(path: path).allBytes(limit: 1 << 20)
                return bytes.first == 0x30 ? [try Certificate(parsing: bytes)] : try Certificate.all(in: bytes)
            } catch {
                throw CommandFailure(error, path: path)
            }
        }
        guard !all.isEmpty else {
            throw CommandFailure(.badInput, vi: "không có chứng thư", en: "there is no certificate")
        }
        return all
    }
}
