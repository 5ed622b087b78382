// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// A trust bundle is used under the pin of its signer only (docs/formats/trust-bundle-v1.md).
@Suite("Trust bundles of dossier")
struct TrustBundleTests {
    private let bench: Bench
    private let citizen = Bench.shared("pki/citizen.crt")
    private let material = ["--material", Bench.shared("pki/material")]
    /// SHA-256 of the company's certificate, which signs the bundles here; read from its bytes by another program.
    private let pin: String?

    init() throws {
        bench = try Bench()
        let sum = try DossierTool.run(
            URL(filePath: "/usr/bin/env"), ["sha256sum", Bench.shared("pki/company.crt")])
        pin = sum.status == 0 ? String(sum.output.prefix(64)) : nil
    }

    /// A bundle of the infrastructure's roots, made by the script; `nil` where there is no Python or openssl.
    private func bundle(
        _ name: String = "bundle.json", nextUpdate: String = "2099-01-01T00:00:00Z",
        change: (inout [String: Any]) -> Void = { _ in }
    ) throws -> String? {
        let script = DossierTool.root.appending(path: "Scripts/make-trust-bundle").path()
        let made = try DossierTool.run(
            URL(filePath: "/usr/bin/env"),
            [
                "python3", script, "--id", "test", "--issued", "2020-01-01T00:00:00Z", "--next-update", nextUpdate,
                "--domain", "citizens=public/*", "--domain", "officials=public-duty/*", Bench.shared("pki/trust"),
            ], environment: ["PYTHONIOENCODING": "utf-8"])
        guard made.status == 0 else {
            print("skipped: trust bundles on the command line: no python3 with openssl")
            return nil
        }
        var json = made.json
        change(&json)
        return try bench.write([UInt8](JSONSerialization.data(withJSONObject: json)), name)
    }

    private func sign(_ bundle: String, by subscriber: String = "company") throws {
        let signed = try DossierTool.run(
            ["sign", "--format", "cades", "--force"] + Bench.trust() + Bench.key(subscriber)
                + ["--output", bundle + ".p7s", bundle])
        #expect(signed.status == 0, "\(signed.errors)")
    }

    private func judge(_ options: [String], _ certificate: String? = nil) throws -> DossierTool.Outcome {
        try DossierTool.run(["certificate", "--json"] + material + options + [certificate ?? citizen])
    }

