// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DocumentVault
import DossierCore
import DossierKit

struct VaultLeaksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leaks",
        abstract: "Những gì nơi lưu trữ biết được mà không cần khóa. / What the store can tell without any key.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var options: VaultOptions

    func run() async throws {
        let report = try await LeakReport(of: options.vaultID(), in: options.openStore())
        if common.json {
            Console.write(try CanonicalJSON.encode(report))
        } else {
            Console.print(
                "\(report.entries) entries, \(report.documentVersions) document versions, epoch \(report.epoch)")
            Console.print(
                "\(report.contents) contents, \(report.contentOctets) octets, \(report.contentSizes.count) different sizes"
            )
            for (kind, count) in report.slots.sorted(by: { $0.key < $1.key }) { Console.print("\(count) × \(kind)") }
        }
    }
}
