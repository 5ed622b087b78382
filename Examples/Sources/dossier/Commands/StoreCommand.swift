// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DocumentVault
import DossierCore
import DossierKit
import VaultObjectStore
import VaultPostgreSQL

/// What those do who run a store; none of it needs a vault's key.
struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Nơi lưu trữ các kho tài liệu. / Stores of vaults: make, check, list, migrate, copy, move.",
        subcommands: [Init.self, Check.self, List.self, Migrate.self, Copy.self, Move.self])

    struct Place: ParsableArguments {
        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("Store, for example sqlite:PATH or postgres://HOST/DATABASE?…", valueName: "url"))
        var store: String

        func address() throws -> StoreAddress { try StoreAddress(store) }
    }

    private struct Versions: Encodable {
        let clusters: [Cluster]

        struct Cluster: Encodable { let before, now: Int }

        init(_ versions: [Int], _ now: Int) { clusters = versions.map { Cluster(before: $0, now: now) } }

        func show(json: Bool) throws {
            if json {
                Console.write(try CanonicalJSON.encode(self))
            } else {
                for (number, cluster) in clusters.enumerated() {
                    Console.print("\(number + 1)  \(cluster.before) → \(cluster.now)")
                }
            }
        }
    }

    struct Init: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tạo nơi lưu trữ; chạy lại cũng được. / Make a store; may be repeated.")
        @OptionGroup var place: Place

        func run() async throws {
            switch try place.address().records {
            case .sqlite:
                _ = try await place.address().open(creating: true)
                try Versions([1], 1).show(json: place.common.json)
            case .postgresql(let address):
                try await Versions(PostgreSQLVaultStore.prepare(address), PostgreSQLVaultStore.schemaVersion)
                    .show(json: place.common.json)
            }
        }
    }

    struct Migrate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Nâng bảng của nơi lưu trữ lên phiên bản mới. / Bring a store's tables to this program's version."
        )
        @OptionGroup var place: Place

        func run() async throws {
            switch try place.address().records {
            case .sqlite:
                // Opening brings a folder's databases up by itself.
                _ = try await place.address().open()
                try Versions([1], 1).show(json: place.common.json)
            case .postgresql(let address):
                try await Versions(PostgreSQLVaultStore.prepare(address), PostgreSQLVaultStore.schemaVersion)
                    .show(json: place.common.json)
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Kiểm tra nơi lưu trữ có giữ được điều đã xác nhận không. / Does the store keep what it acknowledges?")
        @OptionGroup var place: Place

        private struct Report: Encodable {
            struct Cluster: Encodable {
                let serverVersion, schemaVersion: Int, waitsFor: String, synchronousStandbys: Int?
                let standbyLag: Int64?, isolatesVaults: Bool, alterations: Int, estimatedVaults: Int64?
            }
            let engine: String, durability: String, clusters: [Cluster], contents: String?
        }

        func run() async throws {
            let report: Report
            let contents = try place.address().contents?.description
            switch try place.address().records {
            case .sqlite:
                _ = try await place.address().open()
                report = Report(engine: "sqlite", durability: "single-node", clusters: [], contents: contents)
            case .postgresql(let address):
                let health = try await PostgreSQLVaultStore(address).health()
                report = Report(
                    engine: "postgresql", durability: address.durability.rawValue,
                    clusters: health.map {
                        Report.Cluster(
                            serverVersion: $0.serverVersion, schemaVersion: $0.schemaVersion, waitsFor: $0.waitsFor,
                            synchronousStandbys: $0.synchronousStandbys, standbyLag: $0.standbyLag,
                            isolatesVaults: $0.isolatesVaults, alterations: $0.alterations,
                            estimatedVaults: $0.estimatedVaults < 0 ? nil : $0.estimatedVaults)
                    }, contents: contents)
            }
            if contents != nil { try await (place.address().open() as? ObjectVaultStore)?.check() }
            guard !place.common.json else { return Console.write(try CanonicalJSON.encode(report)) }
            Console.print("\(report.engine), \(report.durability)")
            if let contents { Console.print("contents \(contents)") }
            for (number, cluster) in report.clusters.enumerated() {
                Console.print(
                    "\(number + 1)  server \(cluster.serverVersion), tables \(cluster.schemaVersion), waits for \(cluster.waitsFor.isEmpty ? "–" : cluster.waitsFor), standbys \(cluster.synchronousStandbys.map(String.init) ?? "?"), lag \(cluster.standbyLag.map(String.init) ?? "?")"
                )
                if !cluster.isolatesVaults {
                    Console.say(
                        Phrase(
                            vi:
                                "kết nối này nhìn thấy mọi kho: vai trò là quản trị viên, hoặc phân quyền theo dòng đã bị tắt trên một bảng",
                            en:
                                "this connection sees every vault: the role is an administrator's, or row level security was taken off a table"
                        ))
                }
                if cluster.alterations > 0 {
                    Console.say(
                        Phrase(
                            vi:
                                "các bảng có \(cluster.alterations) trigger hoặc rule không phải của chương trình này: điều đã xác nhận có thể không được ghi",
                            en:
                                "the tables have \(cluster.alterations) trigger(s) or rule(s) that are not this program's: what is acknowledged may not be written"
                        ))
                }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Liệt kê mã các kho; ai quên mã kho thì tìm ở đây. / List the identifiers of vaults, for who has lost one."
        )
        @OptionGroup var place: Place

        private struct Report: Encodable {
            struct Row: Encodable { let vault: String, entries: Int64 }
            let vaults: [Row]
        }

        func run() async throws {
            let store = try await place.address().open()
            var rows: [Report.Row] = []
            var last: VaultID?
            while true {
                let page = try await store.vaults(after: last, limit: 256)
                for one in page {
                    let row = Report.Row(vault: one.id.description, entries: one.head.sequence + 1)
                    if place.common.json { rows.append(row) } else { Console.print("\(row.vault)  \(row.entries)") }
                }
                guard let end = page.last else { break }
                last = end.id
            }
            if place.common.json { Console.write(try CanonicalJSON.encode(Report(vaults: rows))) }
        }
    }

    struct Copy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Sao chép các kho sang nơi lưu trữ khác, không cần khóa. / Copy vaults to another store, sealed as they are.",
            discussion: """
                Readers and writers of the source go on; a copy that was broken off or is behind is brought up to the source. \
                Each vault is compared after copying: head, entries, slots, key records, contents, deposits.
                """)
        @OptionGroup var place: Place
        @Option(help: ArgumentHelp("The other store; it must exist.", valueName: "url"))
        var to: String
        @Option(help: ArgumentHelp("Only this vault; may stand many times.", valueName: "id"))
        var vault: [String] = []

        private struct Report: Encodable {
            struct Failure: Encodable { let error, vault: String }
            let failures: [Failure]?
            let vaults: [VaultCopying.Outcome]
        }

        func run() async throws {
            // Who takes this for a backup must not be told that all went well.
            guard try !place.address().isSame(as: StoreAddress(to)) else {
                throw ValidationError("--store and --to name the same store")
            }
            let target = try await StoreAddress(to).open()
            let source = try await place.address().open()
            let copying = VaultCopying(from: source, to: target)
            var outcomes: [VaultCopying.Outcome] = []
            var failures: [(vault: VaultID, failure: CommandFailure, code: String)] = []
            // One person's damaged vault keeps nobody else's from being copied; a store that fails ends the work.
            func copy(_ id: VaultID) async throws {
                let outcome: VaultCopying.Outcome
                do {
                    outcome = try await copying.copy(id)
                } catch let error as VaultError
                    where [.damaged, .forked, .conflict, .notFound, .newerVersion].contains(error.code)
                {
                    let failure = CommandFailure(error)
                    let words = failure.message
                    let named = error.object == "vault \(id)"
                    Console.report(
                        CommandFailure(
                            failure.exitCode, vi: named ? words.vi : "kho \(id): \(words.vi)",
                            en: named ? words.en : "vault \(id): \(words.en)",
                            hint: failure.hint))
                    failures.append((id, failure, error.code.rawValue))
                    return
                }
                if place.common.json {
                    outcomes.append(outcome)
                } else {
                    Console.print(
                        "\(outcome.vault)  \(outcome.entries) entries, \(outcome.contents) contents, \(outcome.copiedOctets) octets copied"
                    )
                }
            }
            let wanted = try vault.map { text in
                guard let id = VaultID(text) else { throw ValidationError("--vault takes 64 hexadecimal digits") }
                return id
            }
            for id in wanted { try await copy(id) }
            var last: VaultID?
            while vault.isEmpty {
                let page = try await source.vaults(after: last, limit: 256)
                for listing in page { try await copy(listing.id) }
                guard let end = page.last else { break }
                last = end.id
            }
            if place.common.json {
                let named = failures.map { Report.Failure(error: $0.code, vault: $0.vault.description) }
                Console.write(
                    try CanonicalJSON.encode(Report(failures: named.isEmpty ? nil : named, vaults: outcomes)))
            }
            if let first = failures.first { throw ExitCode(first.failure.exitCode.rawValue) }
        }
    }
}
