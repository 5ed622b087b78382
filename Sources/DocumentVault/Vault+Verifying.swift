// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

extension Vault {
    /// Reads everything that the store has of this vault anew and says what holds.
    ///
    /// What somebody else changes meanwhile is no fault: where the journal has grown since, what did not hold is looked
    /// at again, the progress then begins anew.
    ///
    /// - Parameters:
    ///   - anchor: A head kept outside the store's administration.
    ///   - progress: Told after every page of entries and every piece of content.
    /// - Returns: What was found; a fault is not an error.
    /// - Throws: ``VaultError`` when the store cannot be read at all; `CancellationError`.
    public func verify(
        anchor: Anchor? = nil, progress: (@Sendable (VaultProgress) -> Void)? = nil
    ) async throws -> VaultReport {
        var turn = 1
        while true {
            let before = try await store.head(of: id)
            try await refresh()
            let reading = try await JournalReading(id, in: store)
            var report = try await Self.verify(
                reading, from: try currentSecret(), access: access, unlocked: nil, anchor: anchor, progress: progress)
            // Of what stands before an entry that does not hold; the vault in its store is not complete.
            if let endsBefore { report.problems.insert(endsBefore.fault, at: 0) }
            guard turn < Self.mostTurns, try await Self.isOutdated(report, since: before, reading) else {
                return report
            }
            turn += 1
        }
    }

    /// Whether something did not hold that a change since may explain.
    private static func isOutdated(
        _ report: VaultReport, since head: JournalHead?, _ reading: JournalReading
    ) async throws(VaultError) -> Bool {
        guard !report.problems.isEmpty else { return false }
        return try await reading.store.head(of: reading.vault) != head
    }

    /// Verifies a vault that may be too damaged to be opened; see ``verify(anchor:progress:)``.
    ///
    /// - Throws: ``VaultError``: `notFound`, `wrongSecret`, `damaged` when the first entry or the slots do not hold, errors
    ///   of the store; `CancellationError`.
    public static func verify(
        _ id: VaultID, in store: any VaultStore, unlocking secret: Unlocking, anchor: Anchor? = nil,
        progress: (@Sendable (VaultProgress) -> Void)? = nil
    ) async throws -> VaultReport {
        var before = try await store.head(of: id)
        let reading = try await JournalReading(id, in: store)
        var unlocked = try await unlock(reading, with: secret)
        var turn = 1
        while true {
            let report = try await verify(
                reading, from: unlocked.opened.secret, access: unlocked.access, unlocked: unlocked, anchor: anchor,
                progress: progress)
            guard turn < mostTurns, try await isOutdated(report, since: before, reading) else { return report }
            turn += 1
            before = try await store.head(of: id)
            if let newer = try await successor(of: unlocked, reading, secret) { unlocked = newer }
        }
    }

    private static func verify(
        _ reading: JournalReading, from secret: EpochSecret, access: Access, unlocked: Unlocked?, anchor: Anchor?,
        progress: (@Sendable (VaultProgress) -> Void)?
    ) async throws -> VaultReport {
        var problems: [VaultError] = []
        var state = VaultState(vault: reading.vault)
        var secrets = [secret.number: secret]
        var fault: VaultError?
        do throws(VaultError) {
            let found = try await reading.walk(from: secret, to: .both)
            secrets = found.secrets
            try await foldComparing(&state, &fault, reading, found, progress)
            if let unlocked { try check(unlocked, against: state) }
            try await verifySlots(of: state, in: reading.store)
        } catch {
            problems.append(error)
        }
        if let fault { problems.insert(fault, at: 0) }
        problems += state.resurrected.map {
            VaultError(.resurrected, object: "entry \($0)", "the store still has the payload of an erased document")
        }
        for start in stride(from: 0, to: state.erasedVersions.count, by: rotationStep) {
            let step = state.erasedVersions[start..<min(start + rotationStep, state.erasedVersions.count)]
            for version in try await reading.store.keyRecords(of: Array(step), in: reading.vault).keys {
                problems.append(
                    VaultError(
                        .resurrected, object: "key record \(version)",
                        "the store still has the key of an erased document"))
            }
        }
        if let store = reading.store as? any InspectableVaultStore {
            do throws(VaultError) { try await store.inspect(reading.vault) } catch { problems.append(error) }
        }
        // What the intact part of the journal names is still read: the report says what can be saved.
        let reader = Vault(
            state, freshness: .unanchored, in: reading.store, secrets: secrets, access: access, quota: .unlimited,
            random: NoRandomness())
        let (intact, faults) = try await reader.readAll(
            (state.catalogue?.list ?? []).flatMap(\.versions), progress)
        let freshness = try await JournalReading.freshness(
            of: state, against: anchor,
            reading: SnapshotReader(vault: reading.vault, store: reading.store, secrets: secrets))
        return VaultReport(
            freshness: freshness, head: state.head, documents: state.catalogue?.documents.count ?? 0,
            intactVersions: intact, lastWriter: state.core.lastWriter, formerKeys: try await reader.formerKeys(),
            problems: problems + faults)
    }

