// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Synchronization

/// One person's time at the portal, from sign-in to sign-out or expiry.
///
/// The open vault lives here and nowhere else: when the session ends it is let go, and its keys, which lie in guarded
/// memory, are wiped as they are freed.
final class Session: Sendable {
    /// A recovery code that was made and not confirmed yet. Once it was shown, only the two groups that have to be typed
    /// again are kept.
    struct PendingCode: Sendable {
        var text: String?
        let asked: [String]

        init?(_ text: String) {
            let groups = text.split(separator: "-").map(String.init)
            guard groups.count == 14 else { return nil }
            self.text = text
            asked = [groups[2], groups[10]]
        }
    }

    /// What somebody was asked to agree to, until the answer: the words are made here and not taken from a form.
    struct PendingConsent: Sendable {
        let question: ConsentQuestion
        let language: Language

        var text: String { question.text(in: language) }
    }

    private struct State {
        var lastSeen: Instant
        var vault: Vault?
        var pendingCode: PendingCode?
        var pendingConsent: PendingConsent?
        var notice: String?
        /// By the dossiers that cite it, the newest last.
        var opened: [(code: String, grant: OpenedGrant)] = []
        /// What is being done, by a name that a form sent twice has both times.
        var underWay: [String: Task<Answer, any Error>] = [:]
    }

    /// Dossiers whose papers an official has open at a time.
    private static let mostOpened = 8

    let identity: IdentityAssertion
    let startedAt: Instant
    /// What the signatures of the documents were found to be during the last minute.
    let verdicts = EvidenceMemory()
    private let state: Mutex<State>

    init(_ identity: IdentityAssertion, at time: Instant) {
        self.identity = identity
        startedAt = time
        state = Mutex(State(lastSeen: time))
    }

    var lastSeen: Instant { state.withLock { $0.lastSeen } }
    func touch(at time: Instant) { state.withLock { $0.lastSeen = max($0.lastSeen, time) } }

    /// The open vault.
    var vault: Vault? { state.withLock { $0.vault } }
    func open(_ vault: Vault?) { state.withLock { $0.vault = vault } }

    /// The recovery code that still has to be confirmed.
    var pendingCode: PendingCode? { state.withLock { $0.pendingCode } }
    func keep(_ code: PendingCode?) { state.withLock { $0.pendingCode = code } }

    /// Takes the code to show it; a second call finds it without its text.
    func showCode() -> PendingCode? {
        state.withLock { state in
            let code = state.pendingCode
            state.pendingCode?.text = nil
            return code
        }
    }

    /// The question that waits for an answer.
    var pendingConsent: PendingConsent? { state.withLock { $0.pendingConsent } }
    func ask(_ consent: PendingConsent?) { state.withLock { $0.pendingConsent = consent } }

    /// What this official read under a grant: open text, which nobody else is shown and which ends with the session.
    func opened(in code: String) -> OpenedGrant? { state.withLock { $0.opened.last { $0.code == code }?.grant } }
    func keep(_ grant: OpenedGrant?, in code: String) {
        state.withLock { state in
            state.opened.removeAll { $0.code == code }
            guard let grant else { return }
            if state.opened.count >= Self.mostOpened { state.opened.removeFirst() }
            state.opened.append((code, grant))
        }
    }

    /// Does something once for all who ask for it while it is done: a form that is sent twice is one form.
    ///
    /// It goes on when the browser that asked goes away: what was begun with a consent is not left half done.
    func once(_ name: String, _ work: @escaping @Sendable () async throws -> Answer) async throws -> Answer {
        let task = state.withLock { state in
            if let task = state.underWay[name] { return task }
            let task = Task {
                defer { self.state.withLock { $0.underWay[name] = nil } }
                return try await work()
            }
            state.underWay[name] = task
            return task
        }
        return try await task.value
    }

    /// A message for the next page.
    func say(_ notice: String) { state.withLock { $0.notice = notice } }
    func takeNotice() -> String? {
        state.withLock { state in
            defer { state.notice = nil }
            return state.notice
        }
    }

    /// Lets go of everything secret.
    func close() {
        verdicts.forget()
        state.withLock {
            $0.vault = nil
            $0.pendingCode = nil
            $0.pendingConsent = nil
            $0.notice = nil
            $0.opened = []
        }
    }
}
