// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DocumentVault
import DossierCore
import DossierKit
import Foundation
import OnceOnly

struct VaultAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Cất giấy tờ vào kho và nói ai đã ký. / Store a document and say who signed it.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var options: VaultOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var time: TimeOption

    @OptionGroup var stored: StoreOptions

    @Option(help: "Code of the document type; `other` always exists.")
    var type: String

    @Argument(help: "The files to store; several go in together, which is much faster.")
    var files: [String]

    func run() async throws {
        try await stored.store(
            files, as: type, common: common, in: options, trust: trust, at: try time.instant(), superseding: [])
    }
}
