// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CDossierData
public import CryptoPrimitives
public import DossierCore
import FoundationEssentials

/// Which algorithms may be relied on until when: dated data, so that signing and verifying hold to the same list.
public struct AlgorithmPolicy: Sendable, Hashable, Codable {
    /// A size of key and the first day on which it is no longer accepted; without a day it has no end.
    public struct KeyRule: Sendable, Hashable, Codable {
        /// Smallest size in bits that the rule speaks of; the rule with the largest size that a key reaches counts.
        public let bits: Int
        /// First day, in UTC, on which it is no longer accepted.
        public let until: CalendarDate?
    }

    /// Why an algorithm may not be relied on.
    public enum Fault: Sendable, Hashable {
        /// The policy does not list the digest.
        case digestNotListed(DigestAlgorithm)
        /// The digest was accepted until a day.
        case digestEnded(DigestAlgorithm, CalendarDate)
        /// The policy does not list the scheme, or no key as small as this.
        case keyNotListed(String, bits: Int)
        /// The scheme with this size of key was accepted until a day.
        case keyEnded(String, bits: Int, CalendarDate)
        /// The key or scheme is not known to this library.
        case unknown
    }

    /// Stable name, for example `etsi-2026`.
    public let id: String
    /// Date of this version, `yyyy-mm-dd`.
    public let version: String
    /// What the policy is based on.
    public let basis: String
    private let digests: [String: KeyRule]
    private let signatures: [String: [KeyRule]]

    /// Reads a policy file.
    ///
    /// - Throws: ``PKIXError`` `invalidStructure` for anything that is not one, an unknown digest or scheme included.
    public init(parsing file: [UInt8]) throws(PKIXError) {
        guard let read = try? JSONDecoder().decode(AlgorithmPolicy.self, from: Data(file)) else {
            throw PKIXError(.invalidStructure, clause: "algorithm policy 1", "not an algorithm policy in JSON")
        }
        if let name = read.digests.keys.first(where: { DigestAlgorithm(rawValue: $0) == nil })
            ?? read.signatures.keys.first(where: { !Self.schemes.contains($0) })
        {
            throw PKIXError(.invalidStructure, clause: "algorithm policy 1", "no algorithm is named \(name)")
        }
        self = read
    }

    /// The policy as a file with sorted members; reads as the same policy.
    public var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        // Strings and integers always encode.
        return ((try? encoder.encode(self)).map(Array.init) ?? []) + [10]
    }

    /// Whether a digest may be relied on at an instant; `nil` when it may.
    public func fault(of digest: DigestAlgorithm, at time: Instant) -> Fault? {
        guard let rule = digests[digest.rawValue] else { return .digestNotListed(digest) }
        if let until = rule.until, time.date >= until { return .digestEnded(digest, until) }
        return nil
    }

    /// Whether a scheme with its digest and key may be relied on at an instant; `nil` when it may.
    ///
    /// - Parameters:
    ///   - scheme: `nil` for a scheme that is not known.
    ///   - key: The verifying key; `nil` for one that cannot be read.
    public func fault(of scheme: SignatureScheme?, key: PublicKey.Kind?, at time: Instant) -> Fault? {
        guard let scheme, let key else { return .unknown }
        if let digest = scheme.digest, let fault = fault(of: digest, at: time) { return fault }
        let name = Self.name(of: scheme)
        guard let rule = signatures[name]?.filter({ $0.bits <= key.bits }).max(by: { $0.bits < $1.bits }) else {
            return .keyNotListed(name, bits: key.bits)
        }
        if let until = rule.until, time.date >= until { return .keyEnded(name, bits: key.bits, until) }
        return nil
    }

    private static let schemes: Set = ["rsa-pkcs1", "rsa-pss", "ecdsa", "ed25519", "ed448"]

    private static func name(of scheme: SignatureScheme) -> String {
        switch scheme {
        case .rsaPKCS1: "rsa-pkcs1"
        case .rsaPSS: "rsa-pss"
        case .ecdsa: "ecdsa"
        case .ed25519: "ed25519"
        case .ed448: "ed448"
        }
    }
}

extension AlgorithmPolicy {
    /// The list of Circular 15/2025/TT-BKHCN, appendix I.
    public static let vietnam2026 = shipped("vietnam-2026")
    /// The dates of ETSI TS 119 312.
    public static let etsi2026 = shipped("etsi-2026")
    /// Every known algorithm without an end: for conformance suites that judge paths, not algorithms.
    public static let rfc5280 = shipped("rfc5280")
    /// Every policy that comes with the library.
    public static let all = [vietnam2026, etsi2026, rfc5280]

    /// The files are compiled in and covered by tests: one that cannot be read is a mistake in this package.
    private static func shipped(_ id: String) -> AlgorithmPolicy {
        var count = 0
        guard let start = unsafe dossier_data("PKIX/\(id).json", &count),
            let policy = try? AlgorithmPolicy(parsing: unsafe Array(UnsafeBufferPointer(start: start, count: count)))
        else { preconditionFailure("the algorithm policy \(id) is not compiled in") }
        return policy
    }
}

extension AlgorithmPolicy.Fault {
    /// The reason in words.
    public var phrase: Phrase {
        switch self {
        case .digestNotListed(let digest):
            Phrase(
                vi: "hàm băm \(digest.displayName) không được chấp nhận",
                en: "the digest \(digest.displayName) is not accepted")
        case .digestEnded(let digest, let day):
            Phrase(
                vi: "hàm băm \(digest.displayName) không còn được chấp nhận từ \(day)",
                en: "the digest \(digest.displayName) is no longer accepted since \(day)")
        case .keyNotListed(let name, let bits):
            Phrase(vi: "\(name) \(bits) bit không được chấp nhận", en: "\(name) of \(bits) bits is not accepted")
        case .keyEnded(let name, let bits, let day):
            Phrase(
                vi: "\(name) \(bits) bit không còn được chấp nhận từ \(day)",
                en: "\(name) of \(bits) bits is no longer accepted since \(day)")
        case .unknown: Phrase(vi: "thuật toán hoặc khóa không được hỗ trợ", en: "an algorithm or key that is not known")
        }
    }
}

extension PublicKey.Kind {
    /// Size in bits: the modulus of RSA, the order of a curve.
    public var bits: Int {
        switch self {
        case .rsa(let bits): bits
        case .elliptic(let curve): curve.bits
        case .ed25519: 253
        case .ed448: 446
        }
    }
}

extension AlgorithmPolicy {
    /// Until when a use of an algorithm may be relied on.
    public enum End: Sendable, Hashable {
        /// No end is known.
        case never
        /// Not from the beginning of this day on, in UTC.
        case day(CalendarDate)
        /// It never could, as far as the policy says.
        case always
    }

    /// Until when a digest may be relied on.
    public func end(of digest: DigestAlgorithm) -> End {
        guard let rule = digests[digest.rawValue] else { return .always }
        return rule.until.map(End.day) ?? .never
    }

    /// Until when a scheme with its digest and key may be relied on; the earlier of both ends.
    public func end(of scheme: SignatureScheme?, key: PublicKey.Kind?) -> End {
        guard let scheme, let key,
            let rule = signatures[Self.name(of: scheme)]?.filter({ $0.bits <= key.bits }).max(by: { $0.bits < $1.bits })
        else { return .always }
        let own = rule.until.map(End.day) ?? .never
        guard let digest = scheme.digest else { return own }
        switch (own, end(of: digest)) {
        case (.always, _), (_, .always): return .always
        case (.never, let other): return other
        case (let other, .never): return other
        case (.day(let first), .day(let second)): return .day(min(first, second))
        }
    }
}
