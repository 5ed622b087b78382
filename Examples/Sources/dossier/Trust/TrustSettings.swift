// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DossierCore
import DossierKit
import Foundation
import PKIX
import SignatureValidation

/// What `--trust`, `--trust-signer` and `--material` gave.
struct TrustSettings: Sendable {
    /// Domains of plain files and folders: trusted for everything, without dates.
    private var plain: [TrustDomain] = []
    private(set) var bundles: [TrustBundle] = []
    /// Bundles that were given and are not used, because a later one of their id was given too.
    private var replaced: [(id: String, issued: Instant, by: Instant)] = []
    /// Untrusted certificates, lists and responses, those of the bundles among them.
    private(set) var material = ValidationMaterial()

    init(trust: [String], pins: [[UInt8]], material paths: [String]) throws {
        for argument in trust {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let isNamed = parts.count == 2 && !parts[0].isEmpty && !parts[0].contains("/")
            let path = isNamed ? String(parts[1]) : argument
            switch try TrustFiles.shared.contents(of: path, for: .trust, pins: pins) {
            case .bundle(let bundle):
                guard !isNamed else {
                    throw ValidationError("a trust bundle names its own domains, so --trust \(parts[0])= cannot")
                }
                try add(bundle, at: path)
            case .material(let found):
                guard !found.certificates.isEmpty else {
                    throw CommandFailure(
                        .configuration, vi: "\(path): không có chứng thư", en: "\(path): no certificate")
                }
                let name = isNamed ? String(parts[0]) : URL(filePath: path).deletingPathExtension().lastPathComponent
                plain = Self.joined(plain + [TrustDomain(name: name, anchors: found.certificates)])
            }
        }
        for bundle in bundles { material.certificates += bundle.adjuncts }
        for path in paths {
            guard case .material(let found) = try TrustFiles.shared.contents(of: path, for: .material, pins: []) else {
                continue
            }
            material.append(found)
        }
    }

    /// A later bundle takes the place of an earlier one of its id: what it no longer has is no longer trusted.
    private mutating func add(_ bundle: TrustBundle, at path: String) throws {
        guard let index = bundles.firstIndex(where: { $0.id == bundle.id }) else { return bundles.append(bundle) }
        let known = bundles[index]
        guard known != bundle else { return }
        guard known.issued != bundle.issued else {
            throw CommandFailure(
                .configuration,
                vi: "\(path): hai gói tin cậy “\(bundle.id)” cùng phát hành lúc \(bundle.issued) nhưng khác nhau",
                en: "\(path): two trust bundles “\(bundle.id)” were issued at \(bundle.issued) and differ")
        }
        let newest = known.issued < bundle.issued ? bundle : known
        replaced.append((newest.id, min(known.issued, bundle.issued), newest.issued))
        bundles[index] = newest
    }

    /// The domains whose anchors count for any of the usages at an instant.
    func domains(for usages: [TrustBundle.Usage], at time: Instant) -> [TrustDomain] {
        let found = plain + bundles.flatMap { bundle in usages.flatMap { bundle.domains(for: $0, at: time) } }
        return Self.joined(found)
    }

    /// The domains with their usages and the ends of their trust, for a validator that looks at several instants.
    func domains(beginningBy time: Instant) -> [TrustDomain] {
        Self.joined(plain + bundles.flatMap { $0.domains(beginningBy: time) })
    }

    /// What has to be said of the bundles wherever they are used.
    func findings(at time: Instant) -> [Finding] {
        let old = replaced.map { bundle in
            Finding(
                .information, code: "trust-bundle-replaced",
                Phrase(
                    vi:
                        "không dùng gói tin cậy “\(bundle.id)” phát hành lúc \(bundle.issued); gói mới hơn: \(bundle.by)",
                    en:
                        "the trust bundle “\(bundle.id)” issued at \(bundle.issued) is not used; a newer one: \(bundle.by)"
                ))
        }
        return old
            + bundles.flatMap { bundle -> [Finding] in
                var findings: [Finding] = []
                if bundle.isStale(at: time) {
                    findings.append(
                        Finding(
                            .warning, code: "trust-bundle-stale",
                            Phrase(
                                vi: "gói tin cậy “\(bundle.id)” đã quá hạn cập nhật từ \(bundle.nextUpdate)",
                                en: "the trust bundle “\(bundle.id)” was due to be replaced at \(bundle.nextUpdate)")))
                }
                if let remark = bundle.remark {
                    findings.append(
                        Finding(
                            .information, code: "trust-bundle-remark",
                            Phrase(
                                vi: "gói tin cậy “\(bundle.id)” ghi chú: \(remark)",
                                en: "the trust bundle “\(bundle.id)” says: \(remark)")))
                }
                return findings
            }
    }

    func warn(at time: Instant) { for finding in findings(at: time) { Console.warn(finding.phrase) } }

    /// Domains of the same name and usages are one.
    private static func joined(_ domains: [TrustDomain]) -> [TrustDomain] {
        var result: [TrustDomain] = []
        for domain in domains {
            guard let index = result.firstIndex(where: { $0.name == domain.name && $0.usages == domain.usages }) else {
                result.append(domain)
                continue
            }
            let first = result[index]
            let known = Set(first.anchors)
            let others = Set(domain.anchors)
            // An anchor that is trusted without end in one place is trusted without end.
            let ends = first.trustedUntil.filter { !others.contains($0.key) || domain.trustedUntil[$0.key] != nil }
            let otherEnds = domain.trustedUntil.filter { !known.contains($0.key) || first.trustedUntil[$0.key] != nil }
            result[index] = TrustDomain(
                name: domain.name, anchors: first.anchors + domain.anchors.filter { !known.contains($0) },
                responders: first.responders, usages: domain.usages,
                trustedUntil: ends.merging(otherEnds) { max($0, $1) })
        }
        return result
    }
}

extension ValidationMaterial {
    /// Adds in place; a folder of thousands of files must not copy the earlier ones for each.
    mutating func append(_ other: ValidationMaterial) {
        certificates += other.certificates
        revocationLists += other.revocationLists
        ocspResponses += other.ocspResponses
    }
}
