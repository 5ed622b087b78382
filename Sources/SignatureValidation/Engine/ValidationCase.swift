// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

package import CryptoPrimitives
package import DossierCore
package import PKIX

/// All that the engine reads: facts, paths, time-stamps, callers' proofs, policy and time. It does no cryptography, asks no
/// clock and no network, and knows no format.
package struct ValidationCase: Sendable {
    package var facts: SignatureFacts
    /// The paths of the signing certificate; `nil` without one.
    package var signer: (any CertificatePaths)?
    package var timeStamps: [TimeStampCase]
    /// Callers' proofs that concern this signature or its file.
    package var proofs: [ExistenceProof]
    package var policy: ValidationPolicy
    package var revocation: RevocationMode
    package var time: Instant

    package init(
        facts: SignatureFacts, signer: (any CertificatePaths)?, timeStamps: [TimeStampCase] = [],
        proofs: [ExistenceProof] = [], policy: ValidationPolicy, revocation: RevocationMode = .required, time: Instant
    ) {
        self.facts = facts
        self.signer = signer
        self.timeStamps = timeStamps
        self.proofs = proofs
        self.policy = policy
        self.revocation = revocation
        self.time = time
    }

    /// What a proof about the whole file proves to exist: the signature, its time-stamps, its content and all material
    /// inside the file.
    var objectsOfFile: [ValidationObject] {
        var objects = facts.signatureObject.map { [$0] } ?? []
        objects += timeStamps.compactMap(\.object) + timeStamps.flatMap(\.covers)
        objects += facts.longTermMaterial.validationObjects + facts.material.validationObjects
        // The signed reference has the certificate's digest, wherever the certificate itself comes from.
        if facts.bindsSigningCertificate, let certificate = facts.signingCertificate {
            objects.append(ValidationObject(certificate))
        }
        return objects
    }
}

/// A time-stamp as the engine reads it.
package struct TimeStampCase: Sendable {
    package var id: String
    package var kind: TimeStampKind
    /// What the token states, with its accuracy; `nil` when it cannot be read.
    package var bounds: ClosedRange<Instant>?
    /// The stated time.
    package var time: Instant?
    /// The token as an object.
    package var object: ValidationObject?
    package var covers: [ValidationObject]
    package var formatFaults: [FormatFault]
    package var faults: [TimeStampFault]
    package var authority: Certificate?
    /// The scheme of the token's signature.
    package var scheme: SignatureScheme?
    /// The digest of the imprint.
    package var imprint: DigestAlgorithm?
    /// The digests between the imprint and what is covered.
    package var referenceDigests: [DigestAlgorithm] = []
    /// The paths of the authority's certificate in the domains that may time-stamp.
    package var paths: (any CertificatePaths)?
    /// The domain that the authority's path ends in although it may not time-stamp.
    package var forbiddenDomain: String?

    package init(
        id: String, kind: TimeStampKind, time: Instant?, bounds: ClosedRange<Instant>? = nil,
        object: ValidationObject? = nil, covers: [ValidationObject], formatFaults: [FormatFault] = [],
        faults: [TimeStampFault] = [], authority: Certificate?, scheme: SignatureScheme?, imprint: DigestAlgorithm?,
        paths: (any CertificatePaths)?, forbiddenDomain: String? = nil
    ) {
        self.id = id
        self.kind = kind
        self.time = time
        self.bounds = bounds ?? time.map { $0...$0 }
        self.object = object
        self.covers = covers
        self.formatFaults = formatFaults
        self.faults = faults
        self.authority = authority
        self.scheme = scheme
        self.imprint = imprint
        self.paths = paths
        self.forbiddenDomain = forbiddenDomain
    }

    /// Whether it stands over a signature.
    var standsOverSignature: Bool { kind.standsOverSignature(covers) }

    var subject: NamedSubject {
        authority.map { NamedSubject($0, role: .timeStampAuthority) }
            ?? NamedSubject(name: id, role: .timeStampAuthority)
    }

    /// When what is covered existed at the latest. An authority that states more inaccuracy than a second, which EN 319 422
    /// §5.2 allows, proves no more than the end of what it states (RFC 3161 §2.4.2).
    var provedTime: Instant? {
        guard let time, let bounds, bounds.upperBound > time.adding(seconds: 1) else { return time }
        return bounds.upperBound
    }

    /// The digests by which the token stands over what it covers.
    var coveringDigests: [DigestAlgorithm] { [imprint].compactMap(\.self) + referenceDigests }

    /// What the token itself uses. The imprint protects what is covered, its own digest the token.
    var uses: [AlgorithmUse] {
        var uses = coveringDigests.map { AlgorithmUse(object: object, digest: $0) }
        if let scheme, let authority {
            uses.append(AlgorithmUse(object: object, scheme: scheme, key: authority.keyKind))
        }
        return uses
    }
}
