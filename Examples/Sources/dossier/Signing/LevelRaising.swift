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
        known: ValidationMaterial, _ online: OnlineOptions, _ queue: MaterialQueue, at time: Instant
    ) {
        self.level = level
        self.time = time
        resources = ExtensionResources(timeStamps: authority, trusting: domains) { gaps in
            // Older lists and responses would keep services from being asked for those newer than the signature.
            let certificates = ValidationMaterial(certificates: known.certificates + gaps.map(\.certificate))
            // Signatures of a batch ask about the same certificates: one asks, the others find it in the cache.
            let fetched = try await queue.next {
                try await online.completing(
                    certificates, for: gaps.map(\.certificate), trusting: domains, at: time)
            }
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
        var extended = try CAdESExtension(of: cms, content: content, trusting: resources.domains)
        let remarks = try await extended.extend(to: level, with: resources, at: time)
        return (extended.bytes, remarks)
    }

    /// - Parameter newestOnly: Whether it is the newest signature that is raised, whatever others there are.
    func raise(
        pdf source: any ByteSource, newestOnly: Bool = false
    ) async throws -> (content: AppendedSource, remarks: [Finding]) {
        var extended = try PDFExtension(of: source, trusting: resources.domains)
        extended.raisesNewestOnly = newestOnly
        let remarks = try await extended.extend(to: level, with: resources, at: time)
        return (extended.extendedSource, remarks)
    }

    /// In an ASiC-E the archive time-stamp stands over the whole container, below it each signature has its own.
    func raise(container: ASiCContainer) async throws -> (content: any ByteSource, remarks: [Finding]) {
        var extended = ASiCExtension(of: container, trusting: resources.domains)
        do {
            let remarks = try await extended.extend(to: level, with: resources, at: time)
            return (extended.container.archive.source, remarks)
        } catch let error as ASiCError where error.code == .cannotBeSigned {
            throw AdESError(.levelNotReached, error.detail)
        }
    }
}
