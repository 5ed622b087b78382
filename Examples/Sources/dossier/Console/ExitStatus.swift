// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The exit codes of `dossier`; 1 to 3 are answers, not failures.
enum ExitStatus: Int32 {
    case done = 0
    case totalFailed = 1
    case indeterminate = 2
    case noSignature = 3
    case usage = 64
    case badInput = 65
    case noInput = 66
    case unavailable = 69
    case cannotCreate = 73
    case inputOutput = 74
    case noPermission = 77
    case configuration = 78
    /// Ended by the operator: 128 and the number of SIGINT, as shells have it.
    case interrupted = 130
}
