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

/// CAdES B-B over 1 KiB beside CMS_sign and CMS_verify with the attributes of CAdES.
enum SignatureBenchmarks {
    private static let content = (0..<1024).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    /// Each with keys of its own.
    private static let rounds = 15

    static func cades(
        _ name: String, _ kind: SoftwareKey.Kind, _ scheme: SignatureScheme, signing: Double, verifying: Double,
        _ bench: inout Bench
    ) async throws {
        guard bench.wants("CAdES B-B over 1 KiB, \(name)") else { return }
        let chains = try (0..<rounds).map { _ in try Chain(kind, scheme: scheme) }
        let peers = try chains.map(peer)
        defer { peers.forEach { peer_cms_free($0) } }
        try await sign(name, chains, peers, goal: signing, &bench)
        try await floor(name, chains, peers, &bench)
        try await verify(name, chains, peers, goal: verifying, &bench)
    }

    private static func peer(_ chain: Chain) throws -> OpaquePointer {
        let (certificate, issuer) = (chain.signer.certificate.bytes, chain.issuing.certificate.bytes)
        let root = chain.root.certificate.bytes
        guard
            let peer = peer_cms_new(
                try chain.signerKey.dangerouslyUnprotectedPEM(), certificate, certificate.count, issuer, issuer.count,
                root, root.count, Chain.time.seconds)
        else { throw PeerRefused(what: "keys and certificates") }
        for list in chain.lists {
            try PeerRefused.check(peer_cms_add_list(peer, list.bytes, list.bytes.count), "a list")
        }
        return peer
    }

    private static func sign(
        _ name: String, _ chains: [Chain], _ peers: [OpaquePointer], goal: Double, _ bench: inout Bench
    ) async throws {
        try await bench.compareEach(
            "CAdES B-B over 1 KiB, \(name), signed", goal: .ratio(goal),
            note: "detached; ours verifies the value before it is given out; the peer is CMS_sign with CMS_CADES",
            rounds: rounds
        ) { round in
            _ = try await CAdESSignature.detached(
                over: MemorySource(content), by: chains[round].signer, claiming: Chain.time)
        } peer: { round in
            try PeerRefused.check(peer_cms_sign(peers[round], content, content.count), "signing")
        }
    }

    /// What no implementation that verifies the value first can be faster than.
    private static func floor(
        _ name: String, _ chains: [Chain], _ peers: [OpaquePointer], _ bench: inout Bench
    ) async throws {
        let signers = try chains.map { chain in
            guard let signer = peer_signer_new(try chain.signerKey.dangerouslyUnprotectedPEM()) else {
                throw PeerRefused(what: "a key")
            }
            return signer
        }
        defer { signers.forEach { peer_signer_free($0) } }
        let attributes = Array(content.prefix(300))
        try await bench.compareEach(
            "CAdES B-B over 1 KiB, \(name), sign and verify alone", goal: .none,
            note:
                "libcrypto's signature and verification over 300 bytes, no CMS; the peer is CMS_sign, without verifying",
            rounds: rounds
        ) { round in
            try PeerRefused.check(peer_sign_and_verify(signers[round], attributes, attributes.count), "a signature")
        } peer: { round in
            try PeerRefused.check(peer_cms_sign(peers[round], content, content.count), "signing")
        }
    }

    private static func verify(
        _ name: String, _ chains: [Chain], _ peers: [OpaquePointer], goal: Double, _ bench: inout Bench
    ) async throws {
        var signatures: [[UInt8]] = []
        for chain in chains {
            signatures.append(
                try await CAdESSignature.detached(
                    over: MemorySource(content), by: chain.signer, claiming: Chain.time))
        }
        let validators = chains.map {
            SignatureValidator(trusting: [$0.domain], policy: .etsi2026, material: $0.material, revocation: .required)
        }
        try await bench.compareEach(
            "CAdES B-B over 1 KiB, \(name), verified", goal: .ratio(goal),
            note: "bytes to report, CRLs of both authorities checked; the peer is CMS_verify with CRL_CHECK_ALL",
            rounds: rounds
        ) { round in
            let document = try CAdESDocument(parsing: signatures[round], content: MemorySource(content))
            let report = try validators[round].validate(document, at: Chain.time)
            guard report.indication == .totalPassed else {
                throw PeerRefused(what: "our validation: \(report.signatures.map(\.subIndication))")
            }
        } peer: { round in
            let signature = signatures[round]
            try PeerRefused.check(
                peer_cms_verify(peers[round], signature, signature.count, content, content.count), "verification")
        }
    }
}
