// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// What happened in a store since it was opened by this process, and what its pools are doing.
public struct PostgreSQLStoreActivity: Sendable, Hashable {
    /// Appends that were committed.
    public var appends = 0
    /// Appends that had been carried out before.
    public var repeats = 0
    /// Appends whose outcome was unknown for a while and that had been carried out.
    public var adoptions = 0
    /// Appends that met another head.
    public var conflicts = 0
    /// Attempts that failed and were made again.
    public var retries = 0
    /// Calls that failed in the end.
    public var failures = 0
    /// Connections that are open, over all clusters.
    public var connections = 0
    /// Connections that are at work.
    public var busyConnections = 0
    /// Calls that wait for a connection.
    public var waiting = 0
}
