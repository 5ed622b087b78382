// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
public import PKIX

extension SignatureValidator {
    /// What the time-stamps of a document without signatures say, in words.
    func findings(on assertions: [TimeAssertion], at time: Instant) -> [Finding] {
        assertions.map { assertion in
            let process = process(assertion.stamp, at: time)
            let id = assertion.stamp.id
            guard process.hasPassed, let stated = assertion.stamp.facts?.time else {
                let reason = process.subIndication
                return Finding(
                    .warning, code: "time-assertion-not-valid",
                    Phrase(
                        vi: "dấu thời gian \(id) không chứng minh được gì"
                            + (reason.map { ": \($0.phrase.vi) (\($0.rawValue))" } ?? ""),
                        en: "the time-stamp \(id) proves nothing"
                            + (reason.map { ": \($0.phrase.en) (\($0.rawValue))" } ?? "")))
            }
            func names(_ paths: [String]) -> String {
                paths.count > 8 ? paths.prefix(8).joined(separator: ", ") + ", …" : paths.joined(separator: ", ")
            }
            let (vi, en) =
                assertion.covered.isEmpty
                ? ("nội dung", "the content") : (names(assertion.covered), names(assertion.covered))
            let rest =
                assertion.uncovered.isEmpty
                ? Phrase(vi: "", en: "")
                : Phrase(
                    vi: "; không nói gì về \(names(assertion.uncovered))",
                    en: "; it says nothing of \(names(assertion.uncovered))")
            return Finding(
                .information, code: "time-assertion",
                Phrase(
                    vi:
                        "dấu thời gian \(id) chứng minh \(vi) đã có vào lúc \(stated); đó không phải chữ ký của ai\(rest.vi)",
                    en:
                        "the time-stamp \(id) proves that \(en) existed at \(stated); it is nobody\u{2019}s signature\(rest.en)"
                ))
        }
    }
}

extension ValidationMaterial {
    /// Code of the remark on revocation information that is dated later than now.
    public static let aheadCode = "revocation-information-ahead"

    /// The remark on lists and responses that are dated after an instant, by which they are unreliable (RFC 6960 §4.2.2.1).
    ///
    /// - Parameter horizon: Now with a tolerance; `nil` when no clock is asked.
    /// - Returns: `nil` when none is.
    public func dated(after horizon: Instant?) -> Finding? {
        guard let horizon else { return nil }
        let dates =
            revocationLists.map(\.thisUpdate)
            + ocspResponses.compactMap(\.basic).flatMap { [$0.producedAt] + $0.responses.map(\.thisUpdate) }
        guard let latest = dates.max(), latest > horizon else { return nil }
        return Finding(
            .warning, code: Self.aheadCode,
            Phrase(
                vi:
                    "có thông tin thu hồi ghi ngày sau hiện tại (\(latest)); thông tin đó không chứng minh chứng thư còn hiệu lực",
                en:
                    "some revocation information is dated later than now (\(latest)); it shows no certificate to be good"
            ))
    }
}
