// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import COpenSSLPeer
import CryptoPrimitives
import DossierCore
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI

enum SignatureBenchmarks {
    /// CAdES B-B over 1 KiB beside CMS_sign and CMS_verify with the attributes of CAdES.
    static func cades(
        _ name: String, _ chain: Chain, signing: Double, verifying: Double, _ bench: inout Bench
    ) async throws {
        let content = (0..<1024).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let (certificate, issuer) = (chain.signer.certificate.bytes, chain.issuing.certificate.bytes)
        let root = chain.root.certificate.bytes
        guard
            let peer = peer_cms_new(
                try chain.signerKey.dangerouslyUnprotectedPEM(), certificate, certificate.count, issuer, issuer.count,
                root, root.count, Chain.time.seconds)
        else { throw PeerRefused(what: "keys and certificates") }
        defer { peer_cms_free(peer) }
        for list in chain.lists {
            try PeerRefused.check(peer_cms_add_list(peer, list.bytes, list.bytes.count), "a list")
        }
        try await bench.compare(
            "CAdES B-B over 1 KiB signed, \(name)", goal: .ratio(signing),
            note: "detached; ours verifies the value before it is given out; the peer is CMS_sign with CMS_CADES"
        ) {
            _ = try await CAdESSignature.detached(
                over: MemorySource(content), by: chain.signer, claiming: Chain.time)
        } peer: {
            try PeerRefused.check(peer_cms_sign(peer, content, content.count), "signing")
        }

        let signature = try await CAdESSignature.detached(
            over: MemorySource(content), by: chain.signer, claiming: Chain.time)
        let validator = SignatureValidator(
            trusting: [chain.domain], policy: .etsi2026, material: chain.material, revocation: .required)
        try await bench.compare(
            "CAdES B-B over 1 KiB verified, \(name)", goal: .ratio(verifying),
            note: "bytes to report, CRLs of both authorities checked; the peer is CMS_verify with CRL_CHECK_ALL"
        ) {
            let document = try CAdESDocument(parsing: signature, content: MemorySource(content))
            let report = try validator.validate(document, at: Chain.time)
            guard report.indication == .totalPassed else {
                throw PeerRefused(what: "our validation: \(report.signatures.map(\.subIndication))")
            }
        } peer: {
            try PeerRefused.check(
                peer_cms_verify(peer, signature, signature.count, content, content.count), "verification")
        }
    }
}
