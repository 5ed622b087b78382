// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX

/// One use of algorithms by an object, to be held against the policy at any instant (AOV, EN 319 102-1 §5.2.9).
struct AlgorithmUse: Sendable, Hashable {
    /// The object whose security rests on the algorithms; its earliest proof counts in past validation.
    let object: ValidationObject?
    /// A signature scheme, when it is one.
    var scheme: SignatureScheme?
    /// The key that made the signature.
    var key: PublicKey.Kind?
    /// A digest, when it is one.
    var digest: DigestAlgorithm?

    func fault(by policy: ValidationPolicy, at time: Instant) -> AlgorithmPolicy.Fault? {
        if let digest { return policy.algorithms.fault(of: digest, at: time) }
        return policy.algorithms.fault(of: scheme, key: key, at: time)
    }

    /// Until when the use could be relied on.
    func end(by policy: ValidationPolicy) -> AlgorithmPolicy.End {
        digest.map(policy.algorithms.end(of:)) ?? policy.algorithms.end(of: scheme, key: key)
    }

    /// What a signature itself uses: its reference digest and its scheme with the signer's key.
    static func ofSignature(_ facts: SignatureFacts) -> [AlgorithmUse] {
        var uses: [AlgorithmUse] = []
        if let digest = facts.digest { uses.append(AlgorithmUse(object: facts.signatureObject, digest: digest)) }
        // An unknown scheme is an answer of the cryptographic check already.
        if let certificate = facts.signingCertificate, let scheme = facts.scheme {
            uses.append(AlgorithmUse(object: facts.signatureObject, scheme: scheme, key: certificate.keyKind))
        }
        return uses
    }

    /// What the certificates of a chain and their revocation information use, those of its signers' own paths included: who
    /// can forge these says of any certificate that it is good. The anchor's own signature is not judged: nothing relies on
    /// it. SHA-1 in the CertID of a response is only a name.
    static func ofChain(_ chain: [PathResult.Link]) -> [AlgorithmUse] {
        var uses: [AlgorithmUse] = []
        for (index, link) in chain.dropLast().enumerated() {
            let issuer = chain[index + 1].certificate.keyKind
            uses.append(
                AlgorithmUse(
                    object: ValidationObject(link.certificate),
                    scheme: SignatureScheme(link.certificate.signatureAlgorithm), key: issuer))
            let signer = link.revocationIssuer?.keyKind ?? issuer
            if let list = link.revocationList {
                uses.append(AlgorithmUse(object: ValidationObject(list), scheme: list.scheme, key: signer))
            }
            if let response = link.ocspResponse, let basic = response.basic {
                uses += ofResponse(response, basic, by: link.revocationIssuer, chain[index + 1].certificate)
            }
            uses += ofChain(link.revocationIssuerChain)
        }
        return uses
    }

    /// What a response uses; of a responder that a trust domain names for itself only the digest.
    static func ofResponse(
        _ response: OCSPResponse?, _ basic: BasicOCSPResponse, by responder: Certificate?, _ issuer: Certificate?
    ) -> [AlgorithmUse] {
        let object = response.map { ValidationObject($0) }
        if let signer = responder ?? issuer.flatMap({ basic.names($0) ? $0 : nil }) {
            return [AlgorithmUse(object: object, scheme: basic.scheme, key: signer.keyKind)]
        }
        return basic.scheme?.digest.map { [AlgorithmUse(object: object, digest: $0)] } ?? []
    }
}

extension [AlgorithmUse] {
    /// What may not be relied on, each use at its own instant; every fault once.
    func faults(by policy: ValidationPolicy, at time: (AlgorithmUse) -> Instant) -> [AlgorithmPolicy.Fault] {
        var faults: [AlgorithmPolicy.Fault] = []
        for use in self {
            if let fault = use.fault(by: policy, at: time(use)), !faults.contains(fault) { faults.append(fault) }
        }
        return faults
    }

    /// Whether every use that is not accepted now had ended before an instant: a signature made after it used what was
    /// known not to be reliable.
    func hadEnded(before time: Instant, by policy: ValidationPolicy, now: Instant) -> Bool {
        contains { use in use.fault(by: policy, at: now) != nil && use.fault(by: policy, at: time) != nil }
    }
}
