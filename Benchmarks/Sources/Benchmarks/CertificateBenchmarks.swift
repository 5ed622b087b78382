// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import COpenSSLPeer
import CryptoPrimitives
import DossierCore
import PKIX
import SoftwareKeys
import TestPKI

enum CertificateBenchmarks {
    static func path(_ name: String, _ chain: Chain, goal: Double, _ bench: inout Bench) async throws {
        guard let bare = peer_path_new() else { throw PeerRefused(what: "memory") }
        defer { peer_path_free(bare) }
        let (root, issuing) = (chain.root.certificate, chain.issuing.certificate)
        for certificate in [root, issuing] {
            try PeerRefused.check(peer_path_add_key(bare, certificate.bytes, certificate.bytes.count), "a key")
        }
        for (key, object) in [
            (1, chain.signer.certificate.bytes), (0, issuing.bytes), (0, chain.lists[0].bytes),
            (1, chain.lists[1].bytes),
        ] {
            try PeerRefused.check(
                peer_path_add_signed(bare, Int32(key), "SHA2-256", object, object.count), "a signed object")
        }
        let (domain, material) = (chain.domain, chain.material)
        try await bench.compare(
            "path of 3 with CRLs, \(name)", goal: .ratio(goal),
            note: "parsed inputs; the peer is the bare sum of 2 key imports and 4 verifications with their digests"
        ) {
            let graph = CertificateGraph(of: chain.signer.certificate, trusting: [domain], material: material)
            let result = graph.evaluate(at: Chain.time, purpose: .signing, revocation: .required)
            guard result.outcome == .passed else { throw PeerRefused(what: "our path: \(result.faults)") }
        } peer: {
            try PeerRefused.check(peer_path_run(bare), "a signature of the path")
        }
    }

    /// A certificate of exactly 2 KiB: a long address fills the rest.
    static func parsing(_ chain: Chain, _ bench: inout Bench) async throws {
        func certificate(filler: Int) throws -> [UInt8] {
            var template = Chain.template("Nguyễn Văn Thử (TEST)", nil)
            template.revocationListURLs = ["http://pki.dossier.test/crl/bench.crl"]
            template.responderURLs = ["http://pki.dossier.test/ocsp/bench"]
            template.issuerURLs = ["http://pki.dossier.test/" + String(repeating: "a", count: filler)]
            return try chain.issuing.issue(template, for: chain.signer.certificate.subjectPublicKeyInfo).bytes
        }
        let bytes = try certificate(filler: 500 + 2048 - certificate(filler: 500).count)
        try await bench.compare(
            "certificate of \(bytes.count) bytes parsed", goal: .microseconds(below: 20),
            note:
                "ours with extensions read and SHA-256 of the whole; the peer is d2i_X509, which leaves extensions unread"
        ) {
            _ = try Certificate(parsing: bytes)
        } peer: {
            try PeerRefused.check(peer_parse_certificate(bytes, bytes.count), "a certificate")
        }
    }

    static func revocationList(_ chain: Chain, _ bench: inout Bench) async throws {
        let serials = (0..<100_000).map { number -> [UInt8] in
            // 16 octets as real authorities use; the multiplier spreads neighbours.
            let mixed = UInt64(number) &* 0x9e37_79b9_7f4a_7c15
            return [0x40] + (0..<15).map { UInt8(truncatingIfNeeded: mixed >> (UInt64($0 % 8) * 8)) }
        }
        let entries = serials.map {
            CertificateRevocationList.Entry(
                serialNumber: $0, revocationDate: Chain.time.adding(seconds: -3600), reason: .superseded)
        }
        let bytes = try chain.issuing.revocationList(
            entries, thisUpdate: Chain.time, nextUpdate: Chain.time.adding(seconds: 86_400)
        ).bytes
        try await bench.compare(
            "CRL of 100,000 entries parsed", goal: .ratio(10),
            note: "\(bytes.count) bytes; SHA-256 of the whole included; the peer is d2i_X509_CRL"
        ) {
            _ = try CertificateRevocationList(parsing: bytes)
        } peer: {
            try PeerRefused.check(peer_parse_list(bytes, bytes.count), "a revocation list")
        }

        try await bench.compare(
            "CRL of 100,000 entries parsed and searched", goal: .ratio(2),
            note: "parsing with the first search, which checks every entry; the peer sorts a list of its entries"
        ) {
            guard try CertificateRevocationList(parsing: bytes).entry(for: serials[4_711]) != nil else {
                throw PeerRefused(what: "our first search")
            }
        } peer: {
            guard let list = peer_list_new(bytes, bytes.count) else { throw PeerRefused(what: "a revocation list") }
            defer { peer_list_free(list) }
            try PeerRefused.check(peer_list_contains(list, serials[4_711], serials[4_711].count), "a first search")
        }

        let ours = try CertificateRevocationList(parsing: bytes)
        guard let theirs = peer_list_new(bytes, bytes.count) else { throw PeerRefused(what: "a revocation list") }
        defer { peer_list_free(theirs) }
        // A fixed walk over the whole list: each search asks for another serial.
        var (ourNext, theirNext) = (0, 0)
        try await bench.compare(
            "CRL of 100,000 entries searched", goal: .microseconds(below: 10),
            note:
                "a serial that is listed, another each time; the peer is X509_CRL_get0_by_serial on a list it has sorted"
        ) {
            ourNext = (ourNext + 61_803) % serials.count
            guard try ours.entry(for: serials[ourNext]) != nil else { throw PeerRefused(what: "our search") }
        } peer: {
            theirNext = (theirNext + 61_803) % serials.count
            let serial = serials[theirNext]
            try PeerRefused.check(peer_list_contains(theirs, serial, serial.count), "a search")
        }
    }
}
