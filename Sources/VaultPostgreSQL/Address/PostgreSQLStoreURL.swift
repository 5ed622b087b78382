// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault

/// Where a store in PostgreSQL is and how it is reached.
///
/// `postgres://[USER[:PASSWORD]@]HOST[:PORT][,HOST[:PORT]]…/DATABASE[?OPTION[&OPTION]…]`; several hosts are one cluster, a
/// primary with its standbys, in any order. A host that begins with a percent-encoded `/` is the folder of a socket.
/// Parts are percent-encoded where they contain reserved characters.
///
/// | option | means |
/// |---|---|
/// | `shard=HOST[:PORT][,HOST…][/DATABASE]` | one more cluster, reached with the same options; may stand many times. The order is part of the store |
/// | `passwordfile=PATH`, `passwordenv=NAME` | the password is the file's first line, or in the environment; else libpq's own means (`PGPASSWORD`, `~/.pgpass`) |
/// | `sslmode=verify-full\|verify-ca\|disable` | default `verify-full` |
/// | `sslrootcert=PATH`, `sslcert=PATH`, `sslkey=PATH` | as in libpq |
/// | `durability=quorum\|single-node` | default `quorum`: a store that does not commit on two machines is refused |
/// | `statements=prepared\|unnamed` | `unnamed` behind a transaction pooler |
/// | `pool=N` | connections per cluster, 1 to 256, default 8 |
/// | `timeout=S`, `connect-timeout=S`, `retry=S` | seconds for an answer (30), for a connection (3), of trying again before giving up (30); where nobody answers at all a call ends after twice `retry` and `timeout` |
/// | `schema=NAME` | default `dossier` |
/// | `contents=URL` | the store of large contents, which is not of this module: see ``contents`` |
public struct PostgreSQLStoreURL: Sendable, CustomStringConvertible {
    var clusters: [ClusterAddress]
    /// The address of a store for large contents, as the option `contents` has it; nothing in this module reads it.
    public let contents: String?
    /// On how many machines an acknowledged change must be.
    public var durability: PostgreSQLDurability { clusters.first?.access.durability ?? .quorum }
    /// Whether the address itself has a password, which then stands wherever the address does.
    public var hasPassword: Bool { clusters.first?.access.secret.isGiven ?? false }
    /// Number of clusters.
    public var shards: Int { clusters.count }

    /// The address without user, password and options.
    public var description: String {
        let texts = clusters.map { cluster in
            cluster.hosts.map { "\($0.name):\($0.port)" }.joined(separator: ",") + "/" + cluster.database
        }
        return "postgres://" + texts.joined(separator: " + ")
    }

