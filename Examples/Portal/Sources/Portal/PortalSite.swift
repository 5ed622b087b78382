// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
public import Hummingbird

/// The portal: its pages over one world, as a responder for a Hummingbird application.
public struct PortalSite: Sendable {
    let world: DemoWorld
    let identities: any IdentityProvider
    let settings: PortalSettings
    let clock: PortalClock
    let sessions: SessionStore
    let gate: UnlockGate
    let guards: Guards
    let reports = ReportShelf()

    /// Makes a portal.
    public init(
        _ world: DemoWorld, identities: (any IdentityProvider)? = nil,
        settings: PortalSettings = PortalSettings(),
        clock: PortalClock = .system
    ) {
        self.world = world
        self.identities = identities ?? world.identityProvider
        self.settings = settings
        self.clock = clock
        sessions = SessionStore(limits: settings.sessions)
        gate = UnlockGate(most: settings.unlocks)
        guards = Guards(settings)
    }

    /// All pages behind the checks that every request passes.
    public func router() -> Router<PortalContext> {
        let router = Router(context: PortalContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: VisitMiddleware(sessions: sessions, guards: guards, clock: clock))
        router.get("/style.css") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/css; charset=utf-8", .cacheControl: "max-age=3600"],
                body: .init(byteBuffer: ByteBuffer(string: Style.sheet)))
        }
        router.get("/upload.js") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/javascript; charset=utf-8", .cacheControl: "max-age=3600"],
                body: .init(byteBuffer: ByteBuffer(string: "\(UploadScript.text)")))
        }
        let routes = Routes(router: router, guards: guards)
        StartPages(site: self).add(to: routes)
        VerifierPages(site: self).add(to: routes)
        VaultPages(site: self).add(to: routes)
        RecoveryPages(site: self).add(to: routes)
        DocumentPages(site: self).add(to: routes)
        LeavingPages(site: self).add(to: routes)
        ProcedurePages(site: self).add(to: routes)
        SubmissionPages(site: self).add(to: routes)
        AccessPages(site: self).add(to: routes)
        DossierPages(site: self).add(to: routes)
        OfficePages(site: self).add(to: routes)
        return router
    }

    /// Ends sessions that have expired, so that their keys are wiped even if nobody comes back; to be called now and then.
    public func sweep() { sessions.sweep(at: clock.now) }

    /// The vault of whoever visits, open, with what other sessions of the same person did at this server or another.
    ///
    /// - Throws: ``PortalError/locked`` unless this session has opened it; `VaultError`.
    func vault(_ visit: Visit) async throws -> Vault {
        guard let session = visit.session else { throw PortalError.signInNeeded }
        guard let vault = session.vault else { throw PortalError.locked }
        try await vault.refresh()
        return vault
    }

    /// Keeps the newest head of a vault outside its store.
    func keepAnchor(of vault: Vault) async throws { try await world.accounts.keep(vault.anchor) }

    /// What the official who visits read under a dossier's grant in this session; `nil` when nothing was.
    ///
    /// - Throws: `ReleaseRefusal` once the grant has ended or was withdrawn: what was read is let go then, and shown to nobody.
    func opened(in dossier: ReceivedDossier, _ visit: Visit) async throws -> OpenedGrant? {
        guard let session = visit.session, let opened = session.opened(in: dossier.code),
            let grant = try dossier.package()?.grant
        else { return nil }
        if let reason = try await world.release.service.obstacle(to: grant, at: visit.now) {
            session.keep(nil, in: dossier.code)
            throw ReleaseRefusal(reason)
        }
        return opened
    }

    /// Judges a file off the executor of the requests.
    @concurrent func report(on file: UploadedFile, at time: Instant) async -> FileReport {
        let source = MemorySource(file.bytes)
        do {
            return try FileReport(path: file.name, source: source, validator: world.validator, at: time)
        } catch {
            let reason = Phrase(
                vi: "Tệp bắt đầu như một định dạng có thể ký nhưng không đọc được: bị hỏng hoặc bị cắt.",
                en: "The file begins like a format that can be signed but cannot be read: damaged or cut.")
            return (try? FileReport(unreadable: file.name, source: source, because: reason))
                ?? FileReport(path: file.name, format: nil, sha256: nil, report: nil, error: reason)
        }
    }

    /// What the vault has, as evidence: every signature judged anew, or by a memory at most a minute ago.
    @concurrent func evidence(
        in vault: Vault, at time: Instant, remembering memory: EvidenceMemory?
    ) async throws -> EvidenceSet {
        try EvidenceSet(
            await vault.evidence(judgedBy: world.validator, at: time, remembering: memory), types: world.types)
    }
}
