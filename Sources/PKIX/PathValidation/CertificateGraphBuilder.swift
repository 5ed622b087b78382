// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore

/// Finds what bears on a certificate and checks every signature once.
struct CertificateGraphBuilder {
    private(set) var nodes: [CertificateGraph.Node] = []
    private(set) var isOverBudget = false
    /// Whether something was not verified because the document's allowance was spent.
    private(set) var isOverAllowance = false
    private let limits: CertificateGraph.Limits
    private let candidates: [DistinguishedName: [Certificate]]
    /// Only asked where nobody bears the issuer's name.
    private lazy var byKeyIdentifier = Dictionary(
        grouping: candidates.values.joined().filter { $0.subjectKeyIdentifier != nil }
    ) { $0.subjectKeyIdentifier ?? [] }
    private let lists: [DistinguishedName: [CertificateRevocationList]]
    private let anchors: [Certificate: String]
    private let domains: [TrustDomain]
    private let material: ValidationMaterial
    private var indices: [Certificate: Int] = [:]
    private var verifications = 0
    /// What was verified before counts against the limit as well: what is found must not depend on who asked earlier.
    private let verified: VerifiedSignatures
    private let allowance: VerificationAllowance

    init(
        trusting domains: [TrustDomain], material: ValidationMaterial, limits: CertificateGraph.Limits,
        verified: VerifiedSignatures, allowance: VerificationAllowance
    ) {
        self.limits = limits
        self.verified = verified
        self.allowance = allowance
        self.domains = domains
        self.material = material
        var anchors: [Certificate: String] = [:]
        for domain in domains {
            for anchor in domain.anchors where anchors[anchor] == nil { anchors[anchor] = domain.name }
        }
        self.anchors = anchors
        let all = Set(anchors.keys).union(material.certificates)
        candidates = Dictionary(grouping: all, by: \.subject)
        lists = Dictionary(grouping: Set(material.revocationLists), by: \.issuer)
    }

    mutating func build(from certificate: Certificate) {
        _ = node(of: certificate)
        var next = 0
        while next < nodes.count, !isOverBudget {
            findIssuers(of: next)
            if next > 0 { findLists(of: next) }
            // Lists may be signed with another key than certificates, and by others (RFC 5280 §6.3.3 (f)).
            if nodes[next].anchorOf == nil {
                for name in nodes[next].listIssuers where lists[name] != nil {
                    for candidate in Self.ordered(candidates[name] ?? [], for: nodes[next].certificate) {
                        _ = node(of: candidate)
                    }
                }
            }
            next += 1
        }
        findAnswers()
        let leading = Self.leadingToAnchor(nodes) { _ in true }
        for index in nodes.indices { nodes[index].leadsToAnchor = leading[index] }
    }

    private mutating func node(of certificate: Certificate) -> Int {
        if let known = indices[certificate] { return known }
        indices[certificate] = nodes.count
        nodes.append(CertificateGraph.Node(certificate: certificate, anchorOf: anchors[certificate]))
        return nodes.count - 1
    }

    private mutating func mayVerify(_ fingerprint: [UInt8], by signer: Certificate) -> Bool {
        guard !isOverBudget, verifications < limits.verifications else {
            isOverBudget = true
            return false
        }
        verifications += 1
        guard allowance.covers(fingerprint, by: signer) else {
            isOverBudget = true
            isOverAllowance = true
            return false
        }
        return true
    }

