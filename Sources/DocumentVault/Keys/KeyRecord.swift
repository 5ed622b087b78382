// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax

/// The wrapped key of one document version, outside the chain and replaceable (format §6).
struct KeyRecord: Sendable {
    let document: DocumentID
    let version: VersionID
    let epoch: Int64
    /// DER of the whole record.
    let bytes: [UInt8]
    private let sealed: [UInt8]

    init(
        sealing key: SharedSecret, vault: VaultID, document: DocumentID, version: VersionID, under secret: EpochSecret,
        random: some RandomSource
    ) throws(VaultError) {
        let fields = Self.fields(vault, document, version, secret.number)
        self.init(
            try VaultSeal.seal(key.octets, key: secret.octets, .versionKey, fields, random: random),
            document: document, version: version, epoch: secret.number)
    }

    private init(_ sealed: [UInt8], document: DocumentID, version: VersionID, epoch: Int64) {
        self.document = document
        self.version = version
        self.epoch = epoch
        self.sealed = sealed
        let number = epoch
        bytes = DERWriter.bytes { record in
            record.sequence {
                $0.integer(1)
                $0.octetString(document.octets)
                $0.octetString(version.octets)
                $0.integer(number)
                $0.octetString(sealed)
            }
        }
    }

    init(parsing bytes: [UInt8], object: String) throws(VaultError) {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        try ObjectLimit.keyRecord.check(reading: bytes.count, object: object)
        do {
            var record = try DERElement(parsing: bytes).reader(.sequence)
            let number = try record.next().integer()
            guard number == 1 else {
                throw number > 1 ? VaultError(.newerVersion, object: object, "version \(number)") : damaged("version")
            }
            let document = DocumentID(octets: try record.next().octetString())
            let version = VersionID(octets: try record.next().octetString())
            epoch = try record.next().integer()
            sealed = try record.next().octetString()
            try record.end()
            guard let document, let version, (1...Payload.mostEpochs).contains(epoch) else {
                throw damaged("ids or epoch")
            }
            self.document = document
            self.version = version
        } catch let error as VaultError {
            throw error
        } catch {
            throw damaged("\(error)")
        }
        self.bytes = bytes
    }

    func open(vault: VaultID, under secret: EpochSecret, object: String) throws(VaultError) -> SharedSecret {
        SharedSecret(
            try VaultSeal.openSecret(
                sealed, key: secret.octets, .versionKey, Self.fields(vault, document, version, epoch), object: object))
    }

    /// The same key wrapped under a later epoch's secret.
    func renewed(
        vault: VaultID, from secret: EpochSecret, under next: EpochSecret, random: some RandomSource, object: String
    ) throws(VaultError) -> KeyRecord {
        let sealed = try VaultSeal.reseal(
            sealed, key: secret.octets, .versionKey, Self.fields(vault, document, version, epoch), under: next.octets,
            Self.fields(vault, document, version, next.number), random: random, object: object)
        return KeyRecord(sealed, document: document, version: version, epoch: next.number)
    }

    /// Whether it opens; the key is not kept.
    func check(vault: VaultID, under secret: EpochSecret, object: String) throws(VaultError) {
        try VaultSeal.check(
            sealed, key: secret.octets, .versionKey, Self.fields(vault, document, version, epoch), object: object)
    }

    private static func fields(
        _ vault: VaultID, _ document: DocumentID, _ version: VersionID, _ epoch: Int64
    ) -> [[UInt8]] {
        [vault.octets, document.octets, version.octets, VaultSeal.u32(epoch)]
    }
}