    /// How many key records are wrapped for an epoch that is over: a rotation is under way, or was interrupted, or a device
    /// stored something while the epoch ended. Who has the former epoch's secret opens them as long.
    func formerKeys() async throws(VaultError) -> Int {
        let epoch = state.core.epoch
        let versions = (state.catalogue?.list ?? []).flatMap { $0.versions.map(\.id) }
        var former = 0
        for start in stride(from: 0, to: versions.count, by: Self.rotationStep) {
            let step = Array(versions[start..<min(start + Self.rotationStep, versions.count)])
            former += try await store.keyRecords(of: step, in: id).values.count { bytes in
                (try? KeyRecord(parsing: bytes, object: "key record")).map { $0.epoch < epoch.number } ?? false
            }
        }
        return former
    }

    /// Folds the journal and compares the newest snapshot with it on the way.
    ///
    /// While others write, the next snapshot may take the pages away before they were compared: then that one is.
    private static func foldComparing(
        _ state: inout VaultState, _ fault: inout VaultError?, _ reading: JournalReading, _ found: JournalReading.Found,
        _ progress: (@Sendable (VaultProgress) -> Void)?
    ) async throws(VaultError) {
        let secrets = found.secrets
        let pages = SnapshotReader(vault: reading.vault, store: reading.store, secrets: secrets)
        let first = found.snapshot?.entry.sequence ?? .max
        for turn in 1...mostTurns {
            // The newest snapshot, when payloads from before it are gone that only a later entry can explain.
            var postponed: (root: SnapshotRoot, state: VaultState)?
            try await reading.fold(into: &state, opening: secrets) {
                progress?(VaultProgress(phase: .journal, done: $0, total: $1))
            } before: { (stored, state) throws(VaultError) in
                guard stored.sequence >= first, let root = try reading.snapshot(stored, opening: secrets) else {
                    return
                }
                (fault, postponed) = (nil, nil)
                guard state.gaps.isEmpty else {
                    postponed = (root, state)
                    return
                }
                do throws(VaultError) {
                    try await pages.compare(root, with: &state)
                } catch {
                    fault = error
                }
            }
            if var earlier = postponed {
                do throws(VaultError) {
                    let erased = Set((state.catalogue?.erased ?? [:]).keys)
                    try await pages.compare(earlier.root, with: &earlier.state, leavingOut: erased)
                } catch {
                    fault = error
                }
            }
            guard fault != nil, turn < mostTurns, try await reading.store.head(of: reading.vault) != state.head else {
                return
            }
        }
    }

    private func readAll(
        _ versions: [DocumentVersion], _ progress: (@Sendable (VaultProgress) -> Void)?
    ) async throws -> (intact: Int, faults: [VaultError]) {
        let total = versions.reduce(Int64(0)) { $0 &+ $1.size }
        var done: Int64 = 0
        var intact = 0
        var faults: [VaultError] = []
        for version in versions {
            var fault: VaultError?
            var isErased = false
            for _ in 0..<Self.mostTurns {
                let (before, head) = (done, state.head)
                do {
                    try await content(of: version).forEachPiece { piece in
                        done += Int64(piece.count)
                        progress?(VaultProgress(phase: .contents, done: done, total: total))
                    }
                    fault = nil
                } catch let error as VaultError {
                    done = before
                    fault = error
                    // Somebody may have erased the document, or rotated, while it was read. A journal that does not
                    // hold explains nothing.
                    guard (try? await refresh()) != nil else { break }
                    if state.catalogue?.erased[version.document] != nil {
                        isErased = true
                        break
                    }
                    if state.head != head { continue }
                }
                break
            }
            if isErased { continue }
            if let fault {
                // The document's id tells the owner which paper is affected; the store knows contents only.
                faults.append(
                    VaultError(fault.code, object: "document \(version.document), \(fault.object)", fault.detail))
            } else {
                intact += 1
            }
        }
        return (intact, faults)
    }

    private static func verifySlots(of state: VaultState, in store: any VaultStore) async throws(VaultError) {
        var expected = state.core.epoch.slots.map(\.digest)
        for bytes in try await store.slots(of: state.vault) {
            let digest = try Digest32(of: bytes)
            guard let index = expected.firstIndex(of: digest) else {
                throw VaultError(.damaged, object: "slot", "the store has a slot that the owner did not announce")
            }
            expected.remove(at: index)
        }
        guard expected.isEmpty else {
            throw VaultError(.damaged, object: "slot", "the store lacks \(expected.count) slots")
        }
    }
}

