// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// A certificate with every certificate and revocation list that may bear on it, all signatures checked once.
///
/// Building does the cryptography; ``evaluate(at:purpose:revocation:)`` is pure and cheap, so a verifier may ask about many
/// instants.
public struct CertificateGraph: Sendable {
    /// Limits of building and evaluating.
    public struct Limits: Sendable {
        /// Most signature verifications while building.
        public var verifications = 2_000
        /// Most complete paths tried in one evaluation.
        public var paths = 1_000
        /// Longest path, the certificate and the anchor included.
        public var pathLength = 20
        /// Most steps from a certificate to an issuer in one evaluation, dead ends included.
        public var steps = 10_000

        /// The defaults: 2,000 verifications, 1,000 paths of at most 20 certificates, 10,000 steps.
        public init() {}
    }

    struct Node: Sendable {
        let certificate: Certificate
        /// The domain when the certificate is an anchor.
        let anchorOf: String?
        /// Indices of certificates whose key made this certificate's signature.
        var issuers: [Int] = []
        /// Whether some certificate bears the issuer's name but none of their keys made the signature.
        var hasBadSignature = false
        /// Lists that this certificate's key signed.
        var lists: [CertificateRevocationList] = []
        /// What OCSP responders that this certificate's holder stands behind say of certificates that its key signed.
        var answers: [Certificate: [OCSPAnswer]] = [:]
        /// Whether some path leads from here to an anchor; without it, authorities that certify each other would have
        /// every order of theirs tried.
        var leadsToAnchor = false
    }

    /// The certificate that is asked about.
    public let certificate: Certificate
    let nodes: [Node]
    let limits: Limits
    let isOverBudget: Bool

    /// Collects what bears on a certificate.
    ///
    /// - Parameters:
    ///   - certificate: The certificate to ask about.
    ///   - domains: The trust domains; the first domain that holds an anchor names it.
    ///   - material: Untrusted certificates and lists.
    public init(
        of certificate: Certificate, trusting domains: [TrustDomain], material: ValidationMaterial,
        limits: Limits = Limits()
    ) {
        self.certificate = certificate
        self.limits = limits
        var anchors: [Certificate: String] = [:]
        for domain in domains {
            for anchor in domain.anchors where anchors[anchor] == nil { anchors[anchor] = domain.name }
        }
        let candidates = Dictionary(grouping: Set(anchors.keys).union(material.certificates), by: \.subject)
        let lists = Dictionary(grouping: Set(material.revocationLists), by: \.issuer)

        var nodes = [Node(certificate: certificate, anchorOf: anchors[certificate])]
        var indices = [certificate: 0]
        var verifications = 0
        var isOverBudget = false
        var next = 0
        building: while next < nodes.count {
            let node = nodes[next]
            defer { next += 1 }
            if node.anchorOf == nil {
                for candidate in Self.ordered(candidates[node.certificate.issuer] ?? [], for: node.certificate)
                where candidate != node.certificate {
                    verifications += 1
                    guard verifications <= limits.verifications else {
                        isOverBudget = true
                        break building
                    }
                    guard let key = try? candidate.subjectPublicKeyInfo.publicKey(),
                        let isSigned = try? node.certificate.isSigned(by: key)
                    else { continue }
                    guard isSigned else {
                        nodes[next].hasBadSignature = true
                        continue
                    }
                    let index = indices[candidate] ?? nodes.count
                    if index == nodes.count {
                        nodes.append(Node(certificate: candidate, anchorOf: anchors[candidate]))
                        indices[candidate] = index
                    }
                    nodes[next].issuers.append(index)
                }
            }
            if next > 0, let key = try? node.certificate.subjectPublicKeyInfo.publicKey() {
                for list in (lists[node.certificate.subject] ?? []).sorted(by: { $0.thisUpdate > $1.thisUpdate }) {
                    verifications += 1
                    guard verifications <= limits.verifications else {
                        isOverBudget = true
                        break building
                    }
                    if (try? list.isSigned(by: key)) == true { nodes[next].lists.append(list) }
                }
            }
            // An authority may sign its lists with another key than its certificates (RFC 5280 §6.3.3 (f)).
            if next > 0 || node.anchorOf != nil, lists[node.certificate.subject] != nil {
                for candidate in Self.ordered(candidates[node.certificate.subject] ?? [], for: node.certificate)
                where indices[candidate] == nil {
                    indices[candidate] = nodes.count
                    nodes.append(Node(certificate: candidate, anchorOf: anchors[candidate]))
                }
            }
        }
        var builder = OCSPAnswerBuilder(
            material.ocspResponses, candidates: material.certificates,
            localResponders: domains.flatMap { domain in
                domain.responders.map { (domain.name, $0) }
            }, verifications: verifications, limit: limits.verifications)
        for node in nodes {
            for issuer in node.issuers {
                nodes[issuer].answers[node.certificate] = builder.answers(
                    about: node.certificate, issuer: nodes[issuer].certificate, at: issuer)
            }
        }
        isOverBudget = isOverBudget || builder.isOverBudget
        Self.markPathsToAnchors(&nodes)
        self.nodes = nodes
        self.isOverBudget = isOverBudget
    }

    private static func markPathsToAnchors(_ nodes: inout [Node]) {
        var issued = [[Int]](repeating: [], count: nodes.count)
        for (index, node) in nodes.enumerated() {
            for issuer in node.issuers { issued[issuer].append(index) }
        }
        var open = nodes.indices.filter { nodes[$0].anchorOf != nil }
        while let index = open.popLast() {
            guard !nodes[index].leadsToAnchor else { continue }
            nodes[index].leadsToAnchor = true
            open += issued[index]
        }
    }

    /// Candidates with the key identifier that the certificate names first; a fixed order makes results reproducible.
    private static func ordered(_ candidates: [Certificate], for certificate: Certificate) -> [Certificate] {
        func rank(_ candidate: Certificate) -> Int {
            guard let wanted = certificate.authorityKeyIdentifier, let found = candidate.subjectKeyIdentifier else {
                return 1
            }
            return wanted == found ? 0 : 2
        }
        return candidates.sorted {
            (rank($0), $1.notAfter, Hexadecimal.encode($0.fingerprint))
                < (rank($1), $0.notAfter, Hexadecimal.encode($1.fingerprint))
        }
    }
}
