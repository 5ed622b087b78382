// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault

/// Where the contents of vaults lie in an object store that speaks S3: gateways, bucket and prefix of the keys.
///
/// Written as `s3://BUCKET[/PREFIX]?endpoint=URL[,URL…][&region=NAME][&authorities=FILE][&credentials=FILE]`:
///
/// - `endpoint`: gateways of one store, as `http://host:port` or `https://host:port`; each call goes to one of them, and to
///   another when that one does not answer. The bucket stands in the path, never in the host name.
/// - `region`: what requests are signed for; `us-east-1` when it is missing, which Ceph takes whatever its own is.
/// - `authorities`: a PEM file with the authorities for `https`, instead of the system's.
/// - `credentials`: a file as ~/.aws/credentials with the keys, instead of the environment's.
///
/// Keys never stand in the address: user information is refused. Plain `http` gives away no key and no plaintext, but who
/// listens sees sizes and times; it is for networks that one trusts.
public struct ObjectStoreLocation: Sendable, Hashable, CustomStringConvertible {
    /// Gateways as `scheme://host:port`, without a path.
    public let endpoints: [String]
    /// The bucket.
    public let bucket: String
    /// What the keys of all objects begin with; empty, or without a slash at either end.
    public let prefix: String
    /// The region that requests are signed for.
    public let region: String
    /// Path of a PEM file with the authorities for `https`; `nil` for the system's.
    public let authorities: String?
    /// Path of a file with the keys; `nil` for the environment's.
    public let credentials: String?

    /// Most gateways of one store.
    public static let mostEndpoints = 16

    /// Reads an address.
    ///
    /// - Throws: ``DocumentVault/VaultError`` with code `notAStore`; the detail says what is wrong and repeats nothing.
    public init(_ text: String) throws(VaultError) {
        func refused(_ detail: String) -> VaultError {
            VaultError(.notAStore, object: "address of the object store", detail)
        }
        guard text.utf8.count <= 4_096 else { throw refused("more than 4096 octets") }
        guard text.utf8.allSatisfy({ (33...126).contains($0) }) else {
            throw refused("a character that no address has")
        }
        guard text.hasPrefix("s3://") else { throw refused("it does not begin with s3://") }
        let parts = text.dropFirst(5).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = (parts.first ?? "").split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard !(parts.first ?? "").contains("@") else { throw refused("keys do not stand in an address") }
        guard let bucket = path.first, Self.isBucket(bucket) else { throw refused("the name of the bucket") }
        var prefix = path.count > 1 ? path[1] : ""
        if prefix.hasSuffix("/") { prefix.removeLast() }
        guard Self.isPrefix(prefix) else { throw refused("the prefix: letters, digits, - _ . and single slashes") }
        self.bucket = String(bucket)
        self.prefix = String(prefix)

        var values: [Substring: Substring] = [:]
        for parameter in parts.count > 1 ? parts[1].split(separator: "&", omittingEmptySubsequences: false) : [] {
            let pair = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, let name = pair.first, let value = pair.last, !value.isEmpty,
                ["endpoint", "region", "authorities", "credentials"].contains(name), values[name] == nil
            else {
                throw refused("a parameter other than endpoint, region, authorities, credentials, or one given twice")
            }
            values[name] = value
        }
        guard let list = values["endpoint"] else { throw refused("endpoint= is missing") }
        var endpoints: [String] = []
        for endpoint in list.split(separator: ",", omittingEmptySubsequences: false) {
            guard let endpoint = Self.endpoint(endpoint) else {
                throw refused("an endpoint is not http://host:port or https://host:port")
            }
            guard !endpoints.contains(endpoint) else { throw refused("an endpoint is given twice") }
            endpoints.append(endpoint)
        }
        guard endpoints.count <= Self.mostEndpoints else { throw refused("more than \(Self.mostEndpoints) endpoints") }
        self.endpoints = endpoints
        let region = values["region"] ?? "us-east-1"
        guard region.utf8.count <= 64, region.utf8.allSatisfy({ Self.isAlphanumeric($0) || $0 == UInt8(ascii: "-") })
        else {
            throw refused("the region: letters, digits and -")
        }
        self.region = String(region)
        authorities = values["authorities"].map { String($0) }
        credentials = values["credentials"].map { String($0) }
    }

    /// The address of a store, and where its contents lie when `contents=` is its last parameter.
    ///
    /// Everything behind `contents=` belongs to the object store, its own `?` and `&` included.
    ///
    /// - Throws: As ``init(_:)``.
    public static func split(
        _ address: String
    ) throws(VaultError) -> (store: String, contents: ObjectStoreLocation?) {
        let name = "contents="
        for index in address.indices where address[index] == "?" || address[index] == "&" {
            let after = address[address.index(after: index)...]
            guard after.hasPrefix(name) else { continue }
            return (String(address[..<index]), try ObjectStoreLocation(String(after.dropFirst(name.count))))
        }
        return (address, nil)
    }

    /// The address without paths of files.
    public var description: String {
        "s3://\(bucket)\(prefix.isEmpty ? "" : "/" + prefix)?endpoint=\(endpoints.joined(separator: ","))&region=\(region)"
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }

    // The rules of S3 for new buckets: 3 to 63 of a-z, 0-9, - and ., letters or digits at both ends.
    private static func isBucket(_ name: Substring) -> Bool {
        let bytes = Array(name.utf8)
        guard (3...63).contains(bytes.count) else { return false }
        func isEnd(_ byte: UInt8?) -> Bool { byte.map { (48...57).contains($0) || (97...122).contains($0) } ?? false }
        return isEnd(bytes.first) && isEnd(bytes.last)
            && bytes.allSatisfy { isEnd($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
            && !name.contains("..")
    }

    // What needs no escaping in a path, so that no two readers sign different octets.
    private static func isPrefix(_ prefix: Substring) -> Bool {
        prefix.utf8.count <= 256
            && (prefix.isEmpty
                || prefix.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                    !part.isEmpty && part != "." && part != ".."
                        && part.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
                })
    }

    /// `scheme://host:port` of an endpoint; `nil` for anything with user information, path, query or an odd host.
    private static func endpoint(_ text: Substring) -> String? {
        guard let scheme = ["http://", "https://"].first(where: { text.hasPrefix($0) }) else { return nil }
        var rest = text.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest.removeLast() }
        guard !rest.isEmpty, rest.utf8.count <= 255 else { return nil }
        var host = rest
        var port: Substring?
        if rest.hasPrefix("[") {
            guard let close = rest.firstIndex(of: "]") else { return nil }
            host = rest[rest.index(after: rest.startIndex)..<close]
            let after = rest[rest.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else { return nil }
            port = after.isEmpty ? nil : after.dropFirst()
            guard host.utf8.allSatisfy({ isAlphanumeric($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else {
                return nil
            }
        } else {
            if let colon = rest.firstIndex(of: ":") {
                host = rest[..<colon]
                port = rest[rest.index(after: colon)...]
            }
            guard host.utf8.allSatisfy({ isAlphanumeric($0) || "-._".utf8.contains($0) }) else { return nil }
        }
        guard !host.isEmpty else { return nil }
        if let port {
            guard port.utf8.count <= 5, port.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(port),
                (1...65_535).contains(number)
            else { return nil }
        }
        return scheme + rest.lowercased()
    }
}