    /// Reads an address.
    ///
    /// - Throws: ``DocumentVault/VaultError`` with code `notAStore`; it never quotes what could be a password.
    public init(_ text: String) throws(VaultError) {
        guard text.utf8.count <= 16_384 else { throw Self.refused("it is longer than 16,384 octets") }
        guard let scheme = ["postgres://", "postgresql://"].first(where: { text.hasPrefix($0) }) else {
            throw Self.refused("it does not begin with postgres://")
        }
        let rest = text.dropFirst(scheme.count)
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var access = ClusterAccess()
        let located = try Self.userAndPlace(parts.first ?? "", &access)
        var shards: [Substring] = []
        var contents: String?
        for option in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let pair = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { throw Self.refused("an option without a value") }
            switch pair[0] {
            case "shard": shards.append(pair[1])
            case "contents": contents = try Self.decoded(pair[1])
            default: try Self.apply(String(pair[0]), try Self.decoded(pair[1]), &access)
            }
        }
        let first = try Self.cluster(located, database: nil, access)
        clusters = [first]
        for shard in shards { clusters.append(try Self.cluster(shard, database: first.database, access)) }
        guard clusters.count <= 256 else { throw Self.refused("more than 256 clusters") }
        self.contents = contents
    }

    private static func refused(_ detail: String) -> VaultError {
        VaultError(.notAStore, object: "store address", detail)
    }

    private static func userAndPlace(
        _ text: Substring, _ access: inout ClusterAccess
    ) throws(VaultError) -> Substring {
        guard let at = text.lastIndex(of: "@") else { return text }
        let user = text[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if let name = user.first, !name.isEmpty { access.user = try decoded(name) }
        if user.count > 1 { access.secret = .given(try decoded(user[1])) }
        return text[text.index(after: at)...]
    }

    private static func cluster(
        _ text: Substring, database: String?, _ access: ClusterAccess
    ) throws(VaultError) -> ClusterAddress {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let named = parts.count > 1 ? try decoded(parts[1]) : ""
        guard let database = named.isEmpty ? database : named else { throw refused("no database is named") }
        var hosts: [ClusterAddress.Host] = []
        for host in (parts.first ?? "").split(separator: ",", omittingEmptySubsequences: false) {
            hosts.append(try self.host(host))
        }
        guard hosts.count <= 16 else { throw refused("more than 16 hosts of one cluster") }
        return ClusterAddress(hosts: hosts, database: database, access: access)
    }

    private static func host(_ text: Substring) throws(VaultError) -> ClusterAddress.Host {
        var (name, port) = (text, text[text.endIndex...])
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw refused("an address without its ]") }
            name = text[text.index(after: text.startIndex)..<end]
            port = text[text.index(after: end)...]
        } else if let colon = text.lastIndex(of: ":") {
            (name, port) = (text[..<colon], text[colon...])
        }
        let decodedName = try decoded(name)
        guard !decodedName.isEmpty else { throw refused("a host without a name") }
        guard !port.isEmpty else { return ClusterAddress.Host(name: decodedName, port: 5432) }
        guard port.hasPrefix(":"), let number = Int(port.dropFirst()), (1...65_535).contains(number) else {
            throw refused("a port that is no number from 1 to 65535")
        }
        return ClusterAddress.Host(name: decodedName, port: number)
    }

    private static func apply(
        _ name: String, _ value: String, _ access: inout ClusterAccess
    ) throws(VaultError) {
        if name.hasPrefix("password"), access.secret.isGiven {
            throw refused("it has a password, and names another one")
        }
        switch name {
        case "passwordfile": access.secret = .file(value)
        case "passwordenv": access.secret = .environment(value)
        case "sslrootcert", "sslcert", "sslkey": access.files[name] = value
        case "sslmode":
            guard let mode = ClusterAccess.TLS(rawValue: value) else {
                throw refused("sslmode is verify-full, verify-ca or disable")
            }
            access.tls = mode
        case "durability":
            guard let durability = PostgreSQLDurability(rawValue: value) else {
                throw refused("durability is quorum or single-node")
            }
            access.durability = durability
        case "statements":
            guard ["prepared", "unnamed"].contains(value) else { throw refused("statements is prepared or unnamed") }
            access.keepsStatements = value == "prepared"
        case "schema":
            guard value.utf8.count <= 63, value.first.map({ $0.isLetter || $0 == "_" }) == true,
                value.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 95 })
            else { throw refused("schema has lower-case letters, digits and _ only") }
            access.schema = value
        case "pool": access.connections = Int(try number(name, value, 1...256))
        case "timeout": access.milliseconds = Int32(try number(name, value, 1...3600) * 1000)
        case "connect-timeout": access.connectMilliseconds = Int32(try number(name, value, 1...600) * 1000)
        case "retry": access.patience = try number(name, value, 0...3600) * 1000
        // The name is not repeated: with a mistyped address it may be half of a password.
        default: throw refused("an option that there is not")
        }
    }

    private static func number(
        _ name: String, _ value: String, _ range: ClosedRange<Int64>
    ) throws(VaultError) -> Int64 {
        guard let number = Int64(value), range.contains(number) else {
            throw refused("\(name) is a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func decoded(_ text: Substring) throws(VaultError) -> String {
        var octets: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let octet = rest.popFirst() {
            guard octet == 37 else {
                octets.append(octet)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                throw refused("a percent sign without two digits")
            }
            octets.append(value)
            rest = rest.dropFirst(2)
        }
        guard !octets.contains(0), let decoded = String(validating: octets, as: UTF8.self) else {
            throw refused("characters that cannot stand in an address")
        }
        return decoded
    }
}
