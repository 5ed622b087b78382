// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import ArgumentParser
import DossierCore
import DossierKit
import PKIX
import SignatureValidation

/// The trust, material and services that signing and extending work with, read once.
struct SigningSetup: Sendable {
    let settings: TrustSettings
    let trust: TrustOptions
    let online: OnlineOptions
    let now: Instant
    /// What is at hand and was fetched.
    private(set) var material: ValidationMaterial
    private let queue = MaterialQueue()

    init(_ trust: TrustOptions, _ online: OnlineOptions, at now: Instant) throws {
        settings = try trust.load()
        settings.warn(at: now)
        material = settings.material
        self.trust = trust
        self.online = online
        self.now = now
    }

    /// Judges a signer now, whatever time is claimed, and keeps what services gave.
    ///
    /// - Parameter reason: Why the operator signs although the signer cannot be judged.
    mutating func standing(of signer: some Signer, overriding reason: String? = nil) async throws -> SignerStanding {
        material.certificates += signer.chain
        let completed = try await online.completing(
            material, for: [signer.certificate], trusting: settings.domains(for: [.signing], at: now), at: now)
        for remark in completed.remarks { Console.warn(remark.phrase) }
        material = completed.material
        let standing = SignerCheck(try trust.validator(settings, material: material, at: now)).standing(
            of: signer, at: now, overriding: reason)
        if case .overridden(let error, let reason) = standing.verdict {
            Console.warn(
                Phrase(
                    vi: "ký dù chưa xác định được chứng thư của người ký (\(error.detail)); lý do: \(reason)",
                    en: "signed although the signer could not be judged (\(error.detail)); the reason given: \(reason)")
            )
        }
        return standing
    }

    /// The key is called only for a certificate that holds; the answer serves every signature while it is fresh.
    mutating func checked(_ signer: some Signer, overriding reason: String? = nil) async throws -> CheckedSigner {
        let standing = try await standing(of: signer, overriding: reason)
        let (trust, online) = (trust, online)
        let checked = CheckedSigner(signer, standing: standing, now: { TimeOption.now() }) {
            var again = try SigningSetup(trust, online, at: TimeOption.now())
            return try await again.standing(of: signer, overriding: reason)
        }
        try await checked.check()
        return checked
    }

    /// The authorities, judged by the same trust.
    func authority(_ options: AuthorityOptions) throws -> JudgedAuthority {
        try options.authority(
            online,
            judging: TimeStampJudge(
                domains: settings.domains(for: [.timeStamping], at: now), material: material,
                revocation: trust.revocationMode, online: online, queue: queue))
    }

    /// What raises signatures.
    func raising(to level: BaselineLevel, _ options: AuthorityOptions) throws -> LevelRaising {
        LevelRaising(
            to: level, stampedBy: try authority(options),
            trusting: settings.domains(for: [.signing, .timeStamping], at: now), known: material, online, queue, at: now
        )
    }
}
