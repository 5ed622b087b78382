// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DocumentVault
import DossierCore
import DossierKit

/// Whether a vault is read as it was before the first entry that does not hold.
struct BeforeDamageOption: ParsableArguments {
    @Flag(
        help:
            "When an entry of the journal does not hold: the vault as it was before it, with a warning and exit code 74."
    )
    var beforeDamage = false

    /// Opens the vault, to be read.
    func open(_ options: VaultOptions) async throws -> Vault {
        try await options.open(beforeDamage: beforeDamage)
    }

    /// Says what was left out, at the end of a command that did its work.
    ///
    /// - Throws: 74 when something was.
    func conclude(_ vault: Vault) async throws {
        guard let end = vault.endsBefore else { return }
        let writer = await name(of: end.writer, in: vault)
        Console.warn(
            Phrase(
                vi:
                    "kho ĐƯỢC ĐỌC NHƯ TRƯỚC mục \(end.sequence) của nhật ký: mục này không dùng được, \(writer.vi); bỏ qua các mục từ \(end.sequence) đến \(end.last). So với mốc neo: \(vault.freshness.phrase.vi). Kho này không ghi được nữa: hãy xuất ra (`dossier vault export --before-damage`), nhập vào nơi lưu trữ khác (`dossier vault import`) rồi gỡ thiết bị đó (`dossier vault slots remove`)",
                en:
                    "the vault was read AS IT WAS BEFORE entry \(end.sequence) of its journal, which does not hold (\(end.fault.detail)), \(writer.en); entries \(end.sequence) to \(end.last) were left out. Against the anchor: \(vault.freshness.phrase.en). The vault takes no change here any more: export it (`dossier vault export --before-damage`), import that into another store (`dossier vault import`), and remove that device there (`dossier vault slots remove`)"
            ))
        throw ExitCode(ExitStatus.inputOutput.rawValue)
    }

    private func name(of writer: WriterID?, in vault: Vault) async -> Phrase {
        guard let writer else {
            return Phrase(
                vi: "không có chữ ký hợp lệ của người ghi nào: có thể do nơi lưu trữ",
                en: "no writer's signature holds: the store may have made or changed it")
        }
        guard writer != .owner else { return Phrase(vi: "do khóa của chủ kho ký", en: "signed by the owner's key") }
        guard let slot = await vault.slots().first(where: { $0.writer == writer }) else {
            return Phrase(vi: "do người ghi \(writer) ký", en: "signed by writer \(writer)")
        }
        let label = slot.label.isEmpty ? "" : " “\(DisplayText.harmless(slot.label))”"
        return Phrase(
            vi: "do khóa \(slot.id) (\(slot.kind.rawValue)\(label)) ký",
            en: "signed by the keys of slot \(slot.id) (\(slot.kind.rawValue)\(label))")
    }
}

/// What a result in JSON says of it.
struct LeftOut: Encodable {
    let entry: Int64
    let error: String
    let freshness: String
    let last: Int64
    /// Absent when no writer's signature holds.
    let writer: String?

    /// `nil` for a vault all of whose entries hold.
    init?(_ vault: Vault) {
        guard let end = vault.endsBefore else { return nil }
        (entry, error, last) = (end.sequence, end.fault.code.rawValue, end.last)
        (freshness, writer) = (vault.freshness.rawValue, end.writer?.description)
    }
}
