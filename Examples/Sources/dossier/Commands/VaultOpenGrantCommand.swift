// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DocumentVault
import DossierCore
import DossierKit
import Foundation

struct VaultOpenGrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open-grant",
        abstract:
            "Cơ quan nhận mở giấy tờ được đồng ý cho đọc; lần đọc được ghi nhật ký trước. / Open granted documents, logged first."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var time: TimeOption
    @OptionGroup var trust: TrustOptions
    @OptionGroup var release: ReleaseServiceOptions
    @Option(help: ArgumentHelp("Store of the vault: sqlite:PATH or postgres://HOST/DATABASE?…", valueName: "url"))
    var store: String
    @Option(name: .customLong("package"), help: ArgumentHelp("The recipient's package.", valueName: "file"))
    var packageFile: String
    @Option(help: ArgumentHelp("The release service's escrow, when it was not given before.", valueName: "file"))
    var escrow: String?
    @Option(
        name: .customLong("grant-revocation"),
        help: ArgumentHelp("A revocation that the release service is given first.", valueName: "file"))
    var revocation: [String] = []
    @Option(help: ArgumentHelp("Signed card of the recipient.", valueName: "file"))
    var recipient: String
    @Option(help: ArgumentHelp("Private keys of the recipient's card.", valueName: "file"))
    var key: String
    @Option(help: "Who asks, as the agency names its staff.")
    var official: String
    @Option(help: "Folder for the documents; made when it does not exist.")
    var output: String
    @Flag(help: "Overwrite what is there.")
    var force = false

    private struct Row: Encodable {
        let document, version, type, sha256: String, output: String?, fields: [String: String], copy: GrantedCopy
    }

    func run() async throws {
        let instant = try time.instant()
        do {
            let options = try VaultOptions.parse(["--store", store])
            let granted = try handed(
                packageFile, limit: 4 << 20, is: Phrase(vi: "gói quyền đọc", en: "a grant's package")
            ) { try GrantPackage(parsing: $0) }
            // Before anything is counted: a use that nothing was written of is lost.
            try prepare(granted)
            let agency = try CardFile(path: recipient).validated(as: .recipient, trust, in: [], at: instant)
            let service = try release.service(trust, at: instant)
            let keys = try cardKeys(from: key)
            if let escrow {
                let kept = try handed(escrow, limit: 1 << 20, is: Phrase(vi: "phần gửi giữ", en: "an escrow")) {
                    try GrantEscrow(parsing: $0)
                }
                try await service.register(kept, at: instant)
            }
            for path in revocation {
                let end = try handed(path, limit: 65_536, is: Phrase(vi: "lời rút lại", en: "a revocation")) {
                    try GrantRevocation(parsing: $0)
                }
                // One that comes before its grant holds when the grant comes.
                if end.grant == granted.grant.digest {
                    try await service.revoke(end, of: granted.grant, at: instant)
                } else {
                    try await service.revoke(end, at: instant)
                }
            }
            let store = try await options.openStore()
            try await checkContents(of: granted, in: store)
            let request = try granted.request(by: keys, official: official, at: instant)
            let answer =
                granted.grant.isUnattended ? nil : try await service.release(request, to: agency, at: instant)
            let items = try granted.open(with: answer, for: request, by: keys)
            try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
            var rows: [Row] = []
            for item in items {
                let place = place(of: item.item, in: granted)
                let path = item.item.isFieldsOnly ? nil : place
                if let path {
                    let content = try item.content(in: store)
                    try await OutputFile.write(to: path) { handle in
                        try await content.write(toFileDescriptor: handle.fileDescriptor)
                    }
                }
                let copy = try GrantedCopy(of: item.item, in: granted, answer, official: official, at: instant)
                let particulars = Data(try CanonicalJSON.encode(copy))
                try await OutputFile.write(to: place + ".copy.json") { handle in
                    try handle.write(contentsOf: particulars)
                }
                rows.append(
                    Row(
                        document: item.item.document.description, version: item.item.version.description,
                        type: item.item.type, sha256: item.item.sha256.description, output: path,
                        fields: Dictionary(item.fields.map { ($0.name, $0.value) }) { first, _ in first }, copy: copy))
            }
            if common.json {
                Console.write(try CanonicalJSON.encode(["items": rows]))
            } else {
                for row in rows { Console.print("\(row.document)  \(row.type)  \(row.output ?? "")") }
            }
        } catch {
            throw CommandFailure(granting: error)
        }
    }
}

extension VaultOpenGrantCommand {
    /// Where an item goes: by its document, and by its version too where a grant gives several of one document.
    private func place(of item: GrantItem, in package: GrantPackage) -> String {
        let isAlone = package.grant.items.count { $0.document == item.document } == 1
        return "\(output)/\(item.document)" + (isAlone ? "" : "-\(item.version)")
    }

