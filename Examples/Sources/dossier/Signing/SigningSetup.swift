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

    init(_ trust: TrustOptions, _ online: OnlineOptions, at now: Instant) throws {
        settings = try trust.load()
        settings.warn(at: now)
        material = settings.material
        self.trust = trust
        self.online = online
        self.now = now
    }

    /// The key is called only for a certificate that holds now, whatever time is claimed.
    mutating func check(_ signer: some Signer) async throws {
        material.certificates += signer.chain
        let completed = try await online.completing(
            material, for: [signer.certificate], trusting: settings.domains(for: [.signing], at: now), at: now)
        for remark in completed.remarks { Console.warn(remark.phrase) }
        material = completed.material
        try SignerCheck(trust.validator(settings, material: material, at: now)).check(signer, at: now)
    }

    /// The authorities, judged by the same trust.
    func authority(_ options: AuthorityOptions) throws -> JudgedAuthority {
        try options.authority(
            online,
            judging: TimeStampJudge(
                domains: settings.domains(for: [.timeStamping], at: now), material: material,
                revocation: trust.revocationMode, online: online))
    }

    /// What raises signatures.
    func raising(to level: BaselineLevel, _ options: AuthorityOptions) throws -> LevelRaising {
        LevelRaising(
            to: level, stampedBy: try authority(options),
            trusting: settings.domains(for: [.signing, .timeStamping], at: now), known: material, online, at: now)
    }
}