extension SnapshotReader {
    /// Compares every page of a snapshot with what the journal says up to there.
    ///
    /// - Parameter erased: Documents that an erasure after the snapshot named: an erasure that was interrupted before its
    ///   own snapshot leaves their rows in the pages, and their entries without payload.
    func compare(
        _ root: SnapshotRoot, with state: inout VaultState, leavingOut erased: Set<DocumentID> = []
    ) async throws(VaultError) {
        func differs(_ what: String) -> VaultError {
            VaultError(.damaged, object: "snapshot", "\(what) differ from what the journal says")
        }
        guard root.covered == state.head else { throw differs("the entries") }
        let (core, _) = try StatePage.read(try await page(root.state), object: "page \(root.state.content)")
        // Sums leave out what was erased before it was read; everything else must be the same.
        var own = state.core
        (own.documents, own.octets, own.lastTime) = (core.documents, core.octets, core.lastTime)
        if core.ledger.isPart(of: own.ledger) { own.ledger = core.ledger }
        state.catalogue?.settle()
        guard core == own else { throw differs("slots, writers or names") }
        guard let catalogue = state.catalogue else { return }
        guard !state.gaps.isEmpty || root.documents.items == Int64(catalogue.rows.count) else {
            throw differs("the documents")
        }
        let indexes = try await indexes(of: root, at: root.covered.sequence + 1)
        if !state.gaps.isEmpty {
            guard try await sameRows(indexes, items: root.documents.items, as: state, leavingOut: erased) else {
                throw differs("the documents")
            }
            return try await compareHashes(indexes, root, with: state)
        }
        for (place, reference) in indexes.documents.leaves.enumerated() {
            let start = place * DocumentPage.rowsPerPage
            let range = start..<min(start + DocumentPage.rowsPerPage, catalogue.rows.count)
            let page = SnapshotPages.padded(DocumentPage.bytes(catalogue.rows[range], of: catalogue))
            _ = try await self.page(reference)
            guard try Digest32(of: page) == reference.digest else { throw differs("the documents") }
        }
        try await compareHashes(indexes, root, with: state)
    }

    /// Whether the rows are those of the journal, when the ones of documents that were erased since are passed over.
    private func sameRows(
        _ indexes: SnapshotIndexes, items: Int64, as state: VaultState, leavingOut erased: Set<DocumentID>
    ) async throws(VaultError) -> Bool {
        guard let catalogue = state.catalogue else { return false }
        var own = catalogue.rows.makeIterator()
        var passed: Int64 = 0
        for reference in indexes.documents.leaves {
            for row in try DocumentPage.rows(try await page(reference), object: "page \(reference.content)") {
                switch row {
                case .row(.document(let record)) where erased.contains(record.id):
                    guard (record.versionEntries + record.otherEntries).allSatisfy(state.gaps.contains) else {
                        return false
                    }
                    passed += 1
                case .row(.document(let record)):
                    var single = Catalogue()
                    try single.restore(record)
                    guard own.next() == record.id,
                        DocumentPage.bytes([record.id], of: single) == DocumentPage.bytes([record.id], of: catalogue)
                    else { return false }
                case .row(.erased(let document, let tombstone)):
                    guard own.next() == document, catalogue.erased[document] == tombstone else { return false }
                case .long(let row) where erased.contains(row.document):
                    guard (row.versions + row.others).allSatisfy(state.gaps.contains) else { return false }
                    passed += 1
                case .long(let row):
                    guard own.next() == row.document,
                        catalogue.documents[row.document].map(DocumentPage.LongRow.init) == row
                    else { return false }
                }
            }
        }
        return own.next() == nil && items == Int64(catalogue.rows.count) + passed
    }

    private func compareHashes(
        _ indexes: SnapshotIndexes, _ root: SnapshotRoot, with state: VaultState
    ) async throws(VaultError) {
        for (place, reference) in indexes.hashes.leaves.enumerated() {
            let start = Int64(place * Self.hashesPerPage)
            let hashes = (start..<min(start + Int64(Self.hashesPerPage), root.hashes.items)).compactMap {
                state.hash(at: $0)
            }
            _ = try await self.page(reference)
            guard try Digest32(of: SnapshotPages.padded(SnapshotPages.bytes(hashes: hashes))) == reference.digest else {
                throw VaultError(
                    .damaged, object: "snapshot", "the hashes differ from what the journal says")
            }
        }
    }
}
