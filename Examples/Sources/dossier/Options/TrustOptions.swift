// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DossierCore
import DossierKit
import Foundation
import PKIX
import SignatureValidation

/// Trust, material, policy and revocation, as every command that judges takes them.
struct TrustOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Trust anchors: certificates, folder or signed trust bundle; NAME= names the domain.",
            valueName: "[name=]path"))
    var trust: [String] = []

    @Option(
        help: ArgumentHelp(
            "SHA-256 of the certificate whose signature a trust bundle must carry (BUNDLE.json with BUNDLE.json.p7s).",
            valueName: "sha256"))
    var trustSigner: [String] = []

    @Option(
        help: ArgumentHelp(
            "Certificates, revocation lists and OCSP responses, file or folder; not trusted.", valueName: "path"))
    var material: [String] = []

    @Option(help: "Policy: a name (vietnam-2026, etsi-2026, strict, rfc5280) or a file (default: vietnam-2026).")
    var policy: String?

    @Option(help: "What missing revocation information means: required, if-available or off (default: required).")
    var revocation: String?

    /// Whether anything was said.
    var isGiven: Bool {
        !trust.isEmpty || !trustSigner.isEmpty || !material.isEmpty || policy != nil || revocation != nil
    }

    func validate() throws {
        guard revocation.map({ RevocationMode(rawValue: $0) != nil }) ?? true else {
            throw ValidationError("--revocation takes required, if-available or off")
        }
        _ = try pins()
    }

    /// The mode; checked by `validate`.
    var revocationMode: RevocationMode { revocation.flatMap { RevocationMode(rawValue: $0) } ?? .required }

    /// Everything that the options name, read.
    func load() throws -> TrustSettings {
        try TrustSettings(trust: trust, pins: pins(), material: material)
    }

    /// A validator for an instant; what is to be said of the trust goes to standard error.
    func validator(at time: Instant) throws -> SignatureValidator {
        let settings = try load()
        settings.warn(at: time)
        return try validator(settings, at: time)
    }

    /// A validator with what was read.
    func validator(
        _ settings: TrustSettings, material: ValidationMaterial? = nil, at time: Instant
    ) throws -> SignatureValidator {
        SignatureValidator(
            trusting: settings.domains(beginningBy: time), policy: try loadPolicy(),
            material: material ?? settings.material, revocation: revocationMode, clock: TimeOption.now())
    }

    func loadPolicy() throws -> ValidationPolicy {
        let policy = policy ?? "vietnam-2026"
        guard policy.contains("/") || policy.hasSuffix(".json") else { return try ValidationPolicy.named(policy) }
        let own: ValidationPolicy
        do {
            own = try ValidationPolicy(parsing: FileSource(path: policy).allBytes(limit: 1 << 20))
        } catch {
            throw CommandFailure(error, path: policy)
        }
        // Every report would name it like the one that its reader knows.
        guard own.namesake == nil else {
            throw CommandFailure(
                .configuration,
                vi: "\(policy): chính sách mang tên “\(own.id)” của chính sách có sẵn nhưng nội dung khác",
                en: "\(policy): the policy is called “\(own.id)” like a shipped one and differs from it",
                hint: Phrase(vi: "đặt cho chính sách một id khác", en: "give the policy an id of its own"))
        }
        return own
    }

    /// The pins as digests; capitals and colons are how other tools print them.
    private func pins() throws -> [[UInt8]] {
        try trustSigner.map { text in
            guard let pin = Hexadecimal.decode(text.lowercased().replacing(":", with: "")), pin.count == 32 else {
                throw ValidationError("--trust-signer takes a SHA-256 of 64 hexadecimal digits")
            }
            return pin
        }
    }
}