    /// Looks whether the documents are still there: no use is to be spent on one that its owner has erased, and its absence is
    /// no damage that a recipient could have repaired.
    private func checkContents(of package: GrantPackage, in store: any VaultStore) async throws {
        for item in package.grant.items where !item.isFieldsOnly {
            guard try await store.contentSize(item.content, of: package.grant.vault) == nil else { continue }
            throw CommandFailure(
                .noInput, vi: "\(item.document): giấy tờ không còn trong nơi lưu trữ",
                en: "\(item.document): the document is no longer in the store",
                hint: Phrase(
                    vi: "có thể chủ kho đã xóa; hãy hỏi chủ kho", en: "its owner may have erased it; ask the owner"))
        }
    }

    /// Looks whether what is to be written can be.
    private func prepare(_ package: GrantPackage) throws {
        // A file has no slash behind its name: with one it would be passed over for the folder above.
        func bare(_ path: String) -> String { path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path }
        var nearest = bare(URL(filePath: output).absoluteURL.standardizedFileURL.path(percentEncoded: false))
        var isFolder: ObjCBool = false
        while !FileManager.default.fileExists(atPath: nearest, isDirectory: &isFolder), nearest != "/" {
            nearest = bare(String(nearest[...(nearest.lastIndex(of: "/") ?? nearest.startIndex)]))
        }
        guard isFolder.boolValue, access(nearest, W_OK) == 0 else {
            throw CommandFailure(
                .cannotCreate, vi: "không tạo được thư mục \(output)", en: "the folder \(output) cannot be made")
        }
        guard FileManager.default.fileExists(atPath: output) else { return }
        for item in package.grant.items {
            let path = place(of: item, in: package)
            for path in (item.isFieldsOnly ? [] : [path]) + [path + ".copy.json"] {
                try OutputFile.check(path, inputs: [packageFile, recipient, key], force: force)
            }
        }
    }
}

struct VaultLogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Xem và kiểm tra nhật ký ai đã đọc giấy tờ. / Who read what, when, why, under which consent.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var options: VaultOptions
    @OptionGroup var time: TimeOption
    @OptionGroup var trust: TrustOptions
    @OptionGroup var release: ReleaseServiceOptions
    @OptionGroup var witness: WitnessOptions

    private struct Row: Encodable {
        let place: Int64, kind, time, agency, official, procedure, dossier, purpose, reason, grant: String?
        let documents: [String], count: Int64, visibleFrom: Instant?

        init(_ line: AccessHistory.Line) {
            place = line.place
            kind = line.record?.kind.rawValue
            time = line.record?.time.description
            agency = line.record?.agency
            official = line.record?.official
            procedure = line.record?.procedure
            dossier = line.record?.dossier
            purpose = line.record?.purpose
            reason = line.record?.reason
            grant = line.consent?.id.description
            documents = line.record?.items.map(\.document.description) ?? []
            count = line.record?.count ?? 1
            visibleFrom = line.visibleFrom
        }
    }

    private struct Report: Encodable {
        let size: Int64, root: String, standing: String, entries: [Row]
    }

    func run() async throws {
        let instant = try time.instant()
        do {
            let service = try release.service(trust, at: instant)
            let vault = try await options.open()
            let (checkpoint, entries) = try await service.log.history(of: vault.id, at: instant)
            let key = service.card.card.verification
            let history = try AccessHistory(
                entries, checkpoint, signedBy: key, since: try await vault.accessLogAnchor(of: key),
                cosignatures: try await witness.cosignatures(of: checkpoint, in: service.log),
                trusting: try witness.trusted(), at: instant)
            let standing = if case .witnessed = history.standing { "witnessed" } else { "unwitnessed" }
            let rows = history.lines(with: try await vault.grants()).map(Row.init)
            if common.json {
                Console.write(
                    try CanonicalJSON.encode(
                        Report(
                            size: checkpoint.size, root: checkpoint.root.description, standing: standing,
                            entries: rows)))
            } else {
                for row in rows {
                    // One line each, whatever an agency calls its staff.
                    Console.print(
                        DisplayText.harmless(
                            "\(row.place)  \(row.time ?? "–")  \(row.kind ?? "withheld")  \(row.agency ?? "")  \(row.official ?? "")  \(row.dossier ?? "")  \(row.reason ?? "")"
                        ))
                }
                Console.say(history.standing.phrase)
            }
            // Shown first: who may only read is to know as well.
            do {
                try await vault.anchor(history, signedBy: service.card.card.verification, at: instant)
            } catch {
                guard error.code == .notPermitted else { throw error }
                Console.warn(
                    Phrase(
                        vi: "chìa này không được ghi đầu nhật ký vào kho; hãy xem lại bằng mật khẩu hoặc mã khôi phục",
                        en:
                            "this key may not write the log's head into the vault; look again with the passphrase or the code"
                    ))
                return
            }
            try await options.keepAnchor(of: vault)
        } catch {
            throw CommandFailure(granting: error)
        }
    }
}
