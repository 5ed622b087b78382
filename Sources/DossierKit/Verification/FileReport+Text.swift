// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
import SignatureValidation

extension FileReport {
    /// The report as lines of text: verdict, reason and remedy, the seven fields of Circular 15/2025/TT-BKHCN, Article 6,
    /// time-stamps, criteria, remarks. Names from the file are free of control characters.
    ///
    /// - Parameter policy: The policy that was applied; named in the text.
    public func text(in language: Language, policy: ValidationPolicy) -> [String] {
        let outline = ReportOutline(language: language, policy: policy)
        let file = outline.file(self)
        var lines = [file.path]
        if file.signatures.isEmpty { lines.append("  \(file.verdict)") }
        for row in file.rows where error != nil || row.value != sha256 { lines.append("  \(row.label): \(row.value)") }
        for remark in file.remarks { lines.append("  – \(remark.severityWord): \(remark.text) [\(remark.code)]") }
        for signature in file.signatures { lines += Self.lines(of: signature, language) }
        return lines
    }

    private static func lines(of signature: ReportOutline.Signature, _ language: Language) -> [String] {
        var lines = ["  \(signature.title): \(signature.verdict)"]
        if let reason = signature.reason { lines.append("    \(reason)") }
        if let remedy = signature.remedy { lines.append("    → \(remedy)") }
        for row in signature.fields + signature.details { lines.append("    \(row.label): \(row.value)") }
        for table in signature.tables {
            lines.append("    \(table.title):")
            for row in table.rows { lines.append("      \(row.joined(separator: " | "))") }
        }
        for remark in signature.remarks {
            lines.append("    – \(remark.severityWord): \(remark.text) [\(remark.code)]")
        }
        return lines
    }
}
