// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import ArgumentParser
import CryptoPrimitives
import DocumentVault
import DossierCore
import DossierKit
import SoftwareKeys

struct VaultCardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agency-card",
        abstract: "Tạo khóa và thẻ khóa của cơ quan, ký bằng chứng thư. / Make an agency's keys and its signed card.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var time: TimeOption
    @OptionGroup var trust: TrustOptions
    @OptionGroup var key: KeyOptions
    @Option(help: "What the keys are for: recipient or release-service.")
    var role = "recipient"
    @Option(help: "Name of the agency as in its certificate; default the common name.")
    var name: String?
    @Option(help: "Code of the agency.")
    var code = ""
    @Option(help: "Days for which the keys are used.")
    var days = 365
    @Option(help: ArgumentHelp("File for the private keys.", valueName: "file"))
    var keyOutput: String
    @Option(help: "File for the signed card.")
    var output: String

    func run() async throws {
        guard let role = AgencyCard.Role(rawValue: role), (1...3650).contains(days) else {
            throw ValidationError("--role takes recipient or release-service, --days 1 to 3650")
        }
        try OutputFile.check([keyOutput, output], inputs: [], force: nil)
        let instant = try time.instant()
        do {
            let signer = try key.signer()
            let keys = try DeviceKey(random: SystemRandom())
            let card = try AgencyCard(
                role, name: name ?? signer.certificate.subject.commonName ?? "", code: code, keys: keys.card,
                notBefore: instant, notAfter: instant.adding(seconds: Int64(days) * 86_400))
            let signed = try await SignedAgencyCard.signing(
                card, by: signer, checking: SignerCheck(trust.validator(at: instant)), at: instant)
            try OutputFile.write(
                keys.octets.withSpan { span in span.indices.map { span[$0] } }, to: keyOutput, mode: 0o600)
            try OutputFile.write(signed.bytes, to: output)
            if common.json {
                Console.write(try CanonicalJSON.encode(["card": card.digest.description, "output": output]))
            } else {
                Console.print(card.digest.description)
            }
        } catch {
            throw CommandFailure(granting: error)
        }
    }
}
