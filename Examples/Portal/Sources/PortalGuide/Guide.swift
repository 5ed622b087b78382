// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierKit
public import Hummingbird
import VaultSQLite

/// A small portal: citizens keep documents once and let an agency read them for a procedure.
public struct Guide: Sendable {
    let store: SQLiteVaultStore
    let trust: GuideTrust
    let agency: GuideAgency
    let sessions = GuideSessions()
    let types: DocumentTypeCatalogue
    let procedures: ProcedureCatalogue
    let clock: @Sendable () -> Instant

    /// Makes a portal whose vaults lie in a new folder.
    public init(folder: String, clock: @escaping @Sendable () -> Instant) async throws {
        self.clock = clock
        store = try SQLiteVaultStore(path: folder, creating: true)
        trust = try GuideTrust(at: clock())
        agency = try await GuideAgency(trust, log: "\(folder)/access-log.sqlite", at: clock())
        types = try DocumentTypeCatalogue.builtIn()
        procedures = try ProcedureCatalogue.builtIn(types: types)
    }

    /// The portal's pages.
    public func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("/") { _, _ in "Giấy tờ nộp một lần, dùng nhiều lần" }
        addVaultPages(to: router)
        addDocumentPages(to: router)
        addPlanPage(to: router)
        addConsentPages(to: router)
        addAgencyPages(to: router)
        return router
    }
}
