// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Synchronization

/// Reports that a verifier may still save: bounded, for some minutes, under names that cannot be guessed.
final class ReportShelf: Sendable {
    struct Entry: Sendable {
        let report: VerificationReport
        let until: Instant
    }
    private static let most = 64
    private static let seconds: Int64 = 600
    private let entries = Mutex<[(id: String, entry: Entry)]>([])

    func put(_ report: VerificationReport, at time: Instant) -> String {
        let id = SessionStore.newID()
        entries.withLock { entries in
            entries.removeAll { $0.entry.until <= time }
            if entries.count >= Self.most { entries.removeFirst() }
            entries.append((id, Entry(report: report, until: time.adding(seconds: Self.seconds))))
        }
        return id
    }

    func report(_ id: String, at time: Instant) -> VerificationReport? {
        entries.withLock { entries in
            entries.first { $0.id == id && $0.entry.until > time }?.entry.report
        }
    }
}
