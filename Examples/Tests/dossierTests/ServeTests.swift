// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// A program from `PATH`, or `nil` after printing that the cases are skipped.
private func program(_ name: String) -> URL? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    let found = folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    if found == nil { print("skipped: testpki serve: no \(name)") }
    return found.map { URL(filePath: $0) }
}

private func curl(_ arguments: [String]) throws -> DossierTool.Outcome? {
    guard let curl = program("curl") else { return nil }
    // Whatever proxy is set, loopback is asked directly.
    return try DossierTool.run(curl, ["-s", "--noproxy", "*", "--max-time", "5"] + arguments)
}

@Suite(.serialized) struct `dossier testpki serve` {
    private let bench: Bench
    private let openssl: URL?

    init() throws {
        bench = try Bench()
        openssl = program("curl") == nil ? nil : program("openssl")
    }

    private func ask(_ arguments: [String]) throws -> DossierTool.Outcome {
        try DossierTool.run(#require(openssl), arguments, in: bench.folder)
    }

    /// Writes certificates of the infrastructure as PEM into the test's folder.
    private func prepare() throws {
        for (name, path) in [
            ("root", "pki/material/public-root.crt"), ("issuing", "pki/material/public-issuing.crt"),
            ("citizen", "pki/citizen.crt"),
        ] {
            _ = try ask(["x509", "-inform", "DER", "-in", Bench.shared(path), "-out", name])
        }
    }

    private func ocsp(_ server: TestServer) throws -> DossierTool.Outcome {
        try ask([
            "ocsp", "-url", server.address + "/ocsp/public", "-issuer", "issuing", "-cert", "citizen", "-CAfile",
            "root",
            "-verify_other", "issuing",
        ])
    }

    @Test func `openssl ocsp, openssl ts and curl get what they ask for`() throws {
        guard openssl != nil else { return }
        try prepare()
        let server = try #require(try TestServer())
        let answer = try ocsp(server)
        #expect(answer.errors.contains("Response verify OK") && answer.output.contains("citizen: good"))
        #expect(!answer.errors.contains("no nonce"))

        _ = try ask(["ts", "-query", "-data", "root", "-sha256", "-cert", "-out", "query"])
        let stamped = try curl([
            "-H", "Content-Type: application/timestamp-query", "--data-binary",
            "@" + bench.folder.appending(path: "query").path(), "-o", bench.folder.appending(path: "reply").path(),
            "-w",
            "%{http_code} %{content_type}", server.address + "/tsa",
        ])
        #expect(stamped?.output == "200 application/timestamp-reply")
        let verify = ["ts", "-verify", "-in", "reply", "-CAfile", "root", "-untrusted", "issuing"]
        #expect(try ask(verify + ["-queryfile", "query"]).status == 0)
        #expect(try ask(verify + ["-data", "issuing"]).status != 0)

        let list = try #require(try curl([server.address + "/crl/public-issuing.crl"]))
        try list.outputBytes.write(to: bench.folder.appending(path: "list"))
        let read = try ask(["crl", "-inform", "DER", "-in", "list", "-noout", "-CAfile", "issuing"])
        #expect(read.errors.contains("verify OK"))
        let certificate = try #require(try curl([server.address + "/certificates/public-issuing.crt"]))
        let expected = try Data(contentsOf: URL(filePath: Bench.shared("pki/material/public-issuing.crt")))
        #expect(certificate.outputBytes == expected)
        #expect(try curl(["-o", "/dev/null", "-w", "%{http_code}", server.address + "/nothing"])?.output == "404")
    }

    @Test(arguments: ["hold": "certificateHold", "revoked-before": "keyCompromise"])
    func `a fault of revocation reaches openssl`(_ fault: String, _ reason: String) throws {
        guard openssl != nil else { return }
        try prepare()
        let answer = try ocsp(#require(try TestServer(["--fault", fault])))
        #expect(answer.errors.contains("Response verify OK"))
        #expect(answer.output.contains("citizen: revoked") && answer.output.contains(reason))
    }

    @Test func `a wrong responder is refused by openssl, a dead authority never answers`() throws {
        guard openssl != nil else { return }
        try prepare()
        let answer = try ocsp(#require(try TestServer(["--fault", "wrong-responder"])))
        #expect(!answer.errors.contains("Response verify OK"))
        let server = try #require(try TestServer(["--fault", "dead-tsa"]))
        #expect(try curl(["--max-time", "1", "--data-binary", "x", server.address + "/tsa"])?.status == 28)
    }

    @Test func `a fault that is none, one of certificates and a folder that is none are refused`() throws {
        for fault in ["nonsense", "signing-time-ahead"] {
            let outcome = try DossierTool.run([
                "testpki", "serve", Bench.shared("pki"), "--port", "1", "--fault", fault,
            ])
            #expect(outcome.status == 64)
        }
        let outcome = try DossierTool.run(["testpki", "serve", bench.folder.path(), "--port", "1"])
        #expect(outcome.status == 66 || outcome.status == 65)
        #expect(outcome.messages.first?.hasPrefix("dossier: error: ") == true)
    }
}
