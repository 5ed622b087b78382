// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PKIX
import SignatureValidation

/// A report in one language as headings, rows and tables, before it becomes text or a page. What came out of files is made
/// harmless here: no control character and no change of writing direction reaches a reader.
struct ReportOutline {
    struct Row {
        let label, value: String
    }
    struct Table {
        let title: String
        let head: [String]
        let rows: [[String]]
    }
    struct Remark {
        let severity: Finding.Severity
        let severityWord, text, code: String
    }
    struct Signature {
        let title: String
        let indication: Indication
        let verdict: String
        /// The verdict where only two values exist.
        let twoValued: String
        /// Sub-indication and reason; `nil` when passed.
        let reason: String?
        let remedy: String?
        /// The seven fields of Circular 15/2025/TT-BKHCN, Article 6.
        let fields: [Row]
        let details: [Row]
        let tables: [Table]
        let remarks: [Remark]
    }
    struct File {
        let path: String
        let indication: Indication?
        let verdict: String
        let rows: [Row]
        let remarks: [Remark]
        let signatures: [Signature]
    }

    let language: Language
    let policy: ValidationPolicy

    func file(_ report: FileReport) -> File {
        var rows: [Row] = []
        func add(_ label: Phrase, _ value: String?) {
            if let value { rows.append(Row(label: label[language], value: DisplayText.harmless(value))) }
        }
        add(Phrase(vi: "Định dạng", en: "Format"), report.format)
        add(Phrase(vi: "SHA-256", en: "SHA-256"), report.sha256)
        add(Phrase(vi: "Tệp chữ ký", en: "Signature file"), report.signatureFile)
        add(Phrase(vi: "Tệp nội dung", en: "Content file"), report.contentFile)
        let verdict: Phrase
        if let error = report.error {
            verdict = Phrase(vi: "Không kiểm tra được", en: "Could not be judged")
            add(Phrase(vi: "Lý do", en: "Reason"), error[language])
        } else {
            verdict =
                report.report?.indication?.phrase
                ?? Phrase(vi: "Không tìm thấy chữ ký số", en: "No digital signature found")
        }
        return File(
            path: DisplayText.harmless(report.path), indication: report.report?.indication, verdict: verdict[language],
            rows: rows, remarks: (report.findings + (report.report?.findings ?? [])).map(remark),
            signatures: (report.report?.signatures ?? []).map(signature))
    }

    func signature(_ report: SignatureReport) -> Signature {
        let facts = report.facts
        let level = facts.level?.rawValue ?? "NOT-BASELINE"
        let parts = [facts.id, facts.format.rawValue, facts.profile ?? level]
        return Signature(
            title: parts.map(DisplayText.harmless).joined(separator: " · "), indication: report.indication,
            verdict: report.indication.phrase[language], twoValued: report.indication.twoValuedPhrase[language],
            reason: report.subIndication.map { "\($0.rawValue): \($0.phrase[language])" },
            remedy: report.remedy?[language],
            fields: report.requiredFields.map {
                Row(label: $0.key.phrase[language], value: DisplayText.harmless($0.value[language]))
            },
            details: details(report), tables: tables(report), remarks: report.findings.map(remark))
    }

    func remark(_ finding: Finding) -> Remark {
        Remark(
            severity: finding.severity, severityWord: finding.severity.phrase[language],
            text: DisplayText.harmless(finding.phrase[language]), code: DisplayText.harmless(finding.code))
    }

