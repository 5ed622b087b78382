// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
import Synchronization

/// Answers of services, kept as long as they themselves say and no longer.
///
/// A key names the issuer and what was asked of it, so that an answer for one certificate never serves another.
public final class MaterialCache: Sendable {
    /// What an answer is about.
    public struct Key: Sendable, Hashable {
        /// What was asked for.
        public enum Subject: Sendable, Hashable {
            /// The status of a certificate, by its serial number as in ``PKIX/Certificate/serialNumber``.
            case serialNumber([UInt8])
            /// The list at an address.
            case list(String)
        }
        /// SHA-256 of the issuer's certificate.
        public let issuer: [UInt8]
        /// What was asked for.
        public let subject: Subject

        /// Makes a key.
        public init(issuer: [UInt8], _ subject: Subject) {
            self.issuer = issuer
            self.subject = subject
        }
    }
    private struct Entry {
        let bytes: [UInt8]
        let until: Instant
    }
    private struct State {
        var entries: [Key: Entry] = [:]
        var byteCount = 0

        mutating func remove(_ key: Key) {
            if let old = entries.removeValue(forKey: key) { byteCount -= old.bytes.count }
        }
    }
    private let state = Mutex(State())
    private let limit: Int

    /// Makes an empty cache.
    ///
    /// - Parameter limit: Most bytes that are kept; past it the entries that end soonest go first.
    public init(limit: Int = 256 << 20) { self.limit = limit }

    /// An answer that is not past its own end at an instant.
    ///
    /// It may be dated later than the instant: services answer for the present, and asked again would only give a later one.
    public func bytes(for key: Key, at time: Instant) -> [UInt8]? {
        state.withLock { state -> [UInt8]? in
            guard let entry = state.entries[key] else { return nil }
            guard time < entry.until else {
                state.remove(key)
                return nil
            }
            return entry.bytes
        }
    }

    /// Keeps an answer. One without an end, or larger than the whole cache, is not kept.
    ///
    /// - Parameter nextUpdate: When the next one comes.
    public func keep(_ bytes: [UInt8], for key: Key, until nextUpdate: Instant?) {
        guard let nextUpdate, bytes.count <= limit else { return }
        state.withLock { state in
            state.remove(key)
            state.entries[key] = Entry(bytes: bytes, until: nextUpdate)
            state.byteCount += bytes.count
            while state.byteCount > limit, let first = state.entries.min(by: { $0.value.until < $1.value.until })?.key {
                state.remove(first)
            }
        }
    }

    /// Forgets everything.
    public func removeAll() { state.withLock { $0 = State() } }
}
