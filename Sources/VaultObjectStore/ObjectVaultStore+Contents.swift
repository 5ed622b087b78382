// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DocumentVault

extension ObjectVaultStore {
    private func name(_ id: ContentID) -> String { "content \(id)" }

    public func contentSize(_ id: ContentID, of vault: VaultID) async throws(VaultError) -> Int64? {
        if !places.knows(id), let size = try await records.contentSize(id, of: vault) { return size }
        do {
            if let object = try await client.object(key(id, of: vault)) {
                places.remember(id)
                return object.size
            }
        } catch {
            throw error.error(name(id))
        }
        return places.forget(id) ? try await records.contentSize(id, of: vault) : nil
    }

    public func content(
        _ id: ContentID, of vault: VaultID, in range: Range<Int64>
    ) async throws(VaultError) -> [UInt8] {
        if !places.knows(id) {
            do throws(VaultError) {
                return try await records.content(id, of: vault, in: range)
            } catch {
                guard error.code == .notFound else { throw error }
            }
        }
        let missing = VaultError(.notFound, object: name(id), "the store does not have it")
        guard range.lowerBound >= 0 else {
            throw VaultError(.damaged, object: name(id), "a range before its beginning")
        }
        do throws(S3Failure) {
            guard !range.isEmpty else {
                guard let object = try await client.object(key(id, of: vault)) else { throw missing404 }
                guard range.upperBound <= object.size else { throw S3Failure(status: 416, code: "InvalidRange") }
                return []
            }
            guard let octets = try await client.octets(range, of: key(id, of: vault)) else { throw missing404 }
            return octets
        } catch {
            switch error.kind {
            case .answered(404, ""):
                // It was there a moment ago; perhaps somebody has moved it into the other store since.
                if places.forget(id) { return try await records.content(id, of: vault, in: range) }
                throw missing
            case .answered(416, _):
                throw VaultError(.damaged, object: name(id), "it ends before octet \(range.upperBound)")
            default: throw error.error(name(id))
            }
        }
    }

    private var missing404: S3Failure { S3Failure(status: 404, code: "") }

    public func contents(
        _ ids: [ContentID], of vault: VaultID, limit: Int64
    ) async throws(VaultError) -> [ContentID: [UInt8]] {
        let known = Set(ids.filter(places.knows))
        var contents = try await objects(Array(known), of: vault, limit: limit)
        // What was there a moment ago has perhaps been moved into the other store since.
        for id in known where contents[id] == nil { places.forget(id) }
        let others = Set(ids).filter { contents[$0] == nil }
        if !others.isEmpty {
            contents.merge(try await records.contents(Array(others), of: vault, limit: limit)) { one, _ in one }
            let rest = others.filter { contents[$0] == nil && !known.contains($0) }
            let found = try await objects(Array(rest), of: vault, limit: limit)
            for id in found.keys { places.remember(id) }
            contents.merge(found) { one, _ in one }
        }
        return contents
    }

    /// Whole objects, a few at once; those that do not exist are left out.
    private func objects(
        _ ids: [ContentID], of vault: VaultID, limit: Int64
    ) async throws(VaultError) -> [ContentID: [UInt8]] {
        let most = Int(clamping: limit)
        let outcomes = await concurrently(ids) { [client] id in
            await Result { () async throws(S3Failure) in try await client.whole(self.key(id, of: vault), limit: most) }
        }
        var contents: [ContentID: [UInt8]] = [:]
        for (id, outcome) in zip(ids, outcomes) {
            do throws(S3Failure) {
                contents[id] = try outcome.get()
            } catch {
                guard error.kind == .tooLarge else { throw error.error(name(id)) }
                throw VaultError(.damaged, object: name(id), "more octets than the \(limit) that are read")
            }
        }
        return contents
    }

    public func contents(of vault: VaultID, after id: ContentID?, limit: Int) async throws(VaultError) -> [ContentID] {
        let inside = try await records.contents(of: vault, after: id, limit: limit)
        var beside: [ContentID] = []
        let folder = folder(of: vault)
        var last = id.map { key($0, of: vault) }
        while beside.count < limit {
            let page: S3Documents.Listing
            do {
                page = try await client.list(folder, after: last, limit: limit - beside.count)
            } catch {
                throw error.error("contents of vault \(vault)")
            }
            // Foreign keys are left alone.
            beside += page.objects.compactMap { ContentID($0.key.dropFirst(folder.count)) }
            guard page.isTruncated, let end = page.objects.last?.key else { break }
            last = end
        }
        return Array(Set(inside + beside).sorted().prefix(limit))
    }

    public func deleteContents(_ ids: [ContentID], of vault: VaultID) async throws(VaultError) {
        for id in ids { places.forget(id) }
        try await records.deleteContents(ids, of: vault)
        try await deleteObjects(ids, of: vault)
    }

    func deleteObjects(_ ids: [ContentID], of vault: VaultID) async throws(VaultError) {
        let outcomes = await concurrently(ids) { [client] id in
            await Result { () async throws(S3Failure) in try await client.delete(self.key(id, of: vault)) }
        }
        for (id, outcome) in zip(ids, outcomes) {
            do throws(S3Failure) { try outcome.get() } catch { throw error.error(name(id)) }
        }
    }

    /// Outcomes in the order of the items, a few calls at once.
    private func concurrently<Item: Sendable, Value: Sendable>(
        _ items: [Item], _ body: @escaping @Sendable (Item) async -> Value
    ) async -> [Value] {
        if items.count == 1, let item = items.first { return [await body(item)] }
        return await withTaskGroup(of: (Int, Value).self) { group in
            var values: [Int: Value] = [:]
            for (number, item) in items.enumerated() {
                if number >= 16, let (done, value) = await group.next() { values[done] = value }
                group.addTask { (number, await body(item)) }
            }
            for await (done, value) in group { values[done] = value }
            return items.indices.compactMap { values[$0] }
        }
    }
}

extension Result where Failure == S3Failure, Success: Sendable {
    fileprivate init(_ body: () async throws(S3Failure) -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
