// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// Exit codes and messages of `docs`: wrong usage, wrong files, wrong secrets.
@Suite("Exit codes of dossier")
struct ExitCodeTests {
    private let bench: Bench
    private let form = Bench.sample("pdfs/host-consent.pdf")

    init() throws { bench = try Bench() }

    private func status(_ arguments: String...) throws -> Int32 { try DossierTool.run(arguments).status }

    @Test func `an empty file, a picture and an unsigned PDF carry no signature: 3`() throws {
        let empty = try bench.write([], "empty")
        for file in [empty, form, Bench.sample("dossiers/photo.jpg"), Bench.sample("dossiers/ct01.xml")] {
            let outcome = try bench.verify(file)
            #expect(outcome.status == 3, "\(file)")
            #expect(outcome.files.first?["indication"] is NSNull)
        }
        let png: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]
        #expect(try bench.verify(bench.write(png, "picture.png")).status == 3)
        #expect(try bench.verify(bench.sign(form, as: "signed.pdf")).status == 0)
    }

    @Test func `a device is 65, a missing file 66, with an error in its own object`() throws {
        let device = try bench.verify("/dev/null")
        #expect(device.status == 65)
        #expect((device.files.first?["error"] as? [String: String])?["en"]?.isEmpty == false)
        #expect(try bench.verify(bench.path("none.pdf")).status == 66)
        let signed = try bench.sign(form, as: "signed.pdf")
        let batch = try bench.verify(bench.path("none.pdf"), signed, "/dev/null")
        #expect(batch.status == 66, "the first failing file decides")
        #expect(batch.files.count == 3)
        #expect(batch.files[1]["indication"] as? String == "TOTAL-PASSED", "the others are still judged")
    }

    @Test func `over all files the worst verdict wins`() throws {
        let good = try bench.sign(form, as: "good.pdf")
        var bytes = try bench.read("good.pdf")
        bytes[200] ^= 1
        let bad = try bench.write(bytes, "bad.pdf")
        #expect(try bench.verify(good, form).status == 3)
        #expect(try bench.verify(good, form, options: ["--revocation", "off"]).status == 2)
        #expect(try bench.verify(good, form, bad).status == 1)
    }

    @Test func `a certificate of no bytes, of random bytes or of another kind is 65`() throws {
        for bytes: [UInt8] in [[], [0x30], [0x30, 0x80], Array(repeating: 0x41, count: 5000)] {
            let file = try bench.write(bytes, "broken.crt")
            let outcome = try DossierTool.run(["certificate", "--json"] + Bench.trust() + [file])
            #expect(outcome.status == 65, "\(bytes.prefix(4))")
            #expect(outcome.output.isEmpty)
            #expect(try status("verify", "--trust", file, form) == 65, "as a trust anchor")
        }
        let good = try DossierTool.run(["certificate", "--json"] + Bench.trust() + [Bench.shared("pki/citizen.crt")])
        #expect(good.status == 0)
        #expect(good.json["indication"] as? String == "PASSED")
    }

    @Test func `random bytes under any name never trap`() throws {
        var random = SystemRandomNumberGenerator()
        var files: [String] = []
        for index in 0..<60 {
            let bytes = (0..<Int.random(in: 0...3000, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let heads: [[UInt8]] = [
                [], Array("%PDF-1.7\n".utf8), [0x30, 0x82, 1, 0, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 2],
            ]
            files.append(try bench.write(heads[index % 3] + bytes, "random-\(index)"))
        }
        let outcome = try DossierTool.run(["verify", "--json"] + Bench.trust() + files)
        #expect(outcome.status == 65, "the first that is not what it begins like")
        #expect(outcome.files.count == 60)
        for (index, file) in outcome.files.enumerated() where index % 3 == 0 {
            #expect(file["indication"] is NSNull, "bytes of no format carry no signature")
        }
        for file in files.prefix(6) {
            #expect([3, 65].contains(try bench.verify(file).status))
            let certificate = try status("certificate", file)
            #expect(certificate == 65)
        }
    }

    @Test func `a signed PDF cut at 200 places is never valid and never a trap`() throws {
        let signed = try bench.sign(Bench.sample("pdfs/lawful-home-proof.pdf"), as: "signed.pdf")
        let bytes = try bench.read("signed.pdf")
        let files = try (0..<200).map { index in
            // Most of the cuts through the whole file, the last twenty at its very end.
            let length = index < 180 ? bytes.count * index / 180 : bytes.count - (200 - index)
            return try bench.write(Array(bytes.prefix(length)), "cut-\(index).pdf")
        }
        let outcome = try DossierTool.run(["verify", "--json"] + Bench.trust() + files)
        #expect(outcome.files.count == 200)
        for file in outcome.files { #expect(file["indication"] as? String != "TOTAL-PASSED", "\(file["path"] ?? "")") }
        for index in stride(from: 0, to: 200, by: 20) {
            let status = try bench.verify(files[index]).status
            #expect([1, 2, 3, 65].contains(status), "cut \(index): \(status)")
        }
        #expect(try bench.verify(signed).status == 0)
    }

    @Test func `wrong usage is 64 in the voice of the tool`() throws {
        let key = Bench.key("citizen")
        let cases: [[String]] = [
            ["verify"], ["verify", "--no-such-option", form], ["no-such-command"],
            ["verify", "--at", "nonsense", form], ["verify", "--at", "2026-11-21T02:30:22", form],
            ["verify", "--revocation", "perhaps", form], ["verify", "--language", "fr", form],
            ["verify", "--detached", form, form, form], ["certificate", "--purpose", "nothing", form],
            ["sign", "--output", bench.path("x"), form], ["sign"] + key + [form],
            ["sign"] + key + ["--format", "wordperfect", "--output", bench.path("x"), form],
            ["sign"] + key + ["--level", "b-lta", "--output", bench.path("x"), form],
            ["sign"] + key + ["--algorithm", "rot13", "--output", bench.path("x"), form],
            ["sign"] + key + ["--digest", "md5", "--output", bench.path("x"), form],
            ["sign"] + key + ["--at", "2020-01-01T00:00:00Z", "--output", bench.path("x"), form],
            ["sign"] + key + ["--passphrase-env", "HOME", "--output", bench.path("x"), form],
            ["vault", "list", "--store", "tape:1", "--vault", String(repeating: "0", count: 64)],
            ["vault", "add", "--store", "sqlite:\(bench.path("none"))", "--vault", "zz", "--type", "other", form],
            ["vault", "get", "--store", "sqlite:x", "--output", bench.path("x"), "zz"],
            ["plan", "--store", "sqlite:x"], ["plan", "--all", "--on", "32.13.2026", "--store", "sqlite:x"],
            ["testpki", "init", bench.path("x"), "--profile", "elsewhere"],
        ]
        for arguments in cases {
            let outcome = try DossierTool.run(arguments)
            #expect(outcome.status == 64, "\(arguments): \(outcome.status) \(outcome.errors)")
            checkVoice(outcome, "\(arguments)")
        }
        #expect(bench.names.isEmpty)
    }

    @Test func `help and version are no errors`() throws {
        for arguments in [["--help"], ["--version"], ["verify", "--help"], ["vault"], ["help", "sign"]] {
            let outcome = try DossierTool.run(arguments)
            #expect(outcome.status == 0, "\(arguments)")
            #expect(outcome.errors.isEmpty && !outcome.output.isEmpty)
        }
    }

    @Test func `a policy that does not exist or cannot be read is 78`() throws {
        let signed = try bench.sign(form, as: "signed.pdf")
        #expect(try bench.verify(signed, options: ["--policy", "nowhere-1999"]).status == 78)
        let file = try bench.write(Array("{}".utf8), "policy.json")
        #expect(try bench.verify(signed, options: ["--policy", file]).status == 78)
        #expect(try bench.verify(signed, options: ["--policy", bench.path("none.json")]).status == 66)
        // One's own under the name of a shipped one would pass for it in every report.
        let shipped = DossierTool.root.appending(path: "Sources/SignatureValidation/Data/vietnam-2026.json")
        let text = try String(contentsOf: shipped, encoding: .utf8)
        for (from, to, status) in [
            ("", "", Int32(0)), ("\"fail\"", "\"ignore\"", 78), ("\"id\": \"vietnam-2026\"", "\"id\": \"own\"", 0),
        ] {
            let bent = from.isEmpty ? text : text.replacing(from, with: to)
            #expect(from.isEmpty || bent != text)
            let path = try bench.write(Array(bent.utf8), "bent.json")
            #expect(try bench.verify(signed, options: ["--policy", path]).status == status, "\(from)")
        }
        #expect(try bench.verify(signed, options: ["--policy", "etsi-2026"]).status == 0)
    }

    @Test func `a wrong passphrase, and none without a terminal, is 77 and writes nothing`() throws {
        let key = ["--key", Bench.shared("pki/citizen.p12")]
        let cases: [[String]] = [
            ["--passphrase-file", Bench.shared("wrong-passphrase")], ["--passphrase-env", "NOT_THERE"], [],
        ]
        for options in cases {
            let sign = ["sign"] + Bench.trust() + key + options
            for files in [[form], [form, Bench.sample("dossiers/ct01.xml")]] {
                let outcome = try DossierTool.run(sign + ["--output", bench.path("out")] + files)
                #expect(outcome.status == 77, "\(options): \(outcome.errors)")
                checkVoice(outcome, "\(options)")
            }
            #expect(bench.names.isEmpty)
        }
        let outcome = try DossierTool.run(
            ["sign"] + Bench.trust() + key + ["--passphrase-env", "SECRET", "--output", bench.path("out.pdf"), form],
            environment: ["SECRET": "test"])
        #expect(outcome.status == 0)
        // As it comes out of a file.
        let ended = try DossierTool.run(
            ["sign"] + Bench.trust() + key
                + ["--passphrase-env", "SECRET", "--force", "--output", bench.path("out.pdf"), form],
            environment: ["SECRET": "test\r\n"])
        #expect(ended.status == 0)
    }

    @Test func `no message repeats the passphrase`() throws {
        let secret = "s3cr3t-that-must-not-show"
        let outcome = try DossierTool.run(
            ["sign"] + Bench.trust() + ["--key", Bench.shared("pki/citizen.p12"), "--passphrase-env", "SECRET"]
                + ["--output", bench.path("out.pdf"), form], environment: ["SECRET": secret])
        #expect(outcome.status == 77)
        #expect(!(outcome.errors + outcome.output).contains(secret))
    }

    @Test func `messages come in the language asked for, else in the locale's, else in Vietnamese`() throws {
        func message(_ options: [String], _ environment: [String: String]) throws -> String {
            try DossierTool.run(["verify"] + options + [bench.path("none")], environment: environment).errors
        }
        let english = "dossier: error: \(bench.path("none")): no such file\n"
        let vietnamese = "dossier: error: \(bench.path("none")): không có tệp này\n"
        #expect(try message(["--language", "en"], ["LANG": "vi_VN.UTF-8"]) == english)
        #expect(try message(["--language", "vi"], ["LANG": "en_US.UTF-8"]) == vietnamese)
        #expect(try message([], ["LANG": "en_GB.UTF-8"]) == english)
        #expect(try message([], ["LANG": "vi_VN.UTF-8"]) == vietnamese)
        #expect(try message([], [:]) == vietnamese)
        #expect(
            try message(["--language=en", "--nonsense"], [:]).hasPrefix("dossier: error: unknown option '--nonsense'"))
    }

    private func checkVoice(_ outcome: DossierTool.Outcome, _ comment: String) {
        let messages = outcome.messages
        #expect(messages.first?.hasPrefix("dossier: error: ") == true, "\(comment): \(outcome.errors)")
        for message in messages {
            #expect(
                message.hasPrefix("dossier: error: ") || message.hasPrefix("dossier: hint: "), "\(comment): \(message)")
            let text = message.drop { $0 != ":" }.dropFirst(2).drop { $0 != ":" }.dropFirst(2)
            #expect(text.first?.isUppercase == false && text.last != ".", "\(comment): \(message)")
        }
        #expect(outcome.output.isEmpty, "\(comment)")
    }

    @Test func `an empty variable of the locale is as if it were not there`() throws {
        let english = try DossierTool.run(["verify", "none"], environment: ["LC_ALL": "", "LANG": "en_US.UTF-8"])
        #expect(english.errors.contains("no such file"))
        let vietnamese = try DossierTool.run(["verify", "none"], environment: ["LC_ALL": "C", "LANG": "en_US.UTF-8"])
        #expect(vietnamese.errors.contains("không có tệp này"))
    }

    @Test func `refusals of signatures and policies begin in the language asked for, details follow in brackets`()
        throws
    {
        let signed = try bench.sign(form, as: "signed.pdf")
        let token = bench.path("token")
        let prepared = try DossierTool.run(
            ["prepare"] + Bench.trust() + ["--certificate", Bench.shared("pki/citizen.crt"), "--output", token, form])
        #expect(prepared.status == 0, "\(prepared.errors)")
        let value = try bench.write(Array("no signature value".utf8), "value")
        let output = ["--output", bench.path("out")]
        let extend = ["extend", "--level", "b-t", "--tsa", "http://127.0.0.1:1/"] + Bench.trust() + output
        let cases: [(arguments: [String], status: Int32, vi: String, en: String)] = [
            (
                ["verify", "--policy", "nowhere-1999", signed], 78, "chính sách không có hoặc không đọc được (",
                "the policy does not exist or cannot be read ("
            ),
            (
                extend + [form], 65, "không nâng mức hay thêm chữ ký cho tệp này được (tệp không có chữ ký nào)",
                "the signatures of this file cannot be raised or added to (there is no signature)"
            ),
            (
                ["complete", "--token", token, "--signature", value] + Bench.trust() + output, 65,
                "giá trị chữ ký không khớp với chứng thư của người ký và dữ liệu cần ký (",
                "the signature value does not fit the signer's certificate and what was to be signed ("
            ),
        ]
        for (arguments, status, vi, en) in cases {
            for (language, text) in [("vi", vi), ("en", en)] {
                let outcome = try DossierTool.run(arguments + ["--language", language])
                #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
                #expect(outcome.errors.contains(text), "\(language): \(outcome.errors)")
                #expect(outcome.errors.contains(language == "vi" ? en : vi) == false)
                checkVoice(outcome, "\(arguments)")
            }
        }
        #expect(!bench.exists("out"))
        #expect(try bench.verify(signed, options: ["--policy", "vietnam-2026"]).status == 0)
    }

    @Test func `what the parser and the formats say has no English in Vietnamese`() throws {
        let bad = try bench.write(Array("%PDF-1.7\nnothing".utf8), "bad.pdf")
        let truncated = try bench.write([0x30, 0x82, 0x01, 0x00, 0x06, 0x09], "bad.p7s")
        let runs = [
            ["verify", "--bogus"], ["verify", "--at"], ["verify", "--at", "soon", bad], ["bogus"], ["sign", bad],
            ["sign", "--certify", "x", "--key", "k", "--output", "o", bad], ["verify", "--json", "--json-lines", bad],
            ["verify", "--trust-signer", "zz", bad], ["certificate"], ["certificate", bad], ["inspect", bad],
            ["verify", bad], ["verify", "--detached", bad, truncated], ["plan", "--on", "x"],
            ["verify", "--trust", bad, bad],
            ["procedures", "lint", bad], ["procedures", "show"], ["verify", "--from-evidence", bad, bad],
        ]
        let english: Set = [
            "unknown", "option", "missing", "expected", "value", "invalid", "takes", "found", "bytes", "not", "the",
            "no", "of",
            "is", "a", "an", "or", "and", "with", "at",
        ]
        for arguments in runs {
            let outcome = try DossierTool.run(arguments + ["--language", "vi"])
            #expect(outcome.status >= 64 && outcome.status <= 78, "\(arguments)")
            // Options, names in quotes and places are the same in every language.
            let message = outcome.messages.first?.replacing(/`[^`]*`|'[^']*'|--[a-z-]+|\/[^ ]*|<[^>]*>/, with: "") ?? ""
            let words = message.dropFirst("dossier: error: ".count).split { !$0.isLetter }.map { $0.lowercased() }
            #expect(!words.isEmpty && english.isDisjoint(with: words), "\(arguments): \(message)")
        }
    }
}
