// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import DossierCore
import Foundation
import PAdES
import PKIX
import SignatureValidation

/// The smallest program that verifies: no private-key code is linked into it, which a test shows by its symbols.
///
///     verify-only ANCHORS MATERIAL FILE…
///
/// `ANCHORS` and `MATERIAL` are PEM files or single DER files; `-` as `MATERIAL` for none. Prints one line per file and
/// ends as `dossier verify` does: 0 all passed, 1 one failed, 2 one open, 3 no signature, 64 wrong usage, 65 unreadable.
@main
struct VerifyOnly {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count >= 3 else {
            print("usage: verify-only ANCHORS MATERIAL FILE…")
            exit(64)
        }
        do {
            let anchors = try Certificate.all(in: bytes(arguments[0]))
            let now = Instant(seconds: Int64(Date().timeIntervalSince1970))
            let validator = SignatureValidator(
                trusting: [TrustDomain(name: "anchors", anchors: anchors)], policy: .vietnam2026,
                material: try material(arguments[1]), clock: now)
            var worst: Int32 = 0
            for path in arguments.dropFirst(2) {
                let report = try validator.validate(open(path), at: now)
                print("\(path): \(report.indication?.rawValue ?? "no signature")")
                worst = Self.worse(worst, code(report.indication))
            }
            exit(worst)
        } catch {
            print("\(error)")
            exit(65)
        }
    }

    private static func open(_ path: String) throws -> any SignedDocument {
        let source = try FileSource(path: path)
        let head = try source.bytes(at: 0, count: Int(min(source.size, 5)))
        if head == Array("%PDF-".utf8) { return try PDFDocument(parsing: source) }
        let content = path.hasSuffix(".p7s") ? try? FileSource(path: String(path.dropLast(4))) : nil
        return try CAdESDocument(parsing: source.allBytes(limit: 1 << 28), content: content)
    }

    private static func material(_ path: String) throws -> ValidationMaterial {
        guard path != "-" else { return ValidationMaterial() }
        var material = ValidationMaterial()
        for block in try PEM.blocks(in: bytes(path)) {
            switch block.label {
            case "CERTIFICATE": material.certificates.append(try Certificate(parsing: block.bytes))
            case "X509 CRL": material.revocationLists.append(try CertificateRevocationList(parsing: block.bytes))
            default: break
            }
        }
        return material
    }

    private static func bytes(_ path: String) throws -> [UInt8] { try FileSource(path: path).allBytes(limit: 1 << 28) }

    private static func code(_ indication: Indication?) -> Int32 {
        switch indication {
        case .totalPassed: 0
        case .totalFailed: 1
        case .indeterminate: 2
        case nil: 3
        }
    }

    private static func worse(_ left: Int32, _ right: Int32) -> Int32 {
        [1, 2, 3].first { $0 == left || $0 == right } ?? 0
    }
}
