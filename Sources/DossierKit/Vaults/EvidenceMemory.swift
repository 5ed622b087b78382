// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
public import DossierCore
import OnceOnly
import Synchronization

/// What the signatures of documents were found to be a moment ago, so that a page which is looked at again is not paid for
/// again.
///
/// A version never changes, and a verdict on it only with time and with the validator's trust and material. One memory
/// therefore belongs to one validator, and its answers are good for the seconds that it was made with: as long may a
/// certificate that was revoked or has expired go unnoticed. What is signed or handed over is to be judged without a memory.
public final class EvidenceMemory: Sendable {
    private struct Key: Hashable {
        let vault: VaultID
        let version: VersionID
    }
    private struct Judged {
        let signature: EvidenceSignature
        let time: Instant
    }

    /// For how many seconds an answer is good.
    public let seconds: Int64
    private let most: Int
    private let judged = Mutex<[Key: Judged]>([:])

    /// Makes an empty memory.
    ///
    /// - Parameters:
    ///   - seconds: For how many seconds an answer is good.
    ///   - most: Most answers that are kept; beyond it all are forgotten.
    public init(seconds: Int64 = 60, most: Int = 4096) {
        self.seconds = seconds
        self.most = most
    }

    /// Takes a report that was just made of a document which was then stored.
    ///
    /// - Parameters:
    ///   - report: Of the very octets of the version, by the validator that this memory belongs to.
    ///   - reference: The stored version.
    ///   - time: The instant of the report.
    public func keep(_ report: FileReport, of reference: DocumentReference, at time: Instant) {
        keep(Vault.signature(report), of: reference.version, in: reference.vault, at: time)
    }

    /// Forgets everything.
    public func forget() { judged.withLock { $0 = [:] } }

    func signature(of version: VersionID, in vault: VaultID, at time: Instant) -> EvidenceSignature? {
        judged.withLock { judged in
            guard let found = judged[Key(vault: vault, version: version)] else { return nil }
            // A file without a signature gets none by waiting.
            if found.signature == .none { return found.signature }
            // A clock that went back makes an answer of the future, which is none.
            return (0..<seconds).contains(time.seconds - found.time.seconds) ? found.signature : nil
        }
    }

    func keep(_ signature: EvidenceSignature, of version: VersionID, in vault: VaultID, at time: Instant) {
        judged.withLock { judged in
            if judged.count >= most { judged.removeAll(keepingCapacity: true) }
            judged[Key(vault: vault, version: version)] = Judged(signature: signature, time: time)
        }
    }
}
