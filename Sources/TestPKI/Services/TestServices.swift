// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierCore
import FoundationEssentials
public import PKIX
import SoftwareKeys

/// All services of a test infrastructure behind the paths of HTTP that its certificates name. It opens no socket.
public struct TestServices: Sendable {
    /// What an HTTP server has to send.
    public struct Reply: Sendable {
        /// Status code of HTTP; `nil` when no answer ever comes.
        public let status: Int?
        /// Media type of the body.
        public let contentType: String
        /// The body.
        public let body: [UInt8]
        /// Seconds to wait before the answer.
        public var delay: Int64 = 0
    }

    /// Responders by the last component of their path: `public` for `ocsp/public`.
    public var responders: [String: OCSPResponder]
    /// Lists by their name without ending: `public-issuing` for `crl/public-issuing.crl`.
    public var lists: [String: RevocationListService]
    /// Certificates of authorities by their name: `public-issuing` for `certificates/public-issuing.crt`.
    public var certificates: [String: Certificate]
    /// The authority behind `tsa`.
    public var timeStampAuthority: TimeStampAuthority
    /// The certificates that a revocation among the faults befalls, in lists and OCSP. When empty, OCSP says it of every
    /// certificate and the lists of none.
    public var subscribers: [Certificate] = []
    /// What goes wrong; ``TestFault/concernsServices`` says which faults change an answer.
    public var fault: TestFault? {
        didSet { newKey = Self.newKey(fault) }
    }
    /// The new key of an authority that was re-keyed.
    private(set) var newKey: SoftwareKey?

    /// Makes services.
    public init(
        responders: [String: OCSPResponder], lists: [String: RevocationListService],
        certificates: [String: Certificate], timeStampAuthority: TimeStampAuthority, fault: TestFault? = nil
    ) {
        self.responders = responders
        self.lists = lists
        self.certificates = certificates
        self.timeStampAuthority = timeStampAuthority
        self.fault = fault
        newKey = Self.newKey(fault)
    }

    private static func newKey(_ fault: TestFault?) -> SoftwareKey? {
        fault == .rekeyedSameName ? try? SoftwareKey.generate(.elliptic(.p256)) : nil
    }

    /// Answers a request of HTTP: OCSP by POST and GET (RFC 6960 appendix A), lists and certificates by GET, time-stamps
    /// by POST (RFC 3161 §3.4).
    ///
    /// - Parameters:
    ///   - path: As in the request line, percent-encoded, with or without a leading slash.
    ///   - body: The body of a POST; at most 1 MiB is read by the parsers.
    public func reply(method: String, path: String, body: [UInt8], at time: Instant) -> Reply {
        let parts = path.split(separator: "/", maxSplits: 2).map(String.init)
        switch (method, parts.first, parts.count) {
        case ("POST", "ocsp", 2): return answer(parts[1], body, time)
        case ("GET", "ocsp", 3):
            // Base64 may itself contain slashes, also unescaped.
            guard let text = Self.percentDecoded(parts[2]), let request = Data(base64Encoded: Data(text)) else {
                return Self.failure(400)
            }
            return answer(parts[1], Array(request), time)
        case ("GET", "crl", 2): return list(parts[1], time)
        case ("GET", "certificates", 2):
            guard parts[1].hasSuffix(".crt"), let found = certificates[String(parts[1].dropLast(4))] else {
                return Self.failure(404)
            }
            return certificate(found, time)
        case ("POST", "tsa", 1): return stamp(body, time)
        default: return Self.failure(404)
        }
    }

    private static func percentDecoded(_ text: String) -> [UInt8]? {
        let parts = text.split(separator: "%", omittingEmptySubsequences: false)
        var bytes = Array((parts.first ?? "").utf8)
        for part in parts.dropFirst() {
            guard let octet = Hexadecimal.decode(String(part.prefix(2))), octet.count == 1 else { return nil }
            bytes += octet + Array(part.dropFirst(2).utf8)
        }
        return bytes
    }

    static func failure(_ status: Int) -> Reply {
        Reply(status: status, contentType: "text/plain", body: Array("\(status)\n".utf8))
    }
}

extension TestFault {
    /// Whether the fault can be seen in what services answer; the other lies in the signer's clock.
    ///
    /// As a service, `expired` and `wrong-eku` are about the time-stamp authority, and `revoked-after` revokes at the second
    /// of the question, so that whatever was signed before it was signed in time.
    public var concernsServices: Bool {
        switch self {
        case .expired, .hold, .revokedBefore, .revokedAfter, .wrongResponder, .staleList, .sha1, .wrongExtendedKeyUsage,
            .renewedSameKey, .rekeyedSameName, .slowTimeStamps, .deadTimeStamps:
            true
        case .signingTimeAhead: false
        }
    }
}

extension TestInfrastructure {
    /// The services behind ``baseURL``.
    ///
    /// - Throws: ``SoftwareKeys/SoftwareKeysError`` when the infrastructure lacks a service.
    public func services(fault: TestFault? = nil) throws -> TestServices {
        var services = TestServices(
            responders: [:], lists: [:], certificates: [:], timeStampAuthority: try timeStampAuthority(), fault: fault)
        services.subscribers = subscribers.filter { $0.certificate.extendedKeyUsage == nil }.map(\.certificate)
        for domain in [publicDomain, publicDutyDomain] {
            services.responders[domain.name] = try ocspResponder(for: domain)
            for (kind, authority) in [("root", domain.root), ("issuing", domain.issuing)] {
                services.lists["\(domain.name)-\(kind)"] = RevocationListService(authority)
                services.certificates["\(domain.name)-\(kind)"] = authority.certificate
            }
        }
        return services
    }
}
