// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CoreMetrics
public import DocumentVault
import Synchronization

/// A store before another one, of whatever engine, that says how long each call took and how it ended.
///
/// By swift-metrics, to whatever the process has set up: a timer `dossier_vault_store_call` in nanoseconds with the dimensions
/// `call` (the protocol's names) and `outcome` (`ok`, `conflict`, `repeated`, or the code of a ``DocumentVault/VaultError``).
/// No identifier of a vault or document is among them.
public final class MeteredVaultStore: VaultStore {
    /// The store that calls are passed on to.
    public let inner: any VaultStore
    private let clock: any Clock<Duration>
    private let factory: (any MetricsFactory)?
    private let timers = Mutex<[String: Timer]>([:])

    /// Stands before a store.
    ///
    /// - Parameters:
    ///   - inner: The store.
    ///   - clock: What durations are measured by.
    public convenience init(_ inner: any VaultStore, clock: any Clock<Duration>) {
        self.init(inner, clock: clock, factory: nil)
    }

    init(_ inner: any VaultStore, clock: any Clock<Duration>, factory: (any MetricsFactory)?) {
        self.inner = inner
        self.clock = clock
        self.factory = factory
    }

    public var capabilities: VaultStoreCapabilities { inner.capabilities }

    /// Says what a store in PostgreSQL is doing, as gauges `dossier_vault_store_connections`, `…_busy_connections`,
    /// `…_waiting`, and as totals since it was opened `…_retries`, `…_failures`, `…_adoptions`; to be called now and then.
    public func record(_ activity: PostgreSQLStoreActivity) {
        let values = [
            ("connections", activity.connections), ("busy_connections", activity.busyConnections),
            ("waiting", activity.waiting), ("retries", activity.retries), ("failures", activity.failures),
            ("adoptions", activity.adoptions),
        ]
        for (name, value) in values {
            let label = "dossier_vault_store_" + name
            if let factory {
                Gauge(label: label, factory: factory).record(value)
            } else {
                Gauge(label: label).record(value)
            }
        }
    }

    private func timer(_ call: String, _ outcome: String) -> Timer {
        timers.withLock { timers in
            if let timer = timers[call + " " + outcome] { return timer }
            let (label, dimensions) = ("dossier_vault_store_call", [("call", call), ("outcome", outcome)])
            let timer =
                factory.map { Timer(label: label, dimensions: dimensions, factory: $0) }
                ?? Timer(label: label, dimensions: dimensions)
            timers[call + " " + outcome] = timer
            return timer
        }
    }

    private func pass<Value: Sendable>(
        _ call: String, outcome: (Value) -> String = { _ in "ok" }, _ body: () async throws -> Value
    ) async throws -> Value {
        var result: Result<Value, any Error>?
        let time = await clock.measure {
            do { result = .success(try await body()) } catch { result = .failure(error) }
        }
        let word =
            switch result {
            case .success(let value): outcome(value)
            case .failure(let error as VaultError): error.code.rawValue
            default: "other"
            }
        let (seconds, attoseconds) = time.components
        let nanoseconds = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        timer(call, word).recordNanoseconds(
            nanoseconds.overflow ? .max : nanoseconds.partialValue &+ attoseconds / 1_000_000_000)
        guard let result else { throw VaultError(.storeFailure, "no answer") }
        return try result.get()
    }

    private func typed<Value: Sendable>(
        _ call: String, outcome: (Value) -> String = { _ in "ok" }, _ body: () async throws(VaultError) -> Value
    ) async throws(VaultError) -> Value {
        do {
            return try await pass(call, outcome: outcome, body)
        } catch {
            throw (error as? VaultError) ?? VaultError(.storeFailure, "no answer")
        }
    }

    public func head(of vault: VaultID) async throws(VaultError) -> JournalHead? {
        try await typed("head") { () throws(VaultError) in try await inner.head(of: vault) }
    }

