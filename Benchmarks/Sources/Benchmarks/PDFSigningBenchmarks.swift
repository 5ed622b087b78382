// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import COpenSSLPeer
import CryptoPrimitives
import DossierCore
import Foundation
import PAdES
import PKIX
import SoftwareKeys
import TestPKI

/// PAdES B-B over a PDF of 1 MiB with ten scanned pages; keys and certificates are new in every round.
enum PDFSigningBenchmarks {
    private static let pdf = SamplePDF.scanned(pages: 10, bytes: 1 << 20)

    private static func signed(_ chain: Chain) async throws -> [UInt8] {
        try await PDFDocument(parsing: MemorySource(pdf)).signed(by: chain.signer, claiming: Chain.time)
    }

    /// Beside pyHanko, which signs the same file with the same key.
    static func besidePyHanko(
        _ name: String, _ kind: SoftwareKey.Kind, _ scheme: SignatureScheme, _ peer: PyHankoPeer, _ bench: inout Bench
    ) async throws {
        let title = "PAdES B-B, 1 MiB, \(name), beside pyHanko"
        guard bench.wants(title) else { return }
        var (ours, theirs): ([Timing], [Timing]) = ([], [])
        let file = try peer.file(pdf, "sign.pdf")
        for round in 0..<9 {
            let chain = try Chain(kind, scheme: scheme)
            let request: [String: Any] = [
                "work": "sign", "file": file, "count": 4,
                "key": try peer.file(Array(chain.signerKey.dangerouslyUnprotectedPEM().utf8), "key-\(name)-\(round)"),
                "certificate": try peer.file(chain.signer.certificate.bytes, "certificate-\(name)-\(round)"),
                "chain": try peer.files(chain.signer.chain.map(\.bytes), "chain-\(name)-\(round)"),
            ]
            theirs.append(try peer.time(request))
            _ = try await signed(chain)
            ours.append(try await bench.time(12, round) { _ in _ = try await signed(chain) })
        }
        bench.add(
            title, goal: .ratio(20),
            note:
                "\(pdf.count) bytes in memory to signed bytes in memory; pyHanko in its own process, its loop alone timed",
            ours: ours, peer: theirs)
    }

    /// Beside the digest of the file and the key operation alone.
    static func besideBareWork(
        _ name: String, _ kind: SoftwareKey.Kind, _ scheme: SignatureScheme, goal: Double, _ bench: inout Bench
    ) async throws {
        let title = "PAdES B-B, 1 MiB, \(name), beside digest and key"
        guard bench.wants(title) else { return }
        let chains = try (0..<15).map { _ in
            try Chain(kind, scheme: scheme, authorities: (.elliptic(.p256), .ecdsa(.sha256)))
        }
        let signers = try chains.map { chain in
            guard let signer = peer_signer_new(try chain.signerKey.dangerouslyUnprotectedPEM()) else {
                throw PeerRefused(what: "a key")
            }
            return signer
        }
        defer { signers.forEach { peer_signer_free($0) } }
        try await bench.compareEach(
            title, goal: .ratio(1 / goal),
            note: "the peer is EVP_DigestSign over the file's bytes: SHA-256 and one key operation",
            rounds: chains.count
        ) { round in
            _ = try await signed(chains[round])
        } peer: { round in
            try PeerRefused.check(peer_sign(signers[round], pdf, pdf.count), "signing")
        }
    }

    /// What writing the signed file durably costs on this machine's disk, apart from making it.
    static func writing(_ bench: inout Bench) async throws {
        let title = "signed PDF of 1 MiB written with fsync"
        guard bench.wants(title) else { return }
        let bytes = try await signed(Chain(.elliptic(.p256), scheme: .ecdsa(.sha256)))
        let path = ".build/bench-fsync.pdf"
        defer { unlink(path) }
        func write(synchronizing: Bool) throws {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw PeerRefused(what: "no file can be written in .build") }
            defer { close(descriptor) }
            guard Foundation.write(descriptor, bytes, bytes.count) == bytes.count,
                !synchronizing || fsync(descriptor) == 0
            else { throw PeerRefused(what: "the file system refused") }
        }
        try await bench.compare(
            title, goal: .none, note: "wall time; the other column writes without fsync; no other row writes a file"
        ) {
            try write(synchronizing: true)
        } peer: {
            try write(synchronizing: false)
        }
    }
}
