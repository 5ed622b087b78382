// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DERSyntax
import DossierCore
import DossierKit
import Foundation
import PKIX
import SignatureValidation

/// Trust, material, policy and revocation, as `verify`, `sign` and `certificate` take them.
struct TrustOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Trust anchors: file or folder; NAME= names the domain.", valueName: "[name=]path"))
    var trust: [String] = []

    @Option(
        help: ArgumentHelp(
            "Certificates, revocation lists and OCSP responses, file or folder; not trusted.", valueName: "path"))
    var material: [String] = []

    @Option(help: "Policy: a name (vietnam-2026, etsi-2026) or a file.")
    var policy = "vietnam-2026"

    @Option(help: "What missing revocation information means: required, if-available or off.")
    var revocation = "required"

    func validate() throws {
        guard RevocationMode(rawValue: revocation) != nil else {
            throw ValidationError("--revocation takes required, if-available or off")
        }
    }

    /// The mode; checked by `validate`.
    var revocationMode: RevocationMode { RevocationMode(rawValue: revocation) ?? .required }

    func validator() throws -> SignatureValidator {
        SignatureValidator(
            trusting: try domains(), policy: try loadPolicy(), material: try loadMaterial(), revocation: revocationMode)
    }

    func loadPolicy() throws -> ValidationPolicy {
        guard policy.contains("/") || policy.hasSuffix(".json") else { return try ValidationPolicy.named(policy) }
        do {
            return try ValidationPolicy(parsing: FileSource(path: policy).allBytes(limit: 1 << 20))
        } catch {
            throw CommandFailure(error, path: policy)
        }
    }

    func domains() throws -> [TrustDomain] {
        var anchors: [(name: String, certificates: [Certificate])] = []
        for argument in trust {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let isNamed = parts.count == 2 && !parts[0].isEmpty && !parts[0].contains("/")
            let path = isNamed ? String(parts[1]) : argument
            let name = isNamed ? String(parts[0]) : URL(filePath: path).deletingPathExtension().lastPathComponent
            let certificates = try TrustFiles.read(path).certificates
            guard !certificates.isEmpty else {
                throw CommandFailure(.configuration, vi: "\(path): không có chứng thư", en: "\(path): no certificate")
            }
            if let index = anchors.firstIndex(where: { $0.name == name }) {
                anchors[index].certificates += certificates
            } else {
                anchors.append((name, certificates))
            }
        }
        return anchors.map { TrustDomain(name: $0.name, anchors: $0.certificates) }
    }

    func loadMaterial() throws -> ValidationMaterial {
        try material.reduce(ValidationMaterial()) { $0.merging(try TrustFiles.read($1)) }
    }
}

/// Certificates and revocation lists from files and folders.
enum TrustFiles {
    /// Reads a file, or every recognised file of a folder and its folders.
    static func read(_ path: String) throws -> ValidationMaterial {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CommandFailure(.noInput, vi: "\(path): không có tệp này", en: "\(path): no such file")
        }
        guard isFolder.boolValue else {
            do { return try parse(FileSource(path: path).allBytes(limit: 1 << 28)) } catch {
                throw CommandFailure(error, path: path)
            }
        }
        var material = ValidationMaterial()
        let extensions: Set = ["crt", "cer", "der", "pem", "crl", "p7b", "p7c", "ocsp", "ors"]
        let names = (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []).sorted()
        for name in names where extensions.contains(URL(filePath: name).pathExtension.lowercased()) {
            let file = path + "/" + name
            do {
                material = material.merging(try parse(FileSource(path: file).allBytes(limit: 1 << 28)))
            } catch {
                // One odd file must not hide the others; leaving it out can only make a verdict worse.
                Console.warn(Phrase(vi: "bỏ qua \(file): \(error)", en: "left out \(file): \(error)"))
            }
        }
        return material
    }

    /// Certificates, lists and certificate bundles, in DER or PEM.
    static func parse(_ bytes: [UInt8]) throws -> ValidationMaterial {
        guard bytes.first == 0x30 else {
            var material = ValidationMaterial()
            for block in try PEM.blocks(in: bytes) {
                switch block.label {
                case "CERTIFICATE", "X509 CERTIFICATE":
                    material.certificates.append(try Certificate(parsing: block.bytes))
                case "X509 CRL": material.revocationLists.append(try CertificateRevocationList(parsing: block.bytes))
                case "PKCS7", "CMS": material = material.merging(try parse(block.bytes))
                default: break
                }
            }
            guard !material.certificates.isEmpty || !material.revocationLists.isEmpty else {
                throw PKIXError(.invalidStructure, clause: "RFC 7468", "no certificate or revocation list")
            }
            return material
        }
        if SignedFile.isSignedData(bytes) {
            let bundle = try SignedData(parsing: bytes)
            return ValidationMaterial(certificates: bundle.certificates, revocationLists: bundle.revocationLists)
        }
        do {
            return ValidationMaterial(certificates: [try Certificate(parsing: bytes)])
        } catch {
            if let list = try? CertificateRevocationList(parsing: bytes) {
                return ValidationMaterial(revocationLists: [list])
            }
            if let response = try? OCSPResponse(parsing: bytes) { return ValidationMaterial(ocspResponses: [response]) }
            throw error
        }
    }
}
