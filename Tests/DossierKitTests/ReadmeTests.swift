// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import DossierCore
import DossierKit
import Foundation
import OnceOnly
import TestPKI
import TestSupport
import Testing
import VaultTesting

@Suite struct `The example of README.md` {
    @Test func `it runs with the import of DossierKit alone`() async throws {
        let bench = try Bench.shared.get()
        let store = InMemoryVaultStore()
        let vault = try await Vault.create(
            name: "Kho", in: store, unlocking: [.passphrase(Passphrase("một câu mật khẩu"))], at: Bench.now)
        let types = try DocumentTypeCatalogue.builtIn()
        let day = Bench.now.date(atOffset: vietnamOffset)
        let procedure = try #require(try ProcedureCatalogue.builtIn(types: types).procedure("1.004222", on: day))
        let form = Attachment(
            name: "to-khai.pdf", type: "declaration-form", source: try Bench.sample("ct01-declaration.pdf"))
        let result = try await ReadmeExample.handIn(
            form, by: bench.signer("citizen"), trusting: bench.infrastructure.trust, with: bench.material,
            keeping: vault,
            types, for: Applicant(id: "001099000001"), procedure, at: Bench.now)
        #expect(result.report.report?.indication == .totalPassed)
        #expect(result.sealed.manifest.attachments.map(\.name) == ["to-khai.pdf"])
        #expect(!result.plan.gaps.isEmpty)
        let file = try String(
            contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "ReadmeExample.swift"), encoding: .utf8)
        let imports = file.split(separator: "\n").filter { $0.hasPrefix("import ") }
        #expect(imports == ["import DossierKit"])
    }

    @Test func `README.md shows exactly the code that is compiled here`() throws {
        let here = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "ReadmeExample.swift")
        let readme = Corpora.packageRoot.appending(path: "README.md")
        guard FileManager.default.fileExists(atPath: readme.path()) else {
            print("skipped: the example of README.md: there is no README.md")
            return
        }
        let compiled = try lines(of: here, from: "// README-BEGIN", to: "// README-END")
        let shown = try lines(of: readme, from: "```swift", to: "```")
        #expect(compiled.count > 8)
        #expect(shown == compiled)
    }

    /// The lines between the first two marks, without the indentation that they share.
    private func lines(of file: URL, from begin: String, to end: String) throws -> [String] {
        let all = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
        let first = try #require(all.firstIndex { $0.trimmingCharacters(in: .whitespaces) == begin })
        let last = try #require(all[(first + 1)...].firstIndex { $0.trimmingCharacters(in: .whitespaces) == end })
        let region = all[(first + 1)..<last]
        let indentation = region.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        return region.map { String($0.dropFirst(indentation)) }
    }
}
