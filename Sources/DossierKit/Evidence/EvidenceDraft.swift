// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierCore
public import PKIX
public import SignatureValidation

/// What verdicts rest on, collected while files are judged.
///
/// Every file of the draft is judged at one instant by one trust, policy and revocation mode; only the material may differ,
/// because services are asked for each file.
public struct EvidenceDraft: Sendable {
    private let validator: SignatureValidator
    private let time: Instant
    private let trustBundles: [TrustBundle]
    private let remarks: [Finding]
    private var manifest: EvidenceManifest
    private var reports: [FileReport] = []
    private var members: [String: [UInt8]] = [:]
    private var places: [EvidenceManifest.Material: Int] = [:]

    /// Begins a draft.
    ///
    /// - Parameters:
    ///   - validator: Trust, policy and revocation mode; its material counts where ``add(_:of:judgedWith:existence:)`` is
    ///     given none.
    ///   - time: The instant of judgement.
    ///   - expected: The person who was to sign. The number stands in the bundle.
    ///   - trustBundles: What the trust came from; kept beside the anchors.
    ///   - findings: Remarks on the run.
    public init(
        _ validator: SignatureValidator, at time: Instant, expecting expected: ExpectedSigner? = nil,
        trustBundles: [TrustBundle] = [], findings: [Finding] = []
    ) {
        self.validator = validator
        self.time = time
        self.trustBundles = trustBundles
        remarks = findings
        manifest = EvidenceManifest(
            validationTime: time,
            policy: EvidenceManifest.Policy(id: validator.policy.id, version: validator.policy.version),
            revocation: validator.revocation,
            expectedSigner: expected.map { EvidenceManifest.Expected(kind: $0.kind, value: $0.value) },
            trust: EvidenceManifest.Trust(
                bundles: trustBundles.enumerated().map { index, bundle in
                    EvidenceManifest.Bundle(
                        id: bundle.id, issued: bundle.issued, member: Self.bundleName(index, bundle))
                },
                domains: validator.domains.map { domain in
                    EvidenceManifest.Domain(
                        name: domain.name, usages: TrustBundle.Usage.allCases.filter(domain.usages.contains),
                        anchors: domain.anchors.map {
                            EvidenceManifest.Anchor(
                                sha256: Hexadecimal.encode($0.fingerprint), trustedUntil: domain.trustedUntil[$0])
                        }, responders: domain.responders.map { Hexadecimal.encode($0.fingerprint) })
                }), findings: findings)
        for domain in validator.domains {
            for certificate in domain.anchors + domain.responders { _ = add(certificate) }
        }
        for (index, bundle) in trustBundles.enumerated() { members[Self.bundleName(index, bundle)] = bundle.bytes }
        members[EvidenceManifest.policyName] = validator.policy.bytes
        members[EvidenceManifest.algorithmsName] = validator.policy.algorithms.bytes
    }

    private static func bundleName(_ index: Int, _ bundle: TrustBundle) -> String { "trust/\(index)-\(bundle.id).json" }

