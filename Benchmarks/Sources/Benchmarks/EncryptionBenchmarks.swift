// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import COpenSSLPeer
import CryptoPrimitives

enum EncryptionBenchmarks {
    /// The chunked construction beside AES-256-GCM over the whole message with one tag, memory to memory.
    static func cobblestone(_ name: String, size: Int, goal: Double, _ bench: inout Bench) async throws {
        let message = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let keyBytes = [UInt8](repeating: 0x42, count: Cobblestone256.keyByteCount)
        let key = SecretBytes(copying: keyBytes)
        let context = Array("bench".utf8)
        let nonce = [UInt8](repeating: 7, count: 12)
        let random = SystemRandom()
        let note = "memory to memory, a new message key each time; the peer is one EVP call with one tag"
        var tag = [UInt8](repeating: 0, count: 16)

        try await bench.compare("Cobblestone-256 seal \(name)", goal: .ratio(goal), note: note) {
            _ = try Cobblestone256.seal(message.span, key: key, context: context.span, random: random)
        } peer: {
            _ = try [UInt8](unsafeUninitializedCapacity: size) { output, count in
                guard let start = output.baseAddress else { throw PeerRefused(what: "memory") }
                try PeerRefused.check(peer_gcm_seal(keyBytes, nonce, message, size, start, &tag), "sealing")
                count = size
            }
        }

        let sealed = try Cobblestone256.seal(message.span, key: key, context: context.span, random: random)
        let theirs = try [UInt8](unsafeUninitializedCapacity: size) { output, count in
            guard let start = output.baseAddress else { throw PeerRefused(what: "memory") }
            try PeerRefused.check(peer_gcm_seal(keyBytes, nonce, message, size, start, &tag), "sealing")
            count = size
        }
        try await bench.compare("Cobblestone-256 open \(name)", goal: .ratio(goal), note: note) {
            _ = try Cobblestone256.open(sealed.span, key: key, context: context.span)
        } peer: {
            _ = try [UInt8](unsafeUninitializedCapacity: size) { output, count in
                guard let start = output.baseAddress else { throw PeerRefused(what: "memory") }
                try PeerRefused.check(peer_gcm_open(keyBytes, nonce, theirs, size, tag, start), "opening")
                count = size
            }
        }
    }
}
