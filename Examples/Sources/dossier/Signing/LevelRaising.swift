// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import AdES
import DossierCore
import DossierKit
import PAdES
import PKIX
import SignatureValidation
import TrustServices
import ZIPSyntax

/// Raises signatures to a level with what files and services give; a level that is not reached is an error.
struct LevelRaising: Sendable {
    let level: BaselineLevel
    let resources: ExtensionResources
    /// Now: paths of signatures without a time-stamp are judged here, and what was reached.
    let time: Instant

    /// - Parameter known: What is at hand; with `--online` newer revocation information is asked for beside it.
    init(
        to level: BaselineLevel, stampedBy authority: JudgedAuthority, trusting domains: [TrustDomain],
        known: ValidationMaterial, _ online: OnlineOptions, at time: Instant
    ) {
        self.level = level
        self.time = time
        resources = ExtensionResources(timeStamps: authority, trusting: domains) { gaps in
            // Older lists and responses would keep services from being asked for those newer than the signature.
            let certificates = ValidationMaterial(certificates: known.certificates + gaps.map(\.certificate))
            let fetched = try await online.completing(
                certificates, for: gaps.map(\.certificate), trusting: domains, at: time)
            for remark in fetched.remarks { Console.warn(remark.phrase) }
            return known.merging(fetched.material)
        }
    }

    private init(_ level: BaselineLevel, _ resources: ExtensionResources, _ time: Instant) {
        (self.level, self.resources, self.time) = (level, resources, time)
    }

    /// The same to another level.
    func lowered(to level: BaselineLevel) -> LevelRaising { LevelRaising(level, resources, time) }

    func raise(cms: [UInt8], over content: (any ByteSource)?) async throws -> (bytes: [UInt8], remarks: [Finding]) {
        try await raise(cms: cms, over: content, to: level)
    }

    private func raise(
        cms: [UInt8], over content: (any ByteSource)?, to level: BaselineLevel
    ) async throws -> (bytes: [UInt8], remarks: [Finding]) {
        var extended = try CAdESExtension(of: cms, content: content, trusting: resources.domains)
        let remarks = try await extended.extend(to: level, with: resources, at: time)
        return (extended.bytes, remarks)
    }

    func raise(pdf source: any ByteSource) async throws -> (content: AppendedSource, remarks: [Finding]) {
        var extended = try PDFExtension(of: source, trusting: resources.domains)
        let remarks = try await extended.extend(to: level, with: resources, at: time)
        return (extended.extendedSource, remarks)
    }

    /// In an ASiC-E the archive time-stamp stands over the whole container, below it each signature has its own.
    func raise(container: ASiCContainer) async throws -> (content: any ByteSource, remarks: [Finding]) {
        let inner = container.type == .extended ? min(level, .lt) : level
        var current = container
        var remarks: [Finding] = []
        let signatures = try container.signatureFiles()
        guard !signatures.isEmpty else { throw AdESError(.unsuitableSignature, "there is no signature") }
        do {
            for signature in signatures {
                let raised = try await raise(cms: signature.cms, over: signature.content, to: inner)
                for remark in raised.remarks where !remarks.contains(remark) { remarks.append(remark) }
                guard raised.bytes != signature.cms else { continue }
                current = try current.replacing(signature.path, with: raised.bytes)
            }
            if level == .lta, container.type == .extended {
                current = try await current.archived(by: resources.timeStamps)
            }
        } catch let error as ASiCError where error.code == .cannotBeSigned {
            throw AdESError(.levelNotReached, error.detail)
        }
        for facts in try current.signatureFacts(with: ValidationMaterial()) {
            let reached = facts.reachedLevel(trusting: resources.domains, at: time)
            guard let actual = reached.level, actual >= level else {
                throw AdESError(
                    .levelNotReached,
                    "\(facts.id) has level \(reached.level?.rawValue ?? "NOT-BASELINE"), asked for was \(level.rawValue)"
                        + reached.findings.map { ": \($0.phrase.en)" }.joined())
            }
        }
        return (current.archive.source, remarks)
    }
}