    /// Adds the verdict on a file with what it rests on.
    ///
    /// - Parameters:
    ///   - report: The verdict, or why there is none.
    ///   - file: The file as it was judged; `nil` for one that could not be opened.
    ///   - material: What the file was judged with; the validator's when `nil`.
    ///   - proofs: What the caller vouched for.
    /// - Throws: Errors of the source, when the digest of a detached signature's content cannot be computed.
    public mutating func add(
        _ report: FileReport, of file: OpenedFile?, judgedWith material: ValidationMaterial? = nil,
        existence proofs: [ExistenceProof] = []
    ) throws {
        reports.append(report)
        guard let file, report.error == nil else {
            manifest.files.append(EvidenceManifest.File(path: report.path, error: report.error))
            return
        }
        let companion = try file.companion.map { companion in
            EvidenceManifest.Companion(
                role: companion.role, path: companion.role == .content ? report.contentFile : report.signatureFile,
                sha256: Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: companion.source)))
        }
        var enclosed = ValidationMaterial()
        let remarks = (report.report?.signatures ?? []).flatMap(\.findings) + (report.report?.findings ?? [])
        if remarks.contains(where: { $0.code == ValidationMaterial.aheadCode }) { manifest.now = validator.clock }
        let signatures = (report.report?.signatures ?? []).map { signature in
            enclosed = enclosed.merging(signature.facts.material).merging(signature.facts.longTermMaterial)
            var stamps: [EvidenceManifest.Stamp] = []
            for stamp in signature.facts.timeStamps {
                enclosed = enclosed.merging(stamp.material)
                guard let token = stamp.token else { continue }
                enclosed.certificates += token.signedData.certificates
                enclosed.revocationLists += token.signedData.revocationLists
                enclosed.ocspResponses += token.signedData.ocspResponses
                stamps.append(EvidenceManifest.Stamp(id: stamp.id, sha256: add(token)))
            }
            return EvidenceManifest.Signature(
                id: signature.facts.id, chain: (signature.path?.chain ?? []).map { add($0.certificate) },
                timeStamps: stamps)
        }
        manifest.files.append(
            EvidenceManifest.File(
                path: report.path, sha256: file.sha256, companion: companion,
                material: place(of: material ?? validator.material), enclosed: place(of: enclosed.withoutRepetition),
                existence: proofs.map {
                    EvidenceManifest.Existence(
                        digest: Hexadecimal.encode($0.digest), source: $0.source, time: $0.time)
                }, findings: report.findings, signatures: signatures))
    }

    /// The bundle of everything that was added, in this order.
    ///
    /// - Throws: ``EvidenceError`` `limitExceeded` for more than ``EvidenceBundle`` reads.
    public func bundle() throws -> EvidenceBundle {
        var members = members
        members[EvidenceManifest.reportName] = try VerificationReport(
            policy: validator.policy, validationTime: time, files: reports, findings: remarks
        ).json()
        var manifest = manifest
        manifest.members = try members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map {
            name, bytes in
            EvidenceManifest.Member(
                name: name, size: Int64(bytes.count),
                sha256: Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: bytes)))
        }
        return try EvidenceBundle(manifest: manifest, members: members)
    }

    private mutating func place(of material: ValidationMaterial) -> Int {
        let named = EvidenceManifest.Material(
            certificates: material.certificates.map { add($0) },
            revocationLists: material.revocationLists.map { list in
                add(.revocationList, Hexadecimal.encode(list.fingerprint), list.bytes)
            },
            ocspResponses: material.ocspResponses.map { response in
                add(.ocspResponse, Hexadecimal.encode(response.fingerprint), response.bytes)
            })
        if let known = places[named] { return known }
        places[named] = manifest.materials.count
        manifest.materials.append(named)
        return manifest.materials.count - 1
    }

    private mutating func add(_ certificate: Certificate) -> String {
        add(.certificate, Hexadecimal.encode(certificate.fingerprint), certificate.bytes)
    }

    private mutating func add(_ token: TimeStampToken) -> String {
        add(.timeStamp, Hexadecimal.encode(ValidationObject(token).digest), token.bytes)
    }

    private mutating func add(_ kind: EvidenceObject, _ sha256: String, _ bytes: [UInt8]) -> String {
        members[kind.name(sha256)] = bytes
        return sha256
    }
}

extension ValidationMaterial {
    /// Each object once, where it stood first.
    fileprivate var withoutRepetition: ValidationMaterial {
        func once<Object: Hashable>(_ objects: [Object]) -> [Object] {
            var seen: Set<Object> = []
            return objects.filter { seen.insert($0).inserted }
        }
        return ValidationMaterial(
            certificates: once(certificates), revocationLists: once(revocationLists),
            ocspResponses: once(ocspResponses))
    }
}