    private mutating func findIssuers(of index: Int) {
        let certificate = nodes[index].certificate
        guard nodes[index].anchorOf == nil else { return }
        for candidate in Self.ordered(candidates[certificate.issuer] ?? [], for: certificate)
        where candidate != certificate {
            guard mayVerify(certificate.fingerprint, by: candidate) else { return }
            guard let isSigned = try? certificate.isSigned(by: candidate, knowing: verified) else { continue }
            if isSigned {
                let issuer = node(of: candidate)
                nodes[index].issuers.append(issuer)
            } else if Self.rank(candidate, for: certificate) < 2 {
                // A key that the certificate does not name is merely another one; a named one says the signature is bad.
                nodes[index].hasBadSignature = true
            }
        }
        guard nodes[index].issuers.isEmpty, !nodes[index].hasBadSignature,
            let identifier = certificate.authorityKeyIdentifier
        else { return }
        // The key that signed, under a name that is not the issuer's: a path, but one whose names do not chain.
        for candidate in Self.ordered(byKeyIdentifier[identifier] ?? [], for: certificate)
        where candidate != certificate && candidate.subject != certificate.issuer {
            guard mayVerify(certificate.fingerprint, by: candidate) else { return }
            guard (try? certificate.isSigned(by: candidate, knowing: verified)) == true else { continue }
            let issuer = node(of: candidate)
            nodes[index].issuers.append(issuer)
        }
    }

    private mutating func findAnswers() {
        guard !material.ocspResponses.isEmpty else { return }
        var builder = OCSPAnswerBuilder(
            material.ocspResponses, candidates: material.certificates,
            localResponders: domains.flatMap { domain in domain.responders.map { (domain.name, $0) } },
            verifications: verifications, limit: limits.verifications, verified: verified,
            allowance: allowance)
        for node in nodes {
            for issuer in node.issuers {
                nodes[issuer].answers[node.certificate] = builder.answers(
                    about: node.certificate, issuer: nodes[issuer].certificate, at: issuer)
            }
        }
        isOverBudget = isOverBudget || builder.isOverBudget
        isOverAllowance = isOverAllowance || builder.isOverAllowance
    }

    private mutating func findLists(of index: Int) {
        let certificate = nodes[index].certificate
        guard let found = lists[certificate.subject], (try? certificate.publicKey()) != nil else { return }
        let newestFirst = found.sorted {
            $0.thisUpdate == $1.thisUpdate
                ? $1.fingerprint.lexicographicallyPrecedes($0.fingerprint) : $1.thisUpdate < $0.thisUpdate
        }
        for list in newestFirst {
            guard mayVerify(list.fingerprint, by: certificate) else { return }
            if (try? list.isSigned(by: certificate, knowing: verified)) == true { nodes[index].lists.append(list) }
        }
    }

    static func leadingToAnchor(_ nodes: [CertificateGraph.Node], _ mayStand: (Int) -> Bool) -> [Bool] {
        var issued = [[Int]](repeating: [], count: nodes.count)
        for (index, node) in nodes.enumerated() {
            for issuer in node.issuers { issued[issuer].append(index) }
        }
        var leads = [Bool](repeating: false, count: nodes.count)
        var open = nodes.indices.filter { nodes[$0].anchorOf != nil }
        while let index = open.popLast() {
            guard !leads[index], mayStand(index) else { continue }
            leads[index] = true
            open += issued[index]
        }
        return leads
    }

    /// 0 when the certificate names the candidate's key identifier, 2 when it names another, 1 when that is not said.
    private static func rank(_ candidate: Certificate, for certificate: Certificate) -> Int {
        guard let wanted = certificate.authorityKeyIdentifier, let found = candidate.subjectKeyIdentifier else {
            return 1
        }
        return wanted == found ? 0 : 2
    }

    /// Candidates with the key identifier that the certificate names first; a fixed order makes results reproducible.
    private static func ordered(_ candidates: [Certificate], for certificate: Certificate) -> [Certificate] {
        guard candidates.count > 1 else { return candidates }
        return candidates.sorted {
            let (left, right) = (rank($0, for: certificate), rank($1, for: certificate))
            if left != right { return left < right }
            if $0.notAfter != $1.notAfter { return $1.notAfter < $0.notAfter }
            return $0.fingerprint.lexicographicallyPrecedes($1.fingerprint)
        }
    }
}
