// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import SignatureValidation

/// The structure of a file as text.
enum StructureText {
    static func print(_ file: FileStructure) {
        Console.print("\(file.path): \(file.format), \(file.size) B, SHA-256 \(file.sha256)")
        for revision in file.revisions {
            let fields = revision.signedFields.isEmpty ? "" : " [\(revision.signedFields.joined(separator: ", "))]"
            let kind = revision.kind.map { " \($0)\(revision.allowed == false ? " (!)" : "")" } ?? ""
            line(
                1, "Phiên bản", "Revision",
                "\(revision.revision): \(revision.from)–\(revision.to.map(String.init) ?? "?"), \(revision.objects)\(kind)\(fields)"
            )
        }
        for entry in file.entries { line(1, "Tệp", "File", "\(entry.name), \(entry.size) B") }
        for signature in file.signatures { print(signature) }
        for certificate in file.certificates {
            line(
                1, "Chứng thư", "Certificate",
                "\(certificate.subject), \(certificate.notBefore) – \(certificate.notAfter), \(certificate.sha256)")
        }
        line(1, "Danh sách thu hồi", "Revocation lists", "\(file.revocationLists)")
        line(1, "Trả lời OCSP", "OCSP responses", "\(file.ocspResponses)")
    }

    private static func print(_ signature: SignatureStructure) {
        Console.print("  \(signature.id)  \(signature.format) \(signature.level) \(signature.packaging)")
        line(2, "Chủ thể ký", "Signer", signature.signer?.subject ?? "?")
        line(2, "Thời điểm ký khai báo", "Claimed time", signature.claimedSigningTime.map { "\($0)" } ?? "–")
        line(2, "Thuật toán", "Algorithm", signature.algorithm ?? "?")
        line(2, "Phạm vi", "Coverage", signature.coverage.scope.rawValue)
        for role in signature.roles { line(2, "Vai trò", "Role", role) }
        for commitment in signature.commitments { line(2, "Cam kết", "Commitment", commitment) }
        for attribute in signature.attributes {
            let isSigned =
                attribute.signed ? Phrase(vi: "được ký", en: "signed") : Phrase(vi: "không ký", en: "unsigned")
            line(
                2, "Thuộc tính", "Attribute",
                "\(attribute.name ?? attribute.oid) (\(isSigned[Console.language]), \(attribute.size) B)")
        }
        for stamp in signature.timestamps {
            line(
                2, "Dấu thời gian", "Time-stamp",
                "\(stamp.id) \(stamp.kind) \(stamp.time.map { "\($0)" } ?? "?") \(stamp.authority ?? "?")")
        }
        for fault in signature.formatFaults { line(2, "Lỗi định dạng", "Format fault", fault) }
        for finding in signature.findings {
            Console.print("    – \(finding.phrase[Console.language]) [\(finding.code)]")
        }
    }

    private static func line(_ depth: Int, _ vi: String, _ en: String, _ value: String) {
        Console.print(String(repeating: "  ", count: depth) + "\(Phrase(vi: vi, en: en)[Console.language]): \(value)")
    }
}
