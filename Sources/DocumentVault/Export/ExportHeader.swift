// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax

/// What an export is of, signed by the owner (format §13).
struct ExportHeader: Sendable {
    let vault: VaultID
    let head: JournalHead
    /// Opens the export with its own code.
    let slot: Slot
    let bytes: [UInt8]
    private let body: [UInt8]
    private let signature: [UInt8]
    private static let label = Array("dossierkit/vault/1/export".utf8) + [0]

    init(
        vault: VaultID, head: JournalHead, slot: Slot, signedBy key: borrowing VaultSigningKey
    ) throws(VaultError) {
        self.vault = vault
        self.head = head
        self.slot = slot
        let body = DERWriter.bytes { header in
            header.sequence {
                $0.integer(1)
                $0.octetString(vault.octets)
                head.write(to: &$0)
                $0.raw(slot.bytes)
            }
        }
        let signature: [UInt8]
        do {
            signature = try key.signature(of: (Self.label + body).span)
        } catch {
            throw VaultError(.cryptographyFailure, error.description)
        }
        self.body = body
        self.signature = signature
        bytes = DERWriter.bytes { header in
            header.sequence {
                $0.raw(body)
                $0.octetString(signature)
            }
        }
    }

    init(_ bytes: [UInt8]) throws(VaultError) {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: "export", detail) }
        do {
            var header = try DERElement(parsing: bytes).reader(.sequence)
            let element = try header.next(.sequence)
            signature = try header.next().octetString()
            try header.end()
            var reader = try element.reader()
            let version = try reader.next().integer()
            guard version == 1 else {
                throw version > 1
                    ? VaultError(.newerVersion, object: "export", "version \(version)") : damaged("version")
            }
            guard let vault = VaultID(octets: try reader.next().octetString()) else { throw damaged("the vault's id") }
            head = try JournalHead(reader.next(), object: "export")
            slot = try Slot(parsing: try reader.next().bytes)
            try reader.end()
            guard slot.vault == vault else { throw damaged("a slot of another vault") }
            self.vault = vault
            body = element.bytes
        } catch let error as VaultError {
            throw error
        } catch {
            throw damaged("\(error)")
        }
        self.bytes = bytes
    }

    func isSigned(by owner: VaultVerificationKey) -> Bool {
        owner.isValid(signature: signature, of: (Self.label + body).span)
    }
}