    public func append(_ batch: VaultAppend, to vault: VaultID) async throws(VaultError) -> VaultAppendOutcome {
        try await typed("append", outcome: Self.word) { () throws(VaultError) in
            try await inner.append(batch, to: vault)
        }
    }

    private static func word(_ outcome: VaultAppendOutcome) -> String {
        switch outcome {
        case .committed: "ok"
        case .repeated: "repeated"
        case .conflict: "conflict"
        }
    }

    public func entries(of vault: VaultID, from sequence: Int64, limit: Int) async throws(VaultError) -> [StoredEntry] {
        try await typed("entries") { () throws(VaultError) in
            try await inner.entries(of: vault, from: sequence, limit: limit)
        }
    }

    public func slots(of vault: VaultID) async throws(VaultError) -> [[UInt8]] {
        try await typed("slots") { () throws(VaultError) in try await inner.slots(of: vault) }
    }

    public func keyRecords(
        of versions: [VersionID], in vault: VaultID
    ) async throws(VaultError) -> [VersionID: [UInt8]] {
        try await typed("keyRecords") { () throws(VaultError) in try await inner.keyRecords(of: versions, in: vault) }
    }

    public func replaceKeyRecords(_ records: [VersionID: [UInt8]], in vault: VaultID) async throws(VaultError) {
        try await typed("replaceKeyRecords") { () throws(VaultError) in
            try await inner.replaceKeyRecords(records, in: vault)
        }
    }

    public func putContent(
        _ id: ContentID, of vault: VaultID, size: Int64, from stream: any ContentStream
    ) async throws {
        try await pass("putContent") { try await inner.putContent(id, of: vault, size: size, from: stream) }
    }

    public func putContents(_ contents: [ContentID: [UInt8]], of vault: VaultID) async throws(VaultError) {
        try await typed("putContents") { () throws(VaultError) in try await inner.putContents(contents, of: vault) }
    }

    public func contentSize(_ id: ContentID, of vault: VaultID) async throws(VaultError) -> Int64? {
        try await typed("contentSize") { () throws(VaultError) in try await inner.contentSize(id, of: vault) }
    }

    public func content(
        _ id: ContentID, of vault: VaultID, in range: Range<Int64>
    ) async throws(VaultError) -> [UInt8] {
        try await typed("content") { () throws(VaultError) in try await inner.content(id, of: vault, in: range) }
    }

    public func contents(
        _ ids: [ContentID], of vault: VaultID, limit: Int64
    ) async throws(VaultError) -> [ContentID: [UInt8]] {
        try await typed("contents") { () throws(VaultError) in
            try await inner.contents(ids, of: vault, limit: limit)
        }
    }

    public func contents(of vault: VaultID, after id: ContentID?, limit: Int) async throws(VaultError) -> [ContentID] {
        try await typed("listContents") { () throws(VaultError) in
            try await inner.contents(of: vault, after: id, limit: limit)
        }
    }

    public func deleteContents(_ ids: [ContentID], of vault: VaultID) async throws(VaultError) {
        try await typed("deleteContents") { () throws(VaultError) in try await inner.deleteContents(ids, of: vault) }
    }

    public func putDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError) {
        try await typed("putDeposit") { () throws(VaultError) in try await inner.putDeposit(deposit, of: vault) }
    }

    public func replaceDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError) {
        try await typed("replaceDeposit") { () throws(VaultError) in
            try await inner.replaceDeposit(deposit, of: vault)
        }
    }

    public func deposits(of vault: VaultID, limit: Int) async throws(VaultError) -> [StoredDeposit] {
        try await typed("deposits") { () throws(VaultError) in try await inner.deposits(of: vault, limit: limit) }
    }

    public func deleteDeposits(_ ids: [DepositID], of vault: VaultID) async throws(VaultError) {
        try await typed("deleteDeposits") { () throws(VaultError) in try await inner.deleteDeposits(ids, of: vault) }
    }
}
