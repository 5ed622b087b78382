// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// An absolute `http` or `https` address (RFC 3986), read strictly, so that no two readers can take it differently.
public struct HTTPAddress: Sendable, Hashable, CustomStringConvertible {
    /// The whole address, without fragment.
    public let text: String
    /// Whether the scheme is `https`.
    public let isSecure: Bool
    /// The host in lower case, without the brackets of an IPv6 literal and without a final dot.
    public let host: String
    /// The port, 80 or 443 when none is written.
    public let port: Int

    /// Reads an address of at most 2,048 bytes.
    ///
    /// - Throws: ``TrustServicesError`` `invalidAddress` for another scheme, user information, a host that is no name or
    ///   literal, a port out of range, or a character that RFC 3986 does not allow.
    public init(_ text: String) throws(TrustServicesError) {
        func refused(_ detail: String) -> TrustServicesError { TrustServicesError(.invalidAddress, detail) }
        guard text.utf8.count <= 2_048 else { throw refused("\(text.utf8.count) bytes, at most 2048") }
        guard text.utf8.allSatisfy(Self.isAllowed) else { throw refused("a character that RFC 3986 does not allow") }
        let lower = text.lowercased()
        let rest: Substring
        if lower.hasPrefix("http://") {
            isSecure = false
            rest = text.dropFirst(7)
        } else if lower.hasPrefix("https://") {
            isSecure = true
            rest = text.dropFirst(8)
        } else {
            throw refused("neither http:// nor https://")
        }
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else { throw refused("user information") }
        var hostPart = authority
        var portPart: Substring?
        let isLiteral = authority.hasPrefix("[")
        if isLiteral {
            guard let close = authority.firstIndex(of: "]") else { throw refused("an IPv6 literal that is not closed") }
            hostPart = authority[authority.index(after: authority.startIndex)..<close]
            let after = authority[authority.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw refused("text after an IPv6 literal") }
            portPart = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            hostPart = authority[..<colon]
            portPart = authority[authority.index(after: colon)...]
        }
        var host = hostPart.lowercased()
        if host.hasSuffix("."), !isLiteral { host.removeLast() }
        guard (1...253).contains(host.utf8.count), host.utf8.allSatisfy({ Self.isHost($0, literal: isLiteral) }) else {
            throw refused("a host that is no name and no address")
        }
        self.host = host
        if let portPart, !portPart.isEmpty {
            guard portPart.utf8.count <= 5, portPart.utf8.allSatisfy({ (48...57).contains($0) }),
                let number = Int(portPart), (1...65_535).contains(number)
            else { throw refused("a port out of range") }
            port = number
        } else {
            port = isSecure ? 443 : 80
        }
        self.text = String(text.prefix { $0 != "#" })
    }

    /// Whether two addresses lead to the same scheme, host and port.
    public func hasSameOrigin(as other: HTTPAddress) -> Bool {
        isSecure == other.isSecure && host == other.host && port == other.port
    }

    public var description: String { text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "-._~:/?#[]@!$&'()*+,;=%".utf8.contains(byte)
    }
    private static func isHost(_ byte: UInt8, literal: Bool) -> Bool {
        literal
            ? (48...57).contains(byte) || (97...102).contains(byte) || byte == 58 || byte == 46
            : isAlphanumeric(byte) || byte == 45 || byte == 46 || byte == 95
    }
    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}
