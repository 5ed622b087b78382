// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// Keys, erasure, exports and deposits through the tool.
@Suite("Keys, erasure, exports and deposits with dossier (docs/formats/vault-v1.md)")
struct VaultKeysTests {
    private let bench: Bench
    private let vault: String

    init() throws {
        bench = try Bench()
        let outcome = try DossierTool.run([
            "vault", "create", "--json", "--store", "sqlite:\(bench.path("store"))", "--passphrase-file",
            Bench.shared("vault-passphrase"), "--recovery-code-file", bench.path("code"), "--anchor",
            bench.path("anchor"),
        ])
        guard outcome.status == 0, let id = outcome.json["vault"] as? String else { throw Bench.Unexpected(outcome) }
        vault = id
    }

    private func run(
        _ command: [String], _ arguments: [String] = [], store: String = "store", secret: [String]? = nil
    ) throws -> DossierTool.Outcome {
        let secret = secret ?? ["--passphrase-file", Bench.shared("vault-passphrase")]
        return try DossierTool.run(
            ["vault"] + command + ["--json", "--store", "sqlite:\(bench.path(store))", "--vault", vault] + secret
                + arguments)
    }

    private func add(_ bytes: [UInt8], _ name: String) throws -> String {
        let outcome = try run(["add"], ["--type", "other", "--anchor", bench.path("anchor"), bench.write(bytes, name)])
        guard outcome.status == 0, let id = outcome.json["id"] as? String else { throw Bench.Unexpected(outcome) }
        return id
    }

    private func get(_ id: String, secret: [String]? = nil, store: String = "store") throws -> [UInt8]? {
        let name = UUID().uuidString
        let outcome = try run(["get"], ["--output", bench.path(name), id], store: store, secret: secret)
        return outcome.status == 0 ? try bench.read(name) : nil
    }

    @Test func `slots are added, listed, changed and removed, and open as long as they are there`() throws {
        let id = try add([1, 2, 3], "a")
        let other = try bench.write(Array("mật khẩu thứ hai\n".utf8), "second")
        let added = try run(["slots", "add"], ["--new-passphrase-file", other, "--label", "máy ở nhà"])
        #expect(added.status == 0)
        let slots = try #require(added.json["slots"] as? [[String: Any]])
        #expect(slots.count == 3 && slots.count { $0["own"] as? Bool == true } == 1)
        let slot = try #require(slots.first { $0["label"] as? String == "máy ở nhà" }?["id"] as? String)
        #expect(try get(id, secret: ["--passphrase-file", other]) == [1, 2, 3])

        let third = try bench.write(Array("mật khẩu thứ ba\n".utf8), "third")
        let changed = try run(["slots", "change"], ["--new-passphrase-file", third, slot])
        #expect(changed.status == 0)
        #expect(try run(["list"], secret: ["--passphrase-file", other]).status == 77)
        #expect(try get(id, secret: ["--passphrase-file", third]) == [1, 2, 3])
        let now = try #require(changed.json["slots"] as? [[String: Any]])
        let known = Set(slots.compactMap { $0["id"] as? String })
        let new = try #require(now.compactMap { $0["id"] as? String }.first { !known.contains($0) })
        #expect(try run(["slots", "remove"], [new]).status == 0)
        #expect(try run(["list"], secret: ["--passphrase-file", third]).status == 77)
        #expect(try run(["rotate"]).status == 0)
        #expect(try get(id, secret: ["--recovery-code-file", bench.path("code")]) == [1, 2, 3])
        #expect(try run(["verify"], ["--anchor", bench.path("anchor")]).status == 0)
        #expect(try run(["slots", "remove"], [String(repeating: "0", count: 32)]).status == 66)
        #expect(try run(["slots", "add"]).status == 64)
    }

