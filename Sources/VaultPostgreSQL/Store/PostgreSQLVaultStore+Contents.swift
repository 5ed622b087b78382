// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault

extension PostgreSQLVaultStore {
    public func putContent(
        _ id: ContentID, of vault: VaultID, size: Int64, from stream: any ContentStream
    ) async throws {
        if size <= Statements.pieceSize {
            // Kept whole, so that it can be sent again when an answer is lost.
            let octets = try await Self.drained(stream, size: size, id)
            return try await routed(vault) { visit throws(VaultError) in
                try await Self.putWhole(octets, id, of: vault, visit)
            }
        }
        let outcome = try await routed(vault) { visit throws(VaultError) in
            let (cluster, isHome, wasTried) = (visit.cluster, visit.isHome, visit.mayBeDone)
            return try await cluster.perform("content \(id)") {
                session, mayBeDone async throws(PostgreSQLError) -> Answer<(any Error)?> in
                // A stream gives its octets once: a second attempt can only look what became of the first.
                if mayBeDone || wasTried { return try await Self.putBefore(id, vault, size, session, cluster, isHome) }
                return try await Self.putPieces(id, vault, size, stream, session, cluster, isHome)
            }
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

    private static func putWhole(
        _ octets: [UInt8], _ id: ContentID, of vault: VaultID, _ visit: Visit
    ) async throws(VaultError) -> Answer<Void> {
        let (cluster, isHome, wasTried) = (visit.cluster, visit.isHome, visit.mayBeDone)
        let scoped = [
            cluster.scopeOfChange(vault), Query(cluster.statements.holdVault, [.octets(vault.octets)]),
            Query(
                cluster.statements.putContent,
                [.octets(vault.octets), .octets(id.octets), .number(Int64(octets.count)), .octets(octets)]),
        ]
        return try await cluster.perform("content \(id)") { session, mayBeDone async throws(PostgreSQLError) in
            do throws(PostgreSQLError) {
                let rows = try await session.run(scoped)
                let standing = try Standing(rows.count > 1 ? rows[1] : nil, vault)
                guard standing.map({ $0.state == .here }) ?? isHome else {
                    return .elsewhere(standing, mayBeDone: mayBeDone)
                }
            } catch {
                guard error.kind == .state("23505") else { throw error }
                guard mayBeDone || wasTried else {
                    throw PostgreSQLError(.alreadyExists, object: "content \(id)", "a content is written once")
                }
                try await cluster.touch(vault, session)
            }
            return .value(())
        }
    }

    /// Puts a content piece by piece in one transaction; what the stream throws is given back, not thrown.
    private static func putPieces(
        _ id: ContentID, _ vault: VaultID, _ size: Int64, _ stream: any ContentStream, _ session: Session,
        _ cluster: Cluster, _ isHome: Bool
    ) async throws(PostgreSQLError) -> Answer<(any Error)?> {
        do throws(PostgreSQLError) {
            // The vault is held here until the content is: who wants to move it waits.
            let rows = try await session.run([
                Query(sql: "BEGIN"), cluster.scopeOfChange(vault),
                Query(cluster.statements.holdVault, [.octets(vault.octets)]),
            ])
            let standing = try Standing(rows.last, vault)
            guard standing.map({ $0.state == .here }) ?? isHome else {
                try await endTransaction(session)
                return .elsewhere(standing, mayBeDone: false)
            }
        } catch {
            // Nothing was put and the stream is untouched: this may be done again from the start.
            throw PostgreSQLError(error.kind)
        }
        func put(_ octets: [UInt8], _ number: Int64) async throws(PostgreSQLError) {
            let values: [Query.Value] = [
                .octets(vault.octets), .octets(id.octets), .number(number), .octets(octets),
            ]
            do throws(PostgreSQLError) {
                _ = try await session.run([Query(cluster.statements.putPiece, values)])
            } catch {
                guard error.kind != .state("23505") else {
                    throw PostgreSQLError(.alreadyExists, object: "content \(id)", "a content is written once")
                }
                // Until the last statement nothing can have been committed, but the stream cannot begin anew.
                throw PostgreSQLError(.vault(PostgreSQLError(error.kind).vaultError("content \(id)", unknown: false)))
            }
        }
        do {
            var (rest, isOver, number): ([UInt8], Bool, Int64) = ([], false, 0)
            while !isOver {
                (rest, isOver) = try await filled(rest, from: stream)
                guard number * Statements.pieceSize + Int64(rest.count) <= size else { break }
                while rest.count >= Statements.pieceSize {
                    try await put(Array(rest.prefix(Int(Statements.pieceSize))), number)
                    rest.removeFirst(Int(Statements.pieceSize))
                    number += 1
                }
            }
            let came = number * Statements.pieceSize + Int64(rest.count)
            guard came == size else { throw wrongSize(came, size, id) }
            if !rest.isEmpty { try await put(rest, number) }
        } catch {
            try? await endTransaction(session)
            if let error = error as? PostgreSQLError {
                return .value(error.vaultError("content \(id)", unknown: false))
            }
            return .value(error)
        }
        let last = Query(
            cluster.statements.putContent, [.octets(vault.octets), .octets(id.octets), .number(size), .octets([])])
        do throws(PostgreSQLError) {
            _ = try await session.run([last, Query(sql: "COMMIT")])
        } catch {
            guard error.mayHaveCommitted else {
                try? await endTransaction(session)
                guard error.kind == .state("23505") else {
                    throw PostgreSQLError(.vault(error.vaultError("content \(id)", unknown: false)))
                }
                return .value(VaultError(.alreadyExists, object: "content \(id)", "a content is written once"))
            }
            throw error
        }
        return .value(nil)
    }

    /// Octets with the next ones of a stream behind them: enough for a row, or all there are.
    private static func filled(
        _ rest: [UInt8], from stream: any ContentStream
    ) async throws -> (octets: [UInt8], isOver: Bool) {
        try await withCheckedThrowingContinuation { continuation in
            StreamQueue.run {
                continuation.resume(
                    with: Result {
                        var octets = rest
                        while octets.count < Statements.pieceSize {
                            guard let piece = try stream.next() else { return (octets, true) }
                            octets += piece
                        }
                        return (octets, false)
                    })
            }
        }
    }

    private static func endTransaction(_ session: Session) async throws(PostgreSQLError) {
        _ = try await session.run([Query(sql: "ROLLBACK")])
    }

    /// Whether the attempt before, whose answer was lost, put the content.
    private static func putBefore(
        _ id: ContentID, _ vault: VaultID, _ size: Int64, _ session: Session, _ cluster: Cluster, _ isHome: Bool
    ) async throws(PostgreSQLError) -> Answer<(any Error)?> {
        let rows = try await session.run([
            cluster.scope(vault), Query(cluster.statements.contentSize, [.octets(vault.octets), .octets(id.octets)]),
            Query(cluster.statements.standing, [.octets(vault.octets)]),
        ])
        let standing = try Standing(rows.last, vault)
        guard standing.map({ $0.state == .here }) ?? isHome else { return .elsewhere(standing, mayBeDone: true) }
        guard rows.count > 1, rows[1].count == 1, try rows[1].number(0, 0) == size else {
            return .value(VaultError(.storeFailure, object: "content \(id)", "the connection ended while it was sent"))
        }
        try await cluster.touch(vault, session)
        return .value(nil)
    }

    public func contentSize(_ id: ContentID, of vault: VaultID) async throws(VaultError) -> Int64? {
        try await read(vault) {
            [Query($0.contentSize, [.octets(vault.octets), .octets(id.octets)])]
        } _: { rows throws(PostgreSQLError) in
            rows[0].count > 0 ? try rows[0].number(0, 0) : nil
        }
    }

    public func content(
        _ id: ContentID, of vault: VaultID, in range: Range<Int64>
    ) async throws(VaultError) -> [UInt8] {
        let object = "content \(id)"
        guard range.lowerBound >= 0, range.count <= 1 << 30 else {
            throw VaultError(.damaged, object: object, "more than 2^30 octets at once")
        }
        let values: [Query.Value] = [
            .octets(vault.octets), .octets(id.octets), .number(range.lowerBound), .number(range.upperBound),
        ]
        return try await read(vault) {
            [Query($0.contentSize, [.octets(vault.octets), .octets(id.octets)]), Query($0.contentRange, values)]
        } _: { rows throws(PostgreSQLError) in
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
        let values: [Query.Value] = [.octets(vault.octets), .octetsList(ids.map(\.octets)), .number(limit)]
        let (whole, inPieces) = try await read(vault) {
            [Query($0.contents, values)]
        } _: { rows throws(PostgreSQLError) in
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
        let values: [Query.Value] = [
            .octets(vault.octets), .octets(id?.octets ?? []), .number(Int64(max(0, limit))),
        ]
        return try await read(vault) {
            [Query($0.listContents, values)]
        } _: { rows throws(PostgreSQLError) in
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
        let values: [Query.Value] = [.octets(vault.octets), .octetsList(ids.map(\.octets))]
        try await change(vault) {
            [Query($0.deleteContents, values), Query($0.deletePieces, values)]
        } _: { _ in
        }
    }
}