    private func codes(_ outcome: DossierTool.Outcome) -> [String] {
        (outcome.json["findings"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
    }

    @Test func `a bundle counts under its signer's pin and names the domains`() throws {
        guard let path = try bundle(), let pin else { return }
        try sign(path)
        let colons = stride(from: 0, to: 64, by: 2).map { String(pin.dropFirst($0).prefix(2)) }.joined(separator: ":")
        for spelled in [pin, pin.uppercased(), colons.uppercased()] {
            let outcome = try judge(["--trust", path, "--trust-signer", spelled])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.json["trustDomain"] as? String == "citizens")
            #expect(codes(outcome) == ["trust-bundle-remark"])
            #expect(outcome.errors.contains("not compared with the authority's publication"))
        }
        let official = try judge(["--trust", path, "--trust-signer", pin], Bench.shared("pki/official.crt"))
        #expect(official.json["trustDomain"] as? String == "officials")
        let signed = try bench.sign(Bench.sample("pdfs/host-consent.pdf"), as: "signed.pdf")
        let verified = try DossierTool.run(
            ["verify", "--json", "--trust", path, "--trust-signer", pin] + material + [signed])
        #expect(verified.status == 0)
        #expect(verified.signature["trustDomain"] as? String == "citizens")
        #expect((verified.json["findings"] as? [[String: Any]])?.first?["code"] as? String == "trust-bundle-remark")
    }

    @Test func `without pin, under another pin, without signature or changed it is not used: 78`() throws {
        guard let path = try bundle(), let pin else { return }
        func refused(_ options: [String], _ words: String) throws {
            let outcome = try judge(["--trust", path] + options)
            #expect(outcome.status == 78, "\(words): \(outcome.errors)")
            #expect(outcome.errors.contains(words), "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }
        try refused([], "under the pin of its signer")
        try refused(["--trust-signer", pin], "without its signature")
        try sign(path, by: "official")
        try refused(["--trust-signer", pin], "not the one that is pinned")
        try sign(path)
        try refused(["--trust-signer", String(repeating: "0", count: 64)], "not the one that is pinned")
        #expect(try judge(["--trust", path, "--trust-signer", pin]).status == 0)
        try bench.write(bench.read("bundle.json") + [0x20], "bundle.json")
        try refused(["--trust-signer", pin], "changed after it was signed")
        try bench.write([0x30, 0x03, 0x02, 0x01, 0x01], "bundle.json.p7s")
        try refused(["--trust-signer", pin], "cannot be read")
    }

    @Test func `a later bundle of the same id takes the place of an earlier one, in either order`() throws {
        guard let old = try bundle("old.json"), let pin else { return }
        try sign(old)
        func later(_ name: String, _ issued: String, domain: String) throws -> String {
            let path = try #require(
                try bundle(name) { json in
                    json["issued"] = issued
                    let entries = json["entries"] as? [[String: Any]] ?? []
                    json["entries"] = entries.filter { $0["domain"] as? String == domain }
                })
            try sign(path)
            return path
        }
        let new = try later("new.json", "2020-01-02T00:00:00Z", domain: "officials")
        let pinned = ["--trust-signer", pin]
        #expect(try judge(pinned + ["--trust", old]).status == 0)
        for order in [[old, new], [new, old], [old, new, old]] {
            let outcome = try judge(pinned + order.flatMap { ["--trust", $0] })
            #expect(outcome.status == 2, "\(outcome.errors)")
            #expect(codes(outcome).contains("trust-bundle-replaced"))
        }
        #expect(try judge(pinned + ["--trust", old, "--trust", old]).status == 0)
        let twin = try later("twin.json", "2020-01-01T00:00:00Z", domain: "citizens")
        #expect(try judge(pinned + ["--trust", old, "--trust", twin]).status == 78)
    }

    @Test func `material is read by content, anchors by name, and what is left out is said`() throws {
        let folder = bench.path("material")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let names = try FileManager.default.contentsOfDirectory(atPath: Bench.shared("pki/material"))
        for (number, name) in names.sorted().enumerated() {
            try FileManager.default.copyItem(
                atPath: Bench.shared("pki/material") + "/" + name, toPath: folder + "/5f1c2a3\(number).r0")
        }
        try bench.write(Array("notes".utf8), "material/notes.txt")
        let trust = ["--trust", Bench.shared("pki/trust/public")]
        let found = try DossierTool.run(["certificate", "--json"] + trust + ["--material", folder, citizen])
        #expect(found.status == 0, "\(found.errors)")
        #expect(found.errors.contains("notes.txt"))
        let anchors = try DossierTool.run(["certificate", "--trust", folder] + material + [citizen])
        #expect(anchors.status == 78 && anchors.errors.contains("5f1c2a30.r0"), "\(anchors.errors)")
    }

    @Test func `a stale bundle answers and is reported, one whose trust has ended does not`() throws {
        guard let stale = try bundle("stale.json", nextUpdate: "2021-01-01T00:00:00Z"), let pin else { return }
        try sign(stale)
        let outcome = try judge(["--trust", stale, "--trust-signer", pin])
        #expect(outcome.status == 0)
        #expect(codes(outcome) == ["trust-bundle-stale", "trust-bundle-remark"])
        let ended = try #require(
            try bundle("ended.json") { json in
                let entries = json["entries"] as? [[String: Any]] ?? []
                json["entries"] = entries.map { $0.merging(["trustedUntil": "2021-01-01T00:00:00Z"]) { $1 } }
            })
        try sign(ended)
        let after = try judge(["--trust", ended, "--trust-signer", pin])
        #expect(after.status == 2)
        #expect(after.json["trustDomain"] is NSNull)
        let stamping = try #require(
            try bundle("stamping.json") { json in
                let entries = json["entries"] as? [[String: Any]] ?? []
                json["entries"] = entries.map { $0.merging(["usages": ["time-stamping"]]) { $1 } }
            })
        try sign(stamping)
        let pinned = ["--trust", stamping, "--trust-signer", pin]
        #expect(try judge(pinned + ["--purpose", "signing"]).status == 2)
        let authority = Bench.shared("pki/tsa.crt")
        #expect(try judge(pinned + ["--purpose", "time-stamping"], authority).status == 0)
        let output = ["--output", bench.path("signed.pdf"), Bench.sample("pdfs/host-consent.pdf")]
        for trust in [pinned, ["--trust", ended, "--trust-signer", pin]] {
            let refused = try DossierTool.run(["sign"] + trust + material + Bench.key("citizen") + output)
            #expect(refused.status == 69, "no anchor counts for signing")
        }
        #expect(!bench.exists("signed.pdf"))
    }

    @Test func `a time-stamp under an anchor that is trusted for signing only proves no time`() throws {
        guard let pin else { return }
        func pinned(_ usages: [String]) throws -> [String]? {
            let path = try bundle("\(usages.count).json") { json in
                let entries = json["entries"] as? [[String: Any]] ?? []
                json["entries"] = entries.map { $0.merging(["usages": usages]) { $1 } }
            }
            guard let path else { return nil }
            try sign(path)
            return ["--trust", path, "--trust-signer", pin] + material
        }
        guard let signing = try pinned(["signing"]), let both = try pinned(["signing", "time-stamping"]) else { return }
        let server = try #require(try TestServer())
        let signed = try bench.sign(
            Bench.sample("pdfs/host-consent.pdf"), as: "signed.pdf", ["--tsa", server.address + "/tsa"])
        // Later than the second of the time-stamp, which otherwise proves nothing that the judgement does not.
        let later = ["--at", ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: 60))]
        let good = try DossierTool.run(["verify", "--json"] + both + later + [signed])
        #expect(good.signature["bestSignatureTimeSource"] as? String == "signature-time-stamp")
        let refused = try DossierTool.run(["verify", "--json"] + signing + later + [signed])
        #expect(refused.signature["bestSignatureTimeSource"] as? String == "validation-time")
        let stamp = try #require((refused.signature["timestamps"] as? [[String: Any]])?.first)
        #expect(stamp["indication"] as? String != "PASSED")
        #expect(refused.output.contains("\"time-stamp-domain\""), "\(refused.findings)")
    }

    @Test func `what is no bundle, and a bundle under a name, are refused`() throws {
        for text in ["{}", "{\"version\":2}", "{", String(repeating: "{\"a\":", count: 5_000)] {
            let path = try bench.write(Array(text.utf8), "none.json")
            #expect(try judge(["--trust", path]).status == 65, "\(text.prefix(20))")
        }
        for pin in ["", "12", String(repeating: "g", count: 64)] {
            #expect(try judge(["--trust-signer", pin]).status == 64)
        }
        guard let path = try bundle(), let pin else { return }
        try sign(path)
        #expect(try judge(["--trust", "mine=" + path, "--trust-signer", pin]).status == 64)
        #expect(try judge(["--trust", bench.path("missing.json"), "--trust-signer", pin]).status == 66)
    }
}
