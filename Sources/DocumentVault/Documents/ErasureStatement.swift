// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DERSyntax
public import DossierCore

/// The owner's signed word on an erasure: what is gone, what remains, and until when (format §11).
public struct ErasureStatement: Sendable, Hashable {
    /// Something that the erasure could not reach.
    public struct Remainder: Sendable, Hashable {
        /// What it is, for example a backup under a key that is kept.
        public let what: String
        /// When it goes; `nil` when nobody promised that.
        public let until: CalendarDate?

        /// Makes a remainder.
        public init(what: String, until: CalendarDate?) {
            self.what = what
            self.until = until
        }
    }

    /// The vault.
    public let vault: VaultID
    /// The document that is gone.
    public let document: DocumentID
    /// The journal entry that erased it.
    public let entry: JournalHead
    /// When: the writer's claim.
    public let erasedAt: Instant
    /// Why.
    public let reason: String
    /// Commitments of the sealed contents that are gone: hashes of ciphertext, from which nothing can be learned.
    public let commitments: [Digest32]
    /// Journal entries whose payloads are gone; the entries themselves stay in the chain.
    public let entries: [Int64]
    /// What remains.
    public let remaining: [Remainder]
    /// DER of everything above: what is signed.
    public let signedBytes: [UInt8]
    /// The owner's Ed25519 signature.
    public let signature: [UInt8]

    private static let label = Array("dossierkit/vault/1/erasure".utf8) + [0]

    /// Whether the owner of the vault signed it.
    public func isSigned(by owner: VaultVerificationKey) -> Bool {
        owner.isValid(signature: signature, of: (Self.label + signedBytes).span)
    }

    init(
        vault: VaultID, erasure: Erasure, entry: JournalHead, erasedAt: Instant, remaining: [Remainder],
        signedBy key: borrowing VaultSigningKey
    ) throws(VaultError) {
        self.vault = vault
        document = erasure.document
        self.entry = entry
        self.erasedAt = erasedAt
        reason = erasure.reason
        commitments = erasure.versions.map(\.commitment)
        entries = erasure.entries
        self.remaining = remaining
        let commitments = commitments
        let bytes = DERWriter.bytes { statement in
            statement.sequence {
                $0.integer(1)
                $0.octetString(vault.octets)
                $0.octetString(erasure.document.octets)
                entry.write(to: &$0)
                $0.integer(erasedAt.seconds)
                $0.utf8String(erasure.reason)
                $0.sequence { list in
                    for commitment in commitments { list.octetString(commitment.octets) }
                }
                $0.sequence { list in
                    for sequence in erasure.entries { list.integer(sequence) }
                }
                $0.sequence { list in
                    for remainder in remaining {
                        list.sequence {
                            $0.utf8String(remainder.what)
                            if let until = remainder.until { $0.utf8String(until.description) }
                        }
                    }
                }
            }
        }
        signedBytes = bytes
        do {
            signature = try key.signature(of: (Self.label + bytes).span)
        } catch {
            throw VaultError(.cryptographyFailure, error.description)
        }
    }
}
