// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
import FoundationEssentials

/// A versioned, dated collection of trusted certificates, format `docs/formats/trust-bundle-v1.md`.
///
/// Reading proves nothing: a bundle is worth what its origin is worth. Bundles that arrive from elsewhere are accepted by
/// their detached signature under a pin; that check lives with the signatures, in the module `AdES`.
public struct TrustBundle: Sendable, Hashable {
    /// What a certificate may be used for in a path.
    public enum Role: String, Sendable, Hashable, Codable {
        /// Paths may end in it.
        case anchor
        /// It may complete paths and is judged like any other certificate.
        case adjunct
    }
    /// What kind of signature a path may end in an anchor for.
    public enum Usage: String, Sendable, Hashable, Codable, CaseIterable {
        /// Signatures over documents.
        case signing
        /// Time-stamp tokens.
        case timeStamping = "time-stamping"
        /// OCSP responses.
        case ocsp
    }

    /// One certificate and what it is trusted for.
    public struct Entry: Sendable, Hashable {
        /// The domain that a result names, for example `public-duty`.
        public let domain: String
        /// Anchor or adjunct.
        public let role: Role
        /// What the certificate may be used for; never empty.
        public let usages: Set<Usage>
        /// First instant of trust; `nil` for no beginning.
        public let trustedFrom: Instant?
        /// Last instant of trust; `nil` for no end.
        public let trustedUntil: Instant?
        /// The certificate.
        public let certificate: Certificate

        /// Makes an entry.
        ///
        /// - Throws: ``PKIXError`` `invalidStructure` for a domain that is not 1 to 64 of `a–z 0–9 -`, no usage, or an end
        ///   before the beginning.
        public init(
            _ certificate: Certificate, domain: String, role: Role, usages: Set<Usage> = Set(Usage.allCases),
            trustedFrom: Instant? = nil, trustedUntil: Instant? = nil
        ) throws(PKIXError) {
            guard (1...64).contains(domain.utf8.count),
                domain.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 45 })
            else { throw TrustBundle.invalid("a domain is 1 to 64 of a–z, 0–9 and hyphen") }
            guard !usages.isEmpty else { throw TrustBundle.invalid("an entry without a usage") }
            if let trustedFrom, let trustedUntil, trustedUntil < trustedFrom {
                throw TrustBundle.invalid("trustedUntil is before trustedFrom")
            }
            self.certificate = certificate
            self.domain = domain
            self.role = role
            self.usages = usages
            self.trustedFrom = trustedFrom
            self.trustedUntil = trustedUntil
        }

        /// The name for people: the certificate's common name, else its whole subject.
        public var name: String { certificate.subject.commonName ?? certificate.subject.description }

        /// Whether the entry counts for a usage at an instant, both ends included.
        public func isTrusted(for usage: Usage, at time: Instant) -> Bool {
            usages.contains(usage) && trustedFrom.map { $0 <= time } ?? true && trustedUntil.map { time <= $0 } ?? true
        }
    }

    /// Stable name of the bundle, for example `vietnam`.
    public let id: String
    /// When it was issued; also its version, because a later one replaces an earlier one.
    public let issued: Instant
    /// When the next one is due.
    public let nextUpdate: Instant
    /// A remark that must be shown with every use, for example that nobody compared the bundle with its source.
    public let remark: String?
    /// The entries in order; a certificate occurs once in a domain.
    public private(set) var entries: [Entry]

    /// Makes a bundle.
    ///
    /// - Throws: ``PKIXError`` `invalidStructure` for an id that is not 1 to 64 of `a–z 0–9 -`, a next update that is not
    ///   later than the issue, or a certificate twice in a domain.
    public init(
        id: String, issued: Instant, nextUpdate: Instant, remark: String? = nil, entries: [Entry] = []
    ) throws(PKIXError) {
        guard (1...64).contains(id.utf8.count),
            id.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 45 })
        else { throw Self.invalid("an id is 1 to 64 of a–z, 0–9 and hyphen") }
        guard issued < nextUpdate else { throw Self.invalid("nextUpdate is not later than issued") }
        guard entries.count <= Self.mostEntries else { throw Self.invalid("more than \(Self.mostEntries) entries") }
        self.id = id
        self.issued = issued
        self.nextUpdate = nextUpdate
        self.remark = remark
        self.entries = entries
        var seen: Set<Place> = []
        for entry in entries where !seen.insert(Place(entry)).inserted {
            throw Self.invalid("a certificate twice in the domain \(entry.domain)")
        }
    }

    /// Adds a certificate at run time, or changes what it is trusted for in its domain.
    public mutating func add(_ entry: Entry) {
        if let index = entries.firstIndex(where: { Place($0) == Place(entry) }) {
            entries[index] = entry
        } else {
            entries.append(entry)
        }
    }

    /// Removes a certificate from every domain, or from one.
    ///
    /// - Parameter fingerprint: SHA-256 of the certificate.
    /// - Returns: What was removed.
    @discardableResult
    public mutating func remove(_ fingerprint: [UInt8], from domain: String? = nil) -> [Entry] {
        let leaves = { (entry: Entry) in
            entry.certificate.fingerprint == fingerprint && (domain == nil || entry.domain == domain)
        }
        let removed = entries.filter(leaves)
        entries.removeAll(where: leaves)
        return removed
    }

    /// Whether a newer bundle was due at an instant. A stale bundle still answers; whoever uses it reports that.
    public func isStale(at time: Instant) -> Bool { time > nextUpdate }

    /// The domains whose anchors count for a usage at an instant, in order of first occurrence; none is empty.
    public func domains(for usage: Usage = .signing, at time: Instant) -> [TrustDomain] {
        let trusted = entries.filter { $0.role == .anchor && $0.isTrusted(for: usage, at: time) }
        var names: [String] = []
        for entry in trusted where !names.contains(entry.domain) { names.append(entry.domain) }
        return names.map { name in
            TrustDomain(name: name, anchors: trusted.filter { $0.domain == name }.map(\.certificate))
        }
    }

    /// The adjunct certificates, to complete paths with; not trusted by themselves.
    public var adjuncts: [Certificate] { entries.filter { $0.role == .adjunct }.map(\.certificate) }

    static let mostEntries = 10_000

    static func invalid(_ detail: String) -> PKIXError {
        PKIXError(.invalidStructure, clause: "trust-bundle-v1", detail)
    }

    private struct Place: Hashable {
        let domain: String
        let certificate: Certificate

        init(_ entry: Entry) {
            domain = entry.domain
            certificate = entry.certificate
        }
    }
}
