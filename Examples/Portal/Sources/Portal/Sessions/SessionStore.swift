// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierKit
import Synchronization

/// How long sessions last.
public struct SessionLimits: Sendable, Hashable {
    /// Seconds without a request after which a session ends.
    public var idle: Int64
    /// Seconds after which it ends in any case.
    public var whole: Int64
    /// Most sessions at a time.
    public var most: Int

    /// Sets limits.
    public init(idle: Int64 = 15 * 60, whole: Int64 = 8 * 3600, most: Int = 10_000) {
        self.idle = idle
        self.whole = whole
        self.most = most
    }
}

/// The sessions of this process, by the random id that the browser's cookie carries.
final class SessionStore: Sendable {
    let limits: SessionLimits
    private let sessions = Mutex<[String: Session]>([:])

    init(limits: SessionLimits) { self.limits = limits }

    /// A new random id.
    static func newID() -> String { Hexadecimal.encode(SystemRandom().bytes(32)) }

    /// Whether a cookie's value has the form of an id.
    static func isID(_ text: String) -> Bool {
        text.utf8.count == 64 && Hexadecimal.decode(text) != nil
    }

    var count: Int { sessions.withLock { $0.count } }

    /// The session of an id, unless it has expired.
    func session(_ id: String, at time: Instant) -> Session? {
        guard let session = sessions.withLock({ $0[id] }) else { return nil }
        guard !isExpired(session, at: time) else {
            end(id)
            return nil
        }
        session.touch(at: time)
        return session
    }

    /// Begins a session under a new id; `nil` when there are too many.
    func begin(_ identity: IdentityAssertion, at time: Instant) -> (id: String, session: Session)? {
        sweep(at: time)
        let session = Session(identity, at: time)
        let id = Self.newID()
        let isFree = sessions.withLock { sessions in
            guard sessions.count < limits.most else { return false }
            sessions[id] = session
            return true
        }
        return isFree ? (id, session) : nil
    }

    /// Ends a session and wipes its keys.
    func end(_ id: String) { sessions.withLock { $0.removeValue(forKey: id) }?.close() }

    /// Ends those that have expired, whether or not anybody comes back for them.
    func sweep(at time: Instant) {
        let expired = sessions.withLock { sessions in
            let ended = sessions.filter { isExpired($0.value, at: time) }
            for id in ended.keys { sessions.removeValue(forKey: id) }
            return ended.values
        }
        for session in expired { session.close() }
    }

    private func isExpired(_ session: Session, at time: Instant) -> Bool {
        time.seconds - session.lastSeen.seconds >= limits.idle
            || time.seconds - session.startedAt.seconds >= limits.whole
    }
}