    @Test func `a device opens with its own keys and may not do what needs the owner`() throws {
        let made = try DossierTool.run(["vault", "slots", "new-device", "--output", bench.path("device")])
        #expect(made.status == 0)
        let card = try bench.write(Array(made.output.utf8), "card")
        #expect(try run(["slots", "add"], ["--device-card", card, "--label", "điện thoại"]).status == 0)
        let device = ["--device-key-file", bench.path("device")]
        let stored = try run(["add"], ["--type", "other", bench.write([7], "a")], secret: device)
        let id = try #require(stored.json["id"] as? String)
        #expect(try get(id) == [7])
        #expect(try get(id, secret: device) == [7])
        #expect(try run(["rotate"], secret: device).status == 77)
        #expect(try run(["erase"], ["--reason", "x", id], secret: device).status == 77)
        #expect(try get(id) == [7])
        let slots = try #require(try run(["slots", "list"]).json["slots"] as? [[String: Any]])
        let slot = try #require(slots.first { $0["kind"] as? String == "device" }?["id"] as? String)
        #expect(try run(["slots", "remove"], [slot]).status == 0)
        #expect(try run(["list"], secret: device).status == 77)
        #expect(try run(["verify"]).status == 0)
    }

    @Test func `a document is superseded, held, and erased with a statement`() throws {
        let large = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        let old = try add(large, "old")
        let replaced = try run(["supersede"], [old, bench.write([2], "new")])
        #expect(replaced.status == 0)
        #expect(try run(["show"], [old]).json["status"] as? String == "superseded")
        #expect(try run(["hold"], ["--ground", "QĐ 1", "--decided-by", "Tòa án thử nghiệm", old]).status == 0)
        #expect(try run(["erase"], ["--reason", "yêu cầu", old]).status == 77)
        #expect(try get(old) == large)
        #expect(try run(["hold"], ["--lift", old]).status == 0)
        let erased = try run(
            ["erase"],
            ["--reason", "yêu cầu", "--remaining", "bản sao lưu=2027-01-01", "--statement", bench.path("st"), old])
        #expect(erased.status == 0 && erased.json["document"] as? String == old)
        #expect(try bench.read("st").count > 150)
        #expect(try get(old) == nil)
        #expect((try run(["list"]).json["documents"] as? [Any])?.count == 1)
        #expect(try run(["verify"]).status == 0)
        let contents = FileManager.default.enumerator(atPath: bench.path("store/contents"))
        #expect(contents?.allObjects.count { "\($0)".count > 70 } == 0, "the sealed file is gone")
        #expect(try run(["sweep"]).json["swept"] as? [String] == [])
        let leaks = try run(["leaks"])
        #expect(leaks.json["documentVersions"] as? Int == 2 && leaks.json["erasedPayloads"] as? Int == 1)
    }

