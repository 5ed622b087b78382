// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierCore

extension PathResult {
    /// An algorithm of a path that a policy does not accept.
    public struct AlgorithmFault: Sendable, Hashable {
        /// Whose signature it is.
        public enum Place: Sendable, Hashable {
            /// The certificate's own.
            case certificate
            /// That of the list that its revocation status rests on, or of a certificate of the list's signer.
            case revocationList
            /// That of the OCSP response that its revocation status rests on, or of its responder's certificate.
            case ocspResponse
        }

        /// Index into ``PathResult/chain`` of the certificate that it concerns.
        public let certificateIndex: Int
        /// Whose signature it is.
        public let place: Place
        /// What the policy says.
        public let fault: AlgorithmPolicy.Fault
    }

    /// What a policy of algorithms says of the signatures that the path rests on, from the certificate to its anchor.
    ///
    /// RFC 5280 §6 knows no such policy, and whether an algorithm may be relied on depends on when the signature is proven
    /// to have existed. So a path is evaluated without one, and whoever knows the time asks here: the engine that validates
    /// signatures, a tool that shows a certificate. An anchor's own signature is not asked about (RFC 5280 §6.1.1 (d)). With
    /// ``AlgorithmPolicy/rfc5280`` every known algorithm passes.
    ///
    /// - Parameter time: When the signatures are known to have existed, or now.
    /// - Note: Of a response whose signer's certificate is neither the issuer's nor enclosed, only the digest is judged.
    public func algorithmFaults(under policy: AlgorithmPolicy, at time: Instant) -> [AlgorithmFault] {
        var found: [AlgorithmFault] = []
        for (index, (link, issuer)) in zip(chain, chain.dropFirst()).enumerated() {
            func add(_ place: AlgorithmFault.Place, _ scheme: SignatureScheme?, _ signer: Certificate?) {
                let fault: AlgorithmPolicy.Fault?
                if let signer {
                    fault = policy.fault(of: scheme, key: try? signer.publicKey().kind, at: time)
                } else if let scheme {
                    fault = scheme.digest.flatMap { policy.fault(of: $0, at: time) }
                } else {
                    fault = .unknown
                }
                if let fault { found.append(AlgorithmFault(certificateIndex: index, place: place, fault: fault)) }
            }
            add(.certificate, link.certificate.scheme, issuer.certificate)
            if let list = link.revocationList {
                add(.revocationList, list.scheme, link.revocationIssuer ?? issuer.certificate)
            }
            if let basic = link.ocspResponse?.basic {
                let signer = ([issuer.certificate] + basic.certificates).first(where: basic.names)
                add(.ocspResponse, basic.scheme, signer)
            }
            // The signer's own path: who can forge it can state anything.
            let place = link.ocspResponse == nil ? AlgorithmFault.Place.revocationList : .ocspResponse
            for (signer, authority) in zip(link.revocationIssuerChain, link.revocationIssuerChain.dropFirst()) {
                add(place, signer.certificate.scheme, authority.certificate)
            }
        }
        return found
    }
}
