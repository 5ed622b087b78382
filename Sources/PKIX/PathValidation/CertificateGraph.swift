// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

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
        /// Most comparisons of names and nodes of policies in one evaluation.
        public var comparisons = 1_000_000

        /// The defaults: 2,000 verifications, 1,000 paths of at most 20 certificates, 10,000 steps, a million comparisons.
        public init() {}
    }

    struct Node: Sendable {
        /// What a node is from the beginning; nodes are copied wherever they are looked at.
        private final class Subject: Sendable {
            let certificate: Certificate
            let constraints: PathConstraints
            let listIssuers: Set<DistinguishedName>
            let anchorOf: String?

            init(_ certificate: Certificate, _ anchorOf: String?) {
                self.certificate = certificate
                self.anchorOf = anchorOf
                let constraints = PathConstraints(certificate)
                self.constraints = constraints
                listIssuers = Set(
                    constraints.distributionPoints.flatMap { $0.listIssuer?.directoryNames ?? [] }
                        + [certificate.issuer])
            }
        }
        private let subject: Subject
        var certificate: Certificate { subject.certificate }
        /// The extensions that constrain a path.
        var constraints: PathConstraints { subject.constraints }
        /// The names whose lists may be about the certificate: its issuer and every cRLIssuer.
        var listIssuers: Set<DistinguishedName> { subject.listIssuers }
        /// The domain when the certificate is an anchor.
        var anchorOf: String? { subject.anchorOf }
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

        init(certificate: Certificate, anchorOf: String?) { subject = Subject(certificate, anchorOf) }

        /// The rules about extensions that the certificate breaks wherever it stands (RFC 5280 §4.2).
        var rulesBroken: [PathRule] {
            (constraints.hasUnprocessed ? [.criticalExtension] : [])
                + (constraints.isMalformed ? [.malformedExtension] : [])
        }
    }

    /// The certificate that is asked about.
    public let certificate: Certificate
    let nodes: [Node]
    let limits: Limits
    let isOverBudget: Bool
    /// Whether the document's allowance did not suffice: something that bears on the certificate, a revocation perhaps, was not
    /// looked at.
    let isOverAllowance: Bool
    /// Lists and responses dated later say good of nothing; `nil` when none is too new.
    let horizon: Instant?
    /// Indices of the nodes with lists, by name.
    private let signersByName: [DistinguishedName: [Int]]

    /// Collects what bears on a certificate.
    ///
    /// - Parameters:
    ///   - certificate: The certificate to ask about.
    ///   - domains: The trust domains; the first domain that holds an anchor names it.
    ///   - material: Untrusted certificates and lists.
    ///   - verified: What was verified before, shared with other graphs; it changes nothing but the time that is needed.
    ///   - horizon: The latest date that information can bear by the clock of whoever judges, a tolerance included. What is
    ///     dated later is unreliable (RFC 6960 §4.2.2.1; for lists the same reason holds): it says good of nothing, and a
    ///     revocation in it counts all the same. `nil` when no clock is asked, so that no information is too new.
    ///   - allowance: What may be spent on verifying, shared with the other graphs of a document. Where it does not suffice,
    ///     every answer is indeterminate, ``PathRule/overBudget``.
    public init(
        of certificate: Certificate, trusting domains: [TrustDomain], material: ValidationMaterial,
        limits: Limits = Limits(), knowing verified: VerifiedSignatures = VerifiedSignatures(),
        issuedBy horizon: Instant? = nil, within allowance: VerificationAllowance = VerificationAllowance()
    ) {
        self.certificate = certificate
        self.limits = limits
        self.horizon = horizon
        var builder = CertificateGraphBuilder(
            trusting: domains, material: material, limits: limits, verified: verified, allowance: allowance)
        builder.build(from: certificate)
        nodes = builder.nodes
        isOverBudget = builder.isOverBudget
        isOverAllowance = builder.isOverAllowance
        var signers: [DistinguishedName: [Int]] = [:]
        for (index, node) in nodes.enumerated() where !node.lists.isEmpty {
            signers[node.certificate.subject, default: []].append(index)
        }
        signersByName = signers
    }

    /// Nodes that signed lists which may be about a certificate.
    func listSigners(for node: Node) -> [Int] {
        let names = node.listIssuers
        // Of one name they are in order.
        if names.count == 1, let only = names.first { return signersByName[only] ?? [] }
        return names.flatMap { signersByName[$0] ?? [] }.sorted()
    }

    /// Which nodes lead to an anchor over nodes of which a rule holds.
    func leadingToAnchor(_ mayStand: (Int) -> Bool) -> [Bool] {
        CertificateGraphBuilder.leadingToAnchor(nodes, mayStand)
    }
}