    private func details(_ report: SignatureReport) -> [Row] {
        var rows: [Row] = []
        func add(_ vi: String, _ en: String, _ value: String?) {
            guard let value else { return }
            rows.append(Row(label: Phrase(vi: vi, en: en)[language], value: DisplayText.harmless(value)))
        }
        func joined(_ values: [String]) -> String? { values.isEmpty ? nil : values.joined(separator: ", ") }
        let facts = report.facts
        add("Miền tin cậy", "Trust domain", report.path?.trustDomain ?? ReportField.notStated[language])
        add(
            "Thời điểm được chứng minh", "Proved time",
            "\(report.bestSignatureTime.local) – \(report.bestSignatureTimeSource.phrase[language])"
                + (report.proofSource.map { " (\($0))" } ?? ""))
        add(
            "Hiệu lực tại thời điểm người ký khai", "Valid at the claimed time",
            report.validAtClaimedTime.phrase[language]
                + Phrase(vi: " (không làm căn cứ)", en: " (not relied on)")[language])
        add("Phạm vi ký", "Coverage", facts.coverage.phrase[language])
        add("Tệp không được ký", "Files not covered", joined(facts.coverage.uncoveredPaths))
        add(
            "Thay đổi sau khi ký", "Changes after signing",
            joined(facts.changesAfterSigning.map { $0.phrase[language] }))
        add(
            "Thuật toán", "Algorithms",
            report.conformityFindings.isEmpty
                ? Phrase(vi: "phù hợp danh mục tiêu chuẩn", en: "on the list of standards")[language]
                : Phrase(vi: "khác danh mục tiêu chuẩn", en: "not on the list of standards")[language])
        add("Người ký dự kiến", "Expected signer", report.signerMatch?.phrase[language])
        add("Cam kết", "Commitment", joined(facts.commitments))
        add("Vai trò khai", "Claimed role", joined(facts.signerRoles))
        add("Nơi ký khai", "Claimed place", facts.productionPlace)
        add("Kiểm tra thu hồi", "Revocation checking", report.revocationMode.phrase[language])
        add("Nên gia hạn trước", "Renew before", report.renewBefore?.local)
        add("Chính sách", "Policy", "\(policy.id) (\(policy.version))")
        return rows
    }

    private func tables(_ report: SignatureReport) -> [Table] {
        var tables: [Table] = []
        func add(_ title: Phrase, _ head: [Phrase], _ rows: [[String]]) {
            guard !rows.isEmpty else { return }
            tables.append(
                Table(
                    title: title[language], head: head.map { $0[language] },
                    rows: rows.map { $0.map(DisplayText.harmless) }))
        }
        add(
            Phrase(vi: "Dấu thời gian", en: "Time-stamps"),
            [
                Phrase(vi: "Số", en: "No."), Phrase(vi: "Loại", en: "Kind"), Phrase(vi: "Thời điểm", en: "Time"),
                Phrase(vi: "Tổ chức cấp", en: "Authority"), Phrase(vi: "Kết quả", en: "Result"),
            ],
            report.timeStamps.map { stamp in
                [
                    stamp.id, stamp.kind.phrase[language], stamp.time?.local ?? ReportField.notStated[language],
                    stamp.authority ?? ReportField.notStated[language],
                    ([stamp.indication.phrase[language], stamp.subIndication?.rawValue].compactMap(\.self)
                        + stamp.findings.map { $0.phrase[language] }).joined(separator: "; "),
                ]
            })
        add(
            Phrase(
                vi: "Tiêu chí của Phụ lục II, Thông tư 15/2025/TT-BKHCN",
                en: "Criteria of Appendix II, Circular 15/2025/TT-BKHCN"),
            [
                Phrase(vi: "Tiêu chí", en: "Criterion"), Phrase(vi: "Kết quả", en: "Result"),
                Phrase(vi: "Căn cứ", en: "Evidence"),
            ],
            report.criteria.map { criterion in
                [
                    "\(criterion.id.rawValue) \(criterion.id.phrase[language])", criterion.result.phrase[language],
                    criterion.evidence[language],
                ]
            })
        add(
            Phrase(vi: "Đường dẫn chứng thư", en: "Certificates"),
            [
                Phrase(vi: "Chủ thể", en: "Subject"), Phrase(vi: "Thời hạn", en: "Validity"),
                Phrase(vi: "Thu hồi", en: "Revocation"),
            ],
            (report.path?.chain ?? []).enumerated().map { index, link in
                let isAnchor = report.path?.trustDomain != nil && index + 1 == report.path?.chain.count
                return [
                    link.certificate.subject.commonName ?? link.certificate.subject.maskedDescription,
                    "\(link.certificate.notBefore.local) – \(link.certificate.notAfter.local)",
                    (isAnchor ? Phrase(vi: "gốc tin cậy", en: "trust anchor") : link.revocationPhrase)[language],
                ]
            })
        return tables
    }
}

extension Instant {
    /// The instant in Vietnamese time, as people read it.
    fileprivate var local: String { text(atOffset: 25_200) }
}
