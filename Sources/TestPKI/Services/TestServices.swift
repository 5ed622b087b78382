// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierCore
import FoundationEssentials
public import PKIX

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
    /// What goes wrong; ``TestFault/concernsServices`` says which faults change an answer.
    public var fault: TestFault?

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
            return Reply(status: 200, contentType: "application/pkix-cert", body: found.bytes)
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

    private static func failure(_ status: Int) -> Reply {
        Reply(status: status, contentType: "text/plain", body: Array("\(status)\n".utf8))
    }

    private func answer(_ name: String, _ request: [UInt8], _ time: Instant) -> Reply {
        guard var responder = responders[name] else { return Self.failure(404) }
        switch fault {
        case .hold:
            responder.otherStatus = .revoked(since: time.adding(seconds: -86_400), reason: .certificateHold)
        case .revokedBefore:
            responder.otherStatus = .revoked(since: time.adding(seconds: -86_400), reason: .keyCompromise)
        case .wrongResponder:
            if let other = responders.first(where: { $0.key != name })?.value {
                (responder.key, responder.certificate) = (other.key, other.certificate)
            }
        case .staleList: responder.age = 60 * 86_400
        case .sha1: responder.scheme = .ecdsa(.sha1)
        default: break
        }
        return Reply(
            status: 200, contentType: "application/ocsp-response", body: responder.response(to: request, at: time))
    }

    private func list(_ file: String, _ time: Instant) -> Reply {
        guard file.hasSuffix(".crl"), var service = lists[String(file.dropLast(4))] else { return Self.failure(404) }
        if fault == .staleList { service.age = 60 * 86_400 }
        guard let list = try? service.list(at: time) else { return Self.failure(500) }
        return Reply(status: 200, contentType: "application/pkix-crl", body: list.bytes)
    }

    private func stamp(_ request: [UInt8], _ time: Instant) -> Reply {
        var authority = timeStampAuthority
        switch fault {
        case .slowTimeStamps: authority.behaviour = .slow(seconds: 200)
        case .deadTimeStamps: authority.behaviour = .dead
        default: break
        }
        let reply = authority.reply(to: request, at: time)
        return Reply(
            status: reply.bytes == nil ? nil : 200, contentType: "application/timestamp-reply", body: reply.bytes ?? [],
            delay: reply.delay)
    }
}

extension TestFault {
    /// Whether the fault lies in what a service answers; the others lie in certificates or in the signer's clock.
    public var concernsServices: Bool {
        switch self {
        case .hold, .revokedBefore, .wrongResponder, .staleList, .sha1, .slowTimeStamps, .deadTimeStamps: true
        case .expired, .revokedAfter, .wrongExtendedKeyUsage, .renewedSameKey, .rekeyedSameName, .signingTimeAhead:
            false
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
