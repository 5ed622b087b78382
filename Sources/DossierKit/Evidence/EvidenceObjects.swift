// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PKIX
import SignatureValidation

/// Reads the objects of a bundle, each once.
final class EvidenceObjects {
    private let bundle: EvidenceBundle
    private var certificates: [String: Certificate] = [:]
    private var lists: [String: CertificateRevocationList] = [:]
    private var responses: [String: OCSPResponse] = [:]
    private var materials: [Int: ValidationMaterial] = [:]

    init(_ bundle: EvidenceBundle) { self.bundle = bundle }

    /// The validator of the bundle, without material.
    ///
    /// - Throws: ``EvidenceError`` `invalidManifest`.
    func validator() throws -> SignatureValidator {
        let manifest = bundle.manifest
        let policy: ValidationPolicy
        do {
            policy = try ValidationPolicy(
                parsing: bytes(EvidenceManifest.policyName),
                knowing: [AlgorithmPolicy(parsing: bytes(EvidenceManifest.algorithmsName, limit: 1 << 20))])
        } catch let error as EvidenceError {
            throw error
        } catch {
            throw EvidenceError(.invalidManifest, "the policy cannot be read: \(error)")
        }
        // Another release of this library may have had the policy in another version; the same one it had as it is here.
        if let namesake = policy.namesake, namesake.version == policy.version {
            throw EvidenceError(
                .invalidManifest,
                "the policy is called \(policy.id) (\(policy.version)) and is not the one of that name and version")
        }
        let domains = try manifest.trust.domains.map { domain in
            let anchors = try domain.anchors.map { try certificate($0.sha256) }
            var ends: [Certificate: Instant] = [:]
            for (anchor, certificate) in zip(domain.anchors, anchors) { ends[certificate] = anchor.trustedUntil }
            return TrustDomain(
                name: domain.name, anchors: anchors, responders: try domain.responders.map { try certificate($0) },
                usages: Set(domain.usages), trustedUntil: ends)
        }
        return SignatureValidator(
            trusting: domains, policy: policy, revocation: manifest.revocation, clock: manifest.now)
    }

    /// The trust bundles that are kept beside the anchors.
    func trustBundles() throws -> [TrustBundle] {
        try bundle.manifest.trust.bundles.map { named in
            do { return try TrustBundle(parsing: bytes(named.member)) } catch let error as EvidenceError {
                throw error
            } catch {
                throw EvidenceError(.invalidManifest, "\(named.member) cannot be read")
            }
        }
    }

    /// One of the numbered collections.
    func material(_ index: Int?) throws -> ValidationMaterial {
        guard let index, bundle.manifest.materials.indices.contains(index) else {
            throw EvidenceError(.invalidManifest, "a file without material")
        }
        if let known = materials[index] { return known }
        let named = bundle.manifest.materials[index]
        let material = ValidationMaterial(
            certificates: try named.certificates.map { try certificate($0) },
            revocationLists: try named.revocationLists.map { try list($0) },
            ocspResponses: try named.ocspResponses.map { try response($0) })
        materials[index] = material
        return material
    }

    private func certificate(_ sha256: String) throws -> Certificate {
        try object(sha256, .certificate, &certificates) { try Certificate(parsing: $0) }
    }

    private func list(_ sha256: String) throws -> CertificateRevocationList {
        try object(sha256, .revocationList, &lists) { try CertificateRevocationList(parsing: $0) }
    }

    private func response(_ sha256: String) throws -> OCSPResponse {
        try object(sha256, .ocspResponse, &responses) { try OCSPResponse(parsing: $0) }
    }

    private func object<Object>(
        _ sha256: String, _ kind: EvidenceObject, _ read: inout [String: Object], _ parse: ([UInt8]) throws -> Object
    ) throws -> Object {
        if let known = read[sha256] { return known }
        let name = kind.name(sha256)
        let bytes = try bytes(name)
        guard let object = try? parse(bytes) else {
            throw EvidenceError(.invalidManifest, "\(name) cannot be read")
        }
        read[sha256] = object
        return object
    }

    private func bytes(_ name: String, limit: Int = .max) throws -> [UInt8] {
        guard let bytes = bundle.members[name] else { throw EvidenceError(.incomplete, "\(name) is missing") }
        guard bytes.count <= limit else { throw EvidenceError(.limitExceeded, "\(name): \(bytes.count) bytes") }
        return bytes
    }
}
