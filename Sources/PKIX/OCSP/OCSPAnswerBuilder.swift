// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax

/// Finds, for the certificates of a graph, the answers whose signatures hold.
struct OCSPAnswerBuilder {
    private struct Pair: Hashable {
        let response: Int
        let issuer: Int
    }
    private struct ResponderKey: Hashable {
        let responder: Certificate
        let issuer: Int
    }
    private let responses: [OCSPResponse]
    private let candidates: [Certificate]
    private let localResponders: [(domain: String, certificate: Certificate)]
    private let limit: Int
    private let verified: VerifiedSignatures
    private let allowance: VerificationAllowance
    private var bySerialNumber: [[UInt8]: [(response: Int, single: Int)]] = [:]
    private var answersByResponder: [ResponderKey: [OCSPAnswer]] = [:]
    private var signers: [Pair: [ResponderAuthority]] = [:]
    /// Signature verifications so far.
    private(set) var verifications: Int
    /// Whether something was left out because the limit was reached.
    private(set) var isOverBudget = false
    /// Whether that limit was the document's allowance.
    private(set) var isOverAllowance = false

    /// Takes the responses in.
    ///
    /// - Parameters:
    ///   - candidates: Certificates among which responders may be, besides those in the responses.
    ///   - limit: Most verifications, those already made included.
    init(
        _ responses: [OCSPResponse], candidates: [Certificate],
        localResponders: [(domain: String, certificate: Certificate)], verifications: Int, limit: Int,
        verified: VerifiedSignatures, allowance: VerificationAllowance
    ) {
        self.responses = Set(responses).filter { $0.basic?.hasUnprocessedExtension == false }
            .sorted { $1.fingerprint.lexicographicallyPrecedes($0.fingerprint) }
        self.candidates = candidates.filter(\.maySignResponses)
        self.localResponders = localResponders
        self.verifications = verifications
        self.limit = limit
        self.verified = verified
        self.allowance = allowance
        for (index, response) in self.responses.enumerated() {
            for (position, single) in (response.basic?.responses ?? []).enumerated()
            where !single.hasUnprocessedExtension {
                bySerialNumber[single.certificateID.serialNumber, default: []].append((index, position))
            }
        }
    }

    /// The answers about a certificate from responders that its issuer stands behind.
    ///
    /// - Parameter index: The issuer's node.
    mutating func answers(about certificate: Certificate, issuer: Certificate, at index: Int) -> [OCSPAnswer] {
        answers(about: certificate, issuer, index, isResponder: false)
    }

    private mutating func answers(
        about certificate: Certificate, _ issuer: Certificate, _ index: Int, isResponder: Bool
    ) -> [OCSPAnswer] {
        var found: [OCSPAnswer] = []
        var expected: [ObjectIdentifier: OCSPCertificateID] = [:]
        let positions = bySerialNumber[certificate.serialNumber] ?? []
        if positions.count > 1_000 { isOverBudget = true }
        for (response, position) in positions.prefix(1_000) {
            guard let basic = responses[response].basic else { continue }
            let single = basic.responses[position]
            let identifier = single.certificateID
            guard let digest = identifier.digest else { continue }
            let own =
                expected[identifier.digestAlgorithm.algorithm]
                ?? (try? OCSPCertificateID(of: certificate, issuer: issuer, digest: digest))
            expected[identifier.digestAlgorithm.algorithm] = own
            guard own == identifier, let hash = Self.match(single.certificateHash, certificate) else { continue }
            for signer in signersOf(response, basic, issuer, index) {
                let authority: OCSPAnswer.Authority
                switch signer {
                case .issuer: authority = .issuer
                case .local(let domain): authority = .local(domain: domain)
                case .delegated(let responder):
                    // Nobody answers for itself; and who answers for a responder must need no further answer.
                    if responder == certificate { continue }
                    let needsAnswer = !responder.hasNoRevocationCheck && responder.namesRevocationSource
                    if isResponder, needsAnswer { continue }
                    // Where none is needed, one that says revoked counts all the same.
                    let isAsked = !isResponder && !responder.hasNoRevocationCheck
                    authority = .delegated(
                        responder, answers: isAsked ? answersAboutResponder(responder, issuer, index) : [])
                }
                found.append(
                    OCSPAnswer(
                        response: responses[response], single: single, producedAt: basic.producedAt,
                        authority: authority, knowsCertificate: hash == .matches))
            }
        }
        return found
    }

    private mutating func answersAboutResponder(
        _ responder: Certificate, _ issuer: Certificate, _ index: Int
    ) -> [OCSPAnswer] {
        let key = ResponderKey(responder: responder, issuer: index)
        if let known = answersByResponder[key] { return known }
        let found = answers(about: responder, issuer, index, isResponder: true)
        answersByResponder[key] = found
        return found
    }

    private enum HashMatch { case matches, absent }

    /// `nil` when the answer is about another certificate of the same number.
    private static func match(
        _ hash: OCSPSingleResponse.CertificateHash?, _ certificate: Certificate
    ) -> HashMatch? {
        guard let hash else { return .absent }
        guard let digest = DigestAlgorithm(hash.algorithm.algorithm),
            (try? digest.digest(of: certificate.bytes)) == hash.value
        else { return nil }
        return .matches
    }

    /// Who signed a response, of those whom an issuer lets answer.
    private mutating func signersOf(
        _ response: Int, _ basic: BasicOCSPResponse, _ issuer: Certificate, _ index: Int
    ) -> [ResponderAuthority] {
        let pair = Pair(response: response, issuer: index)
        if let known = signers[pair] { return known }
        let found = basic.authorities(
            for: issuer, candidates: candidates, local: localResponders, knowing: verified
        ) { fingerprint, signer in
            isWithinBudget(fingerprint, signer)
        }
        signers[pair] = found
        return found
    }

    private mutating func isWithinBudget(_ fingerprint: [UInt8], _ signer: Certificate) -> Bool {
        verifications += 1
        if verifications > limit { isOverBudget = true }
        guard verifications <= limit else { return false }
        if !allowance.covers(fingerprint, by: signer) {
            isOverBudget = true
            isOverAllowance = true
        }
        return !isOverAllowance
    }
}
