// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore
public import PKIX

/// Everything that a format found out about one signature, without a judgement.
///
/// Reference digests and the signature value have been checked; the engine reads the outcome and does no cryptography.
public struct SignatureFacts: Sendable {
    /// Whether a signed reference still has its digest.
    public enum ReferenceStatus: String, Sendable, Hashable {
        /// The digest is the signed one.
        case intact
        /// The digest is another.
        case broken
        /// The data was not found or not given.
        case notFound
    }

    /// Whether the signature value belongs to the signed attributes and the key.
    public enum ValueStatus: String, Sendable, Hashable {
        /// It does.
        case valid
        /// It does not.
        case invalid
        /// It could not be checked: no certificate, an unknown algorithm or key.
        case unknown
    }

    /// Identifier within the document, `S-1` upwards in the document's order.
    public var id: String
    /// The format.
    public var format: SignatureFormat
    /// The level that the structure has; `nil` when it is no baseline signature.
    public var level: BaselineLevel?
    /// How signature and content are put together.
    public var packaging: SignaturePackaging
    /// Faults of the format; any of them is FORMAT_FAILURE.
    public var formatFaults: [FormatFault] = []
    /// The certificate that the signature binds to itself, or the only candidate when there is no reference.
    public var signingCertificate: Certificate?
    /// Whether a signed attribute binds the certificate (ESS signing-certificate).
    public var bindsSigningCertificate = false
    /// Whether the value stands over any bytes without signed attributes (RFC 5652 §5.4).
    ///
    /// Somebody can take the attributes out of another signature by the same key and show their DER as content. The format
    /// leaves this `false` where its content cannot be such DER, as in a PDF.
    public var signsContentDirectly = false
    /// The name of a form of signatures that is read but never passes, such as `adbe.pkcs7.sha1`; `nil` for every other.
    public var obsoleteForm: String?
    /// The references.
    public var reference: ReferenceStatus
    /// The signature value.
    public var value: ValueStatus
    /// The scheme of the signature value; `nil` when unknown.
    public var scheme: SignatureScheme?
    /// The digest of the references; `nil` when unknown.
    public var digest: DigestAlgorithm?
    /// Whether the content is at hand, but its digest is of an algorithm that is not known; ``reference`` is then `notFound`.
    public var hasUnknownDigest = false
    /// The signing time as the signer claims it; proves nothing.
    public var claimedSigningTime: Instant?
    /// What part of the file the signature covers.
    public var coverage: SignatureCoverage
    /// What was changed in the file after signing.
    public var changesAfterSigning: [ChangeAfterSigning] = []
    /// Certificates and revocation lists that the signature brought along.
    public var material: ValidationMaterial
    /// The signature as an object; `nil` when there is no value, so that nothing can prove its existence.
    public var signatureObject: ValidationObject?
    /// SHA-256 of the file that carries the signature, which a caller's proofs may name; `nil` when it was not computed.
    public var fileDigest: [UInt8]?
    /// The time-stamps that bear on this signature, in the file's order.
    public var timeStamps: [AttachedTimeStamp] = []
    /// Object identifiers of the commitments (commitment-type-indication).
    public var commitments: [String] = []
    /// Roles that the signer claims.
    public var signerRoles: [String] = []
    /// The place of signing as claimed, in one line.
    public var productionPlace: String?
    /// The signature policy, when one is stated.
    public var signaturePolicy: SignaturePolicyReference?
    /// A form beyond the baseline, for example `CAdES-C`.
    public var profile: String?
    /// Signatures over this signature's value, each before those over its own.
    public var counterSignatures: [CounterSignatureFacts] = []
    /// What of ``material`` stands inside the file, for validation later on (EN 319 122-1 §5.4; EN 319 142-1 §5.4).
    public var longTermMaterial = ValidationMaterial()
    /// Where the content stands; `nil` when it is not at hand.
    public var content: SignedContent?
    /// Remarks of the format that are no faults.
    public var findings: [Finding] = []

    /// Makes facts; the remaining members are set afterwards.
    public init(
        id: String, format: SignatureFormat, level: BaselineLevel?, packaging: SignaturePackaging,
        reference: ReferenceStatus, value: ValueStatus, coverage: SignatureCoverage, material: ValidationMaterial
    ) {
        self.id = id
        self.format = format
        self.level = level
        self.packaging = packaging
        self.reference = reference
        self.value = value
        self.coverage = coverage
        self.material = material
    }
}

/// The formats of signatures, as reports name them.
public enum SignatureFormat: String, Sendable, Hashable, Codable {
    /// EN 319 142-1.
    case pades = "PAdES"
    /// EN 319 122-1.
    case cades = "CAdES"
    /// EN 319 162-1, several files and a manifest.
    case asicE = "ASiC-E"
    /// EN 319 162-1, one file.
    case asicS = "ASiC-S"
    /// A PDF signature that is no PAdES (adbe.*).
    case pdf = "PDF"
    /// A CMS signature that is no CAdES.
    case cms = "CMS"
}

/// Baseline levels of the AdES formats.
public enum BaselineLevel: String, Sendable, Hashable, Codable, Comparable, CaseIterable {
    /// Basic: signed attributes bind the certificate.
    case b = "B-B"
    /// With a time-stamp over the signature value.
    case t = "B-T"
    /// With all material to validate it.
    case lt = "B-LT"
    /// With an archive time-stamp.
    case lta = "B-LTA"

    public static func < (left: BaselineLevel, right: BaselineLevel) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}

/// How signature and content are put together.
public enum SignaturePackaging: String, Sendable, Hashable, Codable {
    /// The signature stands inside the document.
    case enveloped
    /// The content stands inside the signature.
    case enveloping
    /// Signature and content are two files.
    case detached
}
