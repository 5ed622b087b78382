// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore

/// The sealed part of an entry, an object beside it (format §4).
struct Payload: Sendable {
    let epoch: Int64
    private let sealed: [UInt8]
    /// DER of the whole payload.
    let bytes: [UInt8]
    let hash: Digest32

    static let mostEpochs: Int64 = (1 << 32) - 1

    /// A payload before its entry is signed, with the event as everybody will read it who opens the payload.
    // A reference, because it goes through several hands and has many parts.
    final class Ready: Sendable {
        let operation: OperationID
        let payload: Payload
        let event: VaultEvent
        let time: VaultTime
        /// DER of what the event says, the last part of its payload.
        let body: [UInt8]

        /// Seals an event, and reads it first: what could not be read is not written.
        init(
            _ event: VaultEvent, at time: VaultTime, vault: VaultID, operation: OperationID, under secret: EpochSecret,
            random: some RandomSource
        ) throws(VaultError) {
            try VaultEvent.check(time)
            let plaintext = event.content(at: time)
            let content: DERElement
            do {
                content = try DERElement(parsing: plaintext)
            } catch {
                throw VaultError(.invalidMetadata, "\(error)")
            }
            self.operation = operation
            do throws(VaultError) {
                let parsed = try VaultEvent.parse(content, object: "entry to be written")
                (self.event, self.time, body) = (parsed.event, parsed.time, parsed.body.bytes)
            } catch {
                // Nothing of the vault is damaged: it was asked to hold what it cannot.
                throw VaultError(.invalidMetadata, object: error.object, error.detail)
            }
            payload = try Payload(
                sealing: plaintext, at: time, vault: vault, operation: operation, under: secret, random: random)
        }
    }

    init(
        sealing event: VaultEvent, at time: VaultTime, vault: VaultID?, operation: OperationID,
        under secret: EpochSecret,
        random: some RandomSource
    ) throws(VaultError) {
        try self.init(
            sealing: event.content(at: time), at: time, vault: vault, operation: operation, under: secret,
            random: random)
    }

    private init(
        sealing content: [UInt8], at time: VaultTime, vault: VaultID?, operation: OperationID,
        under secret: EpochSecret,
        random: some RandomSource
    ) throws(VaultError) {
        try VaultEvent.check(time)
        var plaintext = content
        let padded = Padding.paddedSize(of: Int64(plaintext.count), least: Padding.leastPayload)
        plaintext += [UInt8](repeating: 0, count: Int(padded) - plaintext.count)
        let sealed = try VaultSeal.seal(
            plaintext.span, key: secret.octets, .payload, Self.fields(vault, operation, secret.number), random: random)
        epoch = secret.number
        self.sealed = sealed
        let number = secret.number
        bytes = DERWriter.bytes { payload in
            payload.sequence {
                $0.integer(number)
                $0.octetString(sealed)
            }
        }
        try ObjectLimit.payload.check(making: bytes.count)
        hash = try Digest32(of: bytes)
    }

    init(parsing bytes: [UInt8], object: String) throws(VaultError) {
        try ObjectLimit.payload.check(reading: bytes.count, object: object)
        do {
            var reader = try DERElement(parsing: bytes).reader(.sequence)
            epoch = try reader.next().integer()
            sealed = try reader.next().octetString()
            try reader.end()
        } catch {
            throw VaultError(.damaged, object: object, "payload: \(error)")
        }
        guard (1...Self.mostEpochs).contains(epoch) else {
            throw VaultError(.damaged, object: object, "payload: epoch \(epoch)")
        }
        self.bytes = bytes
        hash = try Digest32(of: bytes)
    }

    func open(
        vault: VaultID?, operation: OperationID, under secret: EpochSecret, object: String
    ) throws(VaultError) -> (event: VaultEvent, time: VaultTime) {
        let plaintext = try VaultSeal.open(
            sealed, key: secret.octets, .payload, Self.fields(vault, operation, epoch), object: object)
        var reader = DERReader(plaintext)
        let content: DERElement
        do {
            content = try reader.next(.sequence)
        } catch {
            throw VaultError(.damaged, object: object, "payload: \(error)")
        }
        let padded = Padding.paddedSize(of: Int64(reader.offset), least: Padding.leastPayload)
        guard Int64(plaintext.count) == padded, plaintext[reader.offset...].allSatisfy({ $0 == 0 }) else {
            throw VaultError(.damaged, object: object, "payload: padding")
        }
        let (event, time, _) = try VaultEvent.parse(content, object: object)
        return (event, time)
    }

    private static func fields(_ vault: VaultID?, _ operation: OperationID, _ epoch: Int64) -> [[UInt8]] {
        [vault?.octets ?? Digest32.zero.octets, operation.octets, VaultSeal.u32(epoch)]
    }
}
