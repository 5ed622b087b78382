// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DossierCore
import DossierKit
import Foundation
import PKIX
import SoftwareKeys
import TestPKI

struct TestPKICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "testpki", abstract: "Hạ tầng khóa công khai thử nghiệm. / A test infrastructure.",
        subcommands: [Initialise.self, Serve.self])

    struct Initialise: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init",
            abstract: "Tạo gốc, CA, chủ thể và CRL thử nghiệm. / Make roots, CAs, subscribers, lists.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var time: TimeOption
        @Option(help: "Profile; vietnam is the only one.")
        var profile = "vietnam"
        @Option(name: .customLong("base-url"), help: "Address written into the certificates.")
        var baseURL = "http://pki.dossier.test/"
        @Flag(help: "Write into an existing folder.")
        var force = false
        @Argument(help: "Folder to make.")
        var folder: String

        func validate() throws {
            guard profile == "vietnam" else { throw ValidationError("--profile takes vietnam") }
            guard baseURL.hasSuffix("/") else { throw ValidationError("--base-url must end in a slash") }
        }

        func run() async throws {
            try OutputFile.makeFolder(folder, force: force)
            let instant = try time.instant()
            let made = try TestInfrastructure(at: instant, baseURL: baseURL)
            for name in ["trust/public", "trust/public-duty", "material", "authorities"] {
                try OutputFile.makeFolder("\(folder)/\(name)", force: true)
            }
            try OutputFile.write(
                Array(Phrase.testNotice.utf8), to: "\(folder)/READ-ME-TEST-ONLY.txt")
            for domain in [made.publicDomain, made.publicDutyDomain] {
                try OutputFile.write(domain.root.certificate.bytes, to: "\(folder)/trust/\(domain.name)/root.crt")
                try OutputFile.write(domain.root.certificate.bytes, to: "\(folder)/material/\(domain.name)-root.crt")
                try OutputFile.write(
                    domain.issuing.certificate.bytes, to: "\(folder)/material/\(domain.name)-issuing.crt")
            }
            for domain in [made.publicDomain, made.publicDutyDomain] {
                for (kind, authority) in [("root", domain.root), ("issuing", domain.issuing)] {
                    // `serve` signs lists with these keys; whoever has the folder can issue anything in this test world.
                    let text =
                        try authority.key.dangerouslyUnprotectedPEM()
                        + PEM.encode(authority.certificate.bytes, label: "CERTIFICATE")
                    try OutputFile.write(Array(text.utf8), to: "\(folder)/authorities/\(domain.name)-\(kind).pem")
                }
            }
            let names = ["public-root", "public-issuing", "public-duty-root", "public-duty-issuing"]
            for (name, list) in zip(names, try made.revocationLists(at: instant)) {
                try OutputFile.write(list.bytes, to: "\(folder)/material/\(name).crl")
            }
            for subscriber in made.subscribers {
                let chain = [subscriber.issuer]
                try OutputFile.write(
                    try PKCS12File.encode(
                        key: subscriber.key, certificate: subscriber.certificate, chain: chain, name: subscriber.name,
                        passphrase: "test"), to: "\(folder)/\(subscriber.name).p12")
                let text =
                    try subscriber.key.dangerouslyUnprotectedPEM()
                    + ([subscriber.certificate] + chain).map { PEM.encode($0.bytes, label: "CERTIFICATE") }.joined()
                try OutputFile.write(Array(text.utf8), to: "\(folder)/\(subscriber.name).pem")
                try OutputFile.write(subscriber.certificate.bytes, to: "\(folder)/\(subscriber.name).crt")
            }
            if common.json {
                Console.write(try CanonicalJSON.encode(["subscribers": made.subscribers.map(\.name)]))
            } else {
                Console.print(folder)
            }
        }
    }
}

extension Phrase {
    static let testNotice = """
        CHỨNG THƯ THỬ NGHIỆM – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ
        TEST CERTIFICATES – NO LEGAL VALUE. Every name and number is invented; the passphrase of each .p12 is "test".
        """ + "\n"
}
