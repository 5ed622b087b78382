// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault

/// Why a server gave no answer, or not the wanted one. Messages of the server are not kept: they may quote values.
struct PostgreSQLError: Error {
    enum Kind: Equatable {
        /// The server refused with this SQLSTATE.
        case state(String)
        /// No server of the cluster was reached.
        case unreachable
        /// TLS with the server's certificate could not be agreed upon.
        case untrusted
        /// The connection ended, or no answer came in time.
        case lost
        /// The task that waits was cancelled.
        case cancelled
        /// Committed where it was written, but the wait for another server was cut short.
        case notReplicated
        /// Only servers that do not write were reached.
        case readOnly
        /// All connections were taken for too long.
        case exhausted
        /// The system has no more file descriptors or memory.
        case noResources
        /// The server answered what the protocol does not foresee.
        case unexpected
        /// An answer that has a name of its own.
        case vault(VaultError)

        static func == (left: Self, right: Self) -> Bool { String(describing: left) == String(describing: right) }
    }

    let kind: Kind
    /// Whether what was asked for may have been done all the same.
    var mayHaveCommitted = false
    /// Limits, in milliseconds, that passed before it was told: nobody answered at all.
    var waited: Int64 = 0

    init(_ kind: Kind, mayHaveCommitted: Bool = false, waited: Int64 = 0) {
        self.kind = kind
        self.mayHaveCommitted = mayHaveCommitted
        self.waited = waited
    }

    init(_ code: VaultError.Code, object: String = "", _ detail: String) {
        self.init(.vault(VaultError(code, object: object, detail)))
    }

    /// Whether the same may succeed a moment later, on this or another server.
    var isTransient: Bool {
        switch kind {
        case .unreachable, .lost, .notReplicated, .readOnly: true
        case .state(let state):
            // Rolled back for another's sake, server going or starting, standby, too many connections, lock not given.
            ["40001", "40P01", "40003", "57P01", "57P02", "57P03", "25006", "53300", "55P03", Greeting.notDurable]
                .contains(state)
                || state.hasPrefix("08")
        default: false
        }
    }

    /// Whether other connections of the pool are likely to be useless as well.
    var concernsServer: Bool {
        switch kind {
        case .lost, .readOnly, .unreachable: true
        case .state(let state): ["57P01", "57P02", "57P03", "25006", Greeting.notDurable].contains(state)
        default: false
        }
    }

    /// What the caller of a store is told.
    ///
    /// - Parameters:
    ///   - unknown: Whether an earlier attempt may have taken place.
    ///   - reading: Whether nothing was to be changed.
    func vaultError(_ object: String, unknown: Bool, reading: Bool = false) -> VaultError {
        let unknown = unknown || (mayHaveCommitted && !reading)
        let (code, detail): (VaultError.Code, String)
        switch kind {
        case .vault(let error): return error
        case .unreachable: (code, detail) = (.busy, "no server of the cluster was reached")
        case .untrusted: (code, detail) = (.notPermitted, "the server's certificate was not accepted")
        case .lost: (code, detail) = (.busy, "the connection ended")
        case .cancelled: (code, detail) = (.busy, "the task was cancelled")
        case .notReplicated: (code, detail) = (.storeFailure, "written on one server only")
        case .readOnly: (code, detail) = (.busy, "no server that writes was reached")
        case .exhausted: (code, detail) = (.busy, "all connections were in use")
        case .noResources: (code, detail) = (.busy, "the system has no more descriptors")
        case .unexpected: (code, detail) = (.storeFailure, "an answer that the protocol does not have")
        case .state(let state) where state.hasPrefix("28"):
            (code, detail) = (.notPermitted, "the server refuses the user or the password (SQLSTATE \(state))")
        case .state(let state) where ["26000", "42P05"].contains(state):
            (code, detail) = (
                .notPermitted,
                "a pooler before the server does not keep prepared statements: statements=unnamed (SQLSTATE \(state))"
            )
        case .state(Greeting.notDurable):
            (code, detail) = (.notPermitted, "the server no longer keeps what it acknowledges")
        case .state(let state): (code, detail) = (Self.code(state), "SQLSTATE \(state)")
        }
        guard unknown, code == .busy else { return VaultError(code, object: object, detail) }
        return VaultError(.storeFailure, object: object, detail + "; whether the change took place is unknown")
    }

    private static func code(_ state: String) -> VaultError.Code {
        switch state {
        case "40001", "40P01", "57014", "57P01", "57P02", "57P03", "25006", "53300", "55P03", "53200": return .busy
        case "53100": return .storeFull
        case "42501": return .notPermitted
        case "3D000": return .notFound
        case "3F000", "42P01", "42703": return .notAStore
        case "XX001", "XX002": return .damaged
        default: break
        }
        return state.hasPrefix("08") ? .busy : .storeFailure
    }
}