    @Test func `a vault is exported, lost and put back; originals come out as a ZIP file`() throws {
        let id = try add([1, 2, 3], "a")
        #expect(
            try run(["export"], ["--output", bench.path("backup"), "--code-file", bench.path("backup-code")]).status
                == 0)
        let later = try add([4], "b")
        try FileManager.default.removeItem(atPath: bench.path("store"))
        #expect(try run(["list"]).status == 66)
        let code = ["--code-file", bench.path("backup-code")]
        let anchor = ["--anchor", bench.path("anchor"), "--reason", "máy chủ hỏng"]
        #expect(
            try run(["import"], ["--code-file", bench.path("code"), bench.path("backup")], store: "new").status == 77)
        let back = try run(["import"], code + anchor + [bench.path("backup")], store: "new")
        #expect(back.status == 0 && back.json["vault"] as? String == vault)
        #expect(try get(id, store: "new") == [1, 2, 3])
        #expect(try get(later, store: "new") == nil)
        #expect(
            try run(["verify"], ["--anchor", bench.path("anchor")], store: "new").json["freshness"] as? String
                == "anchored")
        #expect(try run(["import"], code + [bench.path("backup")], store: "new").status == 73)
        let bytes = try bench.read("backup")
        let cut = try bench.write(Array(bytes.dropLast()), "cut")
        #expect(try run(["import"], code + [cut], store: "other").status == 74)
        let text = try bench.write([1], "text")
        #expect(try run(["import"], code + [text], store: "other").status == 65)

        #expect(try run(["export"], ["--originals", "--output", bench.path("all.zip")], store: "new").status == 0)
        let unzip = Process()
        unzip.executableURL = URL(filePath: "/usr/bin/env")
        unzip.arguments = [
            "python3", "-c",
            "import sys,zipfile,json; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; m=json.loads(z.read('manifest.json')); assert z.read(m['documents'][0]['file'])==bytes([1,2,3]); assert len(z.namelist())==2",
            bench.path("all.zip"),
        ]
        try unzip.run()
        unzip.waitUntilExit()
        #expect(unzip.terminationStatus == 0)
    }

    @Test func `originals that are damaged are left out when that is asked for, and named`() throws {
        let (good, bad) = (try add([1, 2, 3], "a"), try add([UInt8](repeating: 7, count: 200_000), "b"))
        let folder = bench.path("store/contents")
        let files = try #require(FileManager.default.enumerator(atPath: folder)?.allObjects as? [String])
        let content = try #require(files.first { $0.count > 70 }).description
        try FileManager.default.removeItem(atPath: folder + "/" + content)
        let output = bench.path("all.zip")
        let refused = try run(["export"], ["--originals", "--output", output])
        #expect(refused.status == 74 && refused.errors.contains("--skip-damaged"))
        #expect(!bench.exists("all.zip"))
        #expect(
            try run(["export"], ["--skip-damaged", "--output", output, "--code-file", bench.path("c")]).status == 64)
        let written = try run(["export"], ["--originals", "--skip-damaged", "--output", output])
        #expect(written.status == 74 && written.errors.contains(bad))
        #expect((written.json["damaged"] as? [[String: String]])?.map { $0["id"] } == [bad])
        let check = """
            import sys,zipfile,json; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None
            m=json.loads(z.read('manifest.json')); assert [d['id'] for d in m['documents']]==[sys.argv[2]]
            assert [d['id'] for d in m['damaged']]==[sys.argv[3]]; assert z.read(m['documents'][0]['file'])==bytes([1,2,3])
            """
        let unzip = Process()
        unzip.executableURL = URL(filePath: "/usr/bin/env")
        unzip.arguments = ["python3", "-c", check, output, good, bad]
        try unzip.run()
        unzip.waitUntilExit()
        #expect(unzip.terminationStatus == 0)
    }

    @Test func `an agency leaves a signed result by ticket, and the citizen's inbox judges it`() throws {
        #expect(
            try run(["ticket"], ["--dossier", "H29.1-261121-0001", "--output", bench.path("ticket")]).status == 0)
        let signed = try bench.sign(Bench.sample("pdfs/birth-certificate.pdf"), by: "official", as: "result.pdf")
        let deposit = [
            "vault", "deposit", "--json", "--store", "sqlite:\(bench.path("store"))", "--ticket", bench.path("ticket"),
            "--depositor", "UBND phường Thử Nghiệm",
        ]
        let left = try DossierTool.run(deposit + ["--receipt", bench.path("receipt"), signed])
        #expect(left.status == 0, "\(left.errors)")
        let taken = try run(["inbox"], Bench.trust() + ["--receipt", bench.path("receipt")])
        let documents = try #require(taken.json["documents"] as? [String])
        #expect(documents.count == 1)
        #expect((taken.json["receipts"] as? [String: String])?.values.first == "absorbed")
        let shown = try run(["show"], [documents[0]]).json
        #expect(shown["assurance"] as? String == "signature-verified")
        #expect(shown["dossier"] as? String == "H29.1-261121-0001")
        #expect(try get(documents[0]) == bench.read("result.pdf"))
        // The ticket is spent.
        _ = try DossierTool.run(deposit + [signed])
        #expect((try run(["inbox"], Bench.trust()).json["documents"] as? [String])?.isEmpty == true)
        #expect((try run(["list"]).json["documents"] as? [Any])?.count == 1)
        // A receipt for what the store does not have is said aloud.
        var receipt = String(decoding: try bench.read("receipt"), as: UTF8.self)
        let id = try #require(left.json["deposit"] as? String)
        receipt = receipt.replacingOccurrences(of: id, with: String(id.reversed()))
        let missing = try bench.write(Array(receipt.utf8), "missing")
        #expect(try run(["inbox"], Bench.trust() + ["--receipt", missing]).status == 74)
    }
}
