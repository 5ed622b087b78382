// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// One cluster: a primary with its standbys, any of which may become the primary.
struct ClusterAddress: Sendable {
    struct Host: Sendable, Hashable {
        var name: String
        var port: Int
    }

    var hosts: [Host]
    var database: String
    var access: ClusterAccess

    /// What libpq is given for one host. Whatever the environment could change for the worse is said here.
    func parameters(_ host: Host, password: String?) -> [(key: String, value: String)] {
        var parameters = [
            ("host", host.name), ("port", "\(host.port)"), ("dbname", database), ("sslmode", access.tls.rawValue),
            ("target_session_attrs", "read-write"), ("application_name", "dossier"), ("client_encoding", "UTF8"),
            ("gssencmode", "disable"), ("keepalives_idle", "20"), ("keepalives_interval", "5"),
            ("keepalives_count", "3"), ("tcp_user_timeout", "\(access.milliseconds)"),
        ]
        if let user = access.user { parameters.append(("user", user)) }
        if let password { parameters.append(("password", password)) }
        for (key, path) in access.files.sorted(by: { $0.key < $1.key }) { parameters.append((key, path)) }
        return parameters.map { (key: $0.0, value: $0.1) }
    }
}

/// How every cluster of a store is reached.
struct ClusterAccess: Sendable {
    /// libpq's `sslmode`; those that protect from nobody are left out.
    enum TLS: String, Sendable {
        /// Certificate and host name are checked.
        case full = "verify-full"
        /// The certificate is checked.
        case authority = "verify-ca"
        /// None: for sockets in the file system and loopback.
        case none = "disable"
    }

    var user: String?
    var secret = Secret.none
    var tls = TLS.full
    /// `sslrootcert`, `sslcert`, `sslkey`.
    var files: [String: String] = [:]
    var schema = "dossier"
    var connections = 8
    /// How long an answer, or a free connection, is waited for.
    var milliseconds: Int32 = 30_000
    var connectMilliseconds: Int32 = 3_000
    /// How long a failed cluster is tried again, in milliseconds: of pauses, and once more (with one limit for an answer) of
    /// limits that passed without any answer.
    var patience: Int64 = 30_000
    var keepsStatements = true
    var durability = PostgreSQLDurability.quorum

    /// Where the password is from. It is never shown.
    struct Secret: Sendable, CustomStringConvertible, CustomReflectable {
        fileprivate enum Source {
            case none
            case given(String)
            case environment(String)
            case file(String)
        }

        fileprivate let source: Source
        static let none = Self(source: .none)
        var isGiven: Bool {
            if case .given = source { return true }
            return false
        }
        static func given(_ password: String) -> Self { Self(source: .given(password)) }
        static func environment(_ name: String) -> Self { Self(source: .environment(name)) }
        static func file(_ path: String) -> Self { Self(source: .file(path)) }
        var description: String { "<password>" }
        var customMirror: Mirror { Mirror(self, children: []) }
    }

    /// The password as it is now: a file may get another one while the store is open.
    func password() throws(PostgreSQLError) -> String? {
        switch secret.source {
        case .none: return nil
        case .given(let password): return password
        case .environment(let name):
            guard let value = unsafe getenv(name) else {
                throw PostgreSQLError(.notPermitted, object: name, "the environment does not have it")
            }
            return unsafe String(cString: value)
        case .file(let path):
            guard let data = try? Data(contentsOf: URL(filePath: path)), data.count <= 4096 else {
                throw PostgreSQLError(.notPermitted, object: path, "the file with the password cannot be read")
            }
            return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        }
    }
}
