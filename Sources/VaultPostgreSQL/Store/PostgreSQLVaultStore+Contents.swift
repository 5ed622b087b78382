// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault

extension PostgreSQLVaultStore {
    public func putContent(
        _ id: ContentID, of vault: VaultID, size: Int64, from stream: any ContentStream
    ) async throws {
        let cluster = cluster(of: vault)
        if size <= Statements.pieceSize {
            // Kept whole, so that it can be sent again when an answer is lost.
            let octets = try await Self.drained(stream, size: size, id)
            return try await putWhole(octets, id, of: vault, cluster)
        }
        let outcome = try await cluster.perform("content \(id)") { session, mayBeDone throws(PostgreSQLError) in
            // A stream gives its octets once: a second attempt can only look what became of the first.
            if mayBeDone { return try Self.putBefore(id, vault, size, session, cluster) }
            return try Self.putPieces(id, vault, size, stream, session, cluster)
        }
        if let error = outcome { throw error }
    }

    private static func drained(
        _ stream: any ContentStream, size: Int64, _ id: ContentID
    ) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            StreamQueue.run {
                continuation.resume(
                    with: Result {
                        var octets: [UInt8] = []
                        octets.reserveCapacity(Int(max(0, size)))
                        while let piece = try stream.next() {
                            octets += piece
                            guard octets.count <= size else { break }
                        }
                        guard octets.count == size else { throw wrongSize(Int64(octets.count), size, id) }
                        return octets
                    })
            }
        }
    }

    private static func wrongSize(_ came: Int64, _ announced: Int64, _ id: ContentID) -> VaultError {
        VaultError(.storeFailure, object: "content \(id)", "\(came) octets came, \(announced) were announced")
    }

    private func putWhole(
        _ octets: [UInt8], _ id: ContentID, of vault: VaultID, _ cluster: Cluster
    ) async throws(VaultError) {
        let put = Query(
            cluster.statements.putContent,
            [.octets(vault.octets), .octets(id.octets), .number(Int64(octets.count)), .octets(octets)])
        let scoped = [cluster.scope(vault), put]
        try await cluster.perform("content \(id)") { session, mayBeDone throws(PostgreSQLError) in
            do throws(PostgreSQLError) {
                _ = try session.run(scoped)
            } catch {
                guard error.kind == .state("23505") else { throw error }
                guard mayBeDone else {
                    throw PostgreSQLError(.alreadyExists, object: "content \(id)", "a content is written once")
                }
                try cluster.touch(vault, session)
            }
        }
    }

    /// Puts a content piece by piece in one transaction; what the stream throws is given back, not thrown.
    private static func putPieces(
        _ id: ContentID, _ vault: VaultID, _ size: Int64, _ stream: any ContentStream, _ session: Session,
        _ cluster: Cluster
    ) throws(PostgreSQLError) -> (any Error)? {
        do throws(PostgreSQLError) {
            _ = try session.run([Query(sql: "BEGIN"), cluster.scope(vault)])
        } catch {
            // Nothing was put and the stream is untouched: this may be done again from the start.
            throw PostgreSQLError(error.kind)
        }
        var (number, came): (Int64, Int64) = (0, 0)
        var rest: [UInt8] = []
        func put(_ octets: [UInt8]) throws(PostgreSQLError) {
            let values: [Query.Value] = [
                .octets(vault.octets), .octets(id.octets), .number(number), .octets(octets),
            ]
            do throws(PostgreSQLError) {
                _ = try session.run([Query(cluster.statements.putPiece, values)])
            } catch {
                guard error.kind != .state("23505") else {
                    throw PostgreSQLError(.alreadyExists, object: "content \(id)", "a content is written once")
                }
                // Until the last statement nothing can have been committed, but the stream cannot begin anew.
                throw PostgreSQLError(.vault(PostgreSQLError(error.kind).vaultError("content \(id)", unknown: false)))
            }
            number += 1
        }
        do {
            while let piece = try stream.next() {
                came += Int64(piece.count)
                guard came <= size else { break }
                rest += piece
                while rest.count >= Statements.pieceSize {
                    try put(Array(rest.prefix(Int(Statements.pieceSize))))
                    rest.removeFirst(Int(Statements.pieceSize))
                }
            }
            guard came == size else { throw wrongSize(came, size, id) }
            if !rest.isEmpty { try put(rest) }
        } catch {
            try? endTransaction(session)
            if let error = error as? PostgreSQLError {
                return error.vaultError("content \(id)", unknown: false)
            }
            return error
        }
        let last = Query(
            cluster.statements.putContent, [.octets(vault.octets), .octets(id.octets), .number(size), .octets([])])
        do throws(PostgreSQLError) {
            _ = try session.run([last, Query(sql: "COMMIT")])
        } catch {
            guard error.mayHaveCommitted else {
                try? endTransaction(session)
                guard error.kind == .state("23505") else {
                    throw PostgreSQLError(.vault(error.vaultError("content \(id)", unknown: false)))
                }
                return VaultError(.alreadyExists, object: "content \(id)", "a content is written once")
            }
            throw error
        }
        return nil
    }

    private static func endTransaction(_ session: Session) throws(PostgreSQLError) {
        _ = try session.run([Query(sql: "ROLLBACK")])
    }

    /// Whether the attempt before, whose answer was lost, put the content.
    private static func putBefore(
        _ id: ContentID, _ vault: VaultID, _ size: Int64, _ session: Session, _ cluster: Cluster
    ) throws(PostgreSQLError) -> (any Error)? {
        let rows = try session.run([
            cluster.scope(vault), Query(cluster.statements.contentSize, [.octets(vault.octets), .octets(id.octets)]),
        ])
        guard rows.count > 1, rows[1].count == 1, try rows[1].number(0, 0) == size else {
            return VaultError(.storeFailure, object: "content \(id)", "the connection ended while it was sent")
        }
        try cluster.touch(vault, session)
        return nil
    }

    public func contentSize(_ id: ContentID, of vault: VaultID) async throws(VaultError) -> Int64? {
        let cluster = cluster(of: vault)
        let query = Query(cluster.statements.contentSize, [.octets(vault.octets), .octets(id.octets)])
        return try await cluster.read(vault, [query]) { rows throws(PostgreSQLError) in
            rows[0].count > 0 ? try rows[0].number(0, 0) : nil
        }
    }

    public func content(
        _ id: ContentID, of vault: VaultID, in range: Range<Int64>
    ) async throws(VaultError) -> [UInt8] {
        let cluster = cluster(of: vault)
        let object = "content \(id)"
        guard range.lowerBound >= 0, range.count <= 1 << 30 else {
            throw VaultError(.damaged, object: object, "more than 2^30 octets at once")
        }
        let queries = [
            Query(cluster.statements.contentSize, [.octets(vault.octets), .octets(id.octets)]),
            Query(
                cluster.statements.contentRange,
                [
                    .octets(vault.octets), .octets(id.octets), .number(range.lowerBound), .number(range.upperBound),
                ]),
        ]
        return try await cluster.read(vault, queries) { rows throws(PostgreSQLError) in
            guard rows[0].count > 0 else {
                throw PostgreSQLError(.notFound, object: object, "the store does not have it")
            }
            let size = try rows[0].number(0, 0)
            guard range.upperBound <= size else {
                throw PostgreSQLError(.damaged, object: object, "it has \(size) octets")
            }
            var octets: [UInt8] = []
            if rows[1].count > 1 { octets.reserveCapacity(range.count) }
            for row in 0..<rows[1].count { octets += try rows[1].octets(row, 1) }
            guard octets.count == range.count else {
                throw PostgreSQLError(.damaged, object: object, "\(octets.count) octets of \(range.count)")
            }
            return octets
        }
    }

    public func contents(
        _ ids: [ContentID], of vault: VaultID, limit: Int64
    ) async throws(VaultError) -> [ContentID: [UInt8]] {
        guard !ids.isEmpty else { return [:] }
        let cluster = cluster(of: vault)
        let query = Query(
            cluster.statements.contents,
            [.octets(vault.octets), .octetsList(ids.map(\.octets)), .number(limit)])
        let (whole, inPieces) = try await cluster.read(vault, [query]) { rows throws(PostgreSQLError) in
            var whole: [ContentID: [UInt8]] = [:]
            var inPieces: [ContentID: Int64] = [:]
            for row in 0..<rows[0].count {
                guard let id = ContentID(octets: try rows[0].octets(row, 0)) else {
                    throw PostgreSQLError(.damaged, object: "content", "the row's id")
                }
                let size = try rows[0].number(row, 1)
                guard size <= limit else {
                    throw PostgreSQLError(
                        .damaged, object: "content \(id)", "\(size) octets, at most \(limit) are read")
                }
                guard let octets = try rows[0].optionalOctets(row, 2) else {
                    inPieces[id] = size
                    continue
                }
                guard octets.count == size else {
                    throw PostgreSQLError(.damaged, object: "content \(id)", "\(octets.count) octets of \(size)")
                }
                whole[id] = octets
            }
            return (whole, inPieces)
        }
        var contents = whole
        for (id, size) in inPieces { contents[id] = try await content(id, of: vault, in: 0..<size) }
        return contents
    }

    public func contents(of vault: VaultID, after id: ContentID?, limit: Int) async throws(VaultError) -> [ContentID] {
        let cluster = cluster(of: vault)
        let query = Query(
            cluster.statements.listContents,
            [.octets(vault.octets), .octets(id?.octets ?? []), .number(Int64(max(0, limit)))])
        return try await cluster.read(vault, [query]) { rows throws(PostgreSQLError) in
            var ids: [ContentID] = []
            for row in 0..<rows[0].count {
                guard let id = ContentID(octets: try rows[0].octets(row, 0)) else {
                    throw PostgreSQLError(.damaged, object: "content", "the row's id")
                }
                ids.append(id)
            }
            return ids
        }
    }

    public func deleteContents(_ ids: [ContentID], of vault: VaultID) async throws(VaultError) {
        guard !ids.isEmpty else { return }
        let cluster = cluster(of: vault)
        let values: [Query.Value] = [.octets(vault.octets), .octetsList(ids.map(\.octets))]
        try await cluster.change(
            vault,
            [Query(cluster.statements.deleteContents, values), Query(cluster.statements.deletePieces, values)]
        ) { _ in }
    }
}
