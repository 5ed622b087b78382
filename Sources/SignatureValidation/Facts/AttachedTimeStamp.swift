// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import PKIX

/// What a time-stamp stands over.
public enum TimeStampKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Content before it was signed (content-time-stamp): the signature is not older.
    case content
    /// A signature value (signature-time-stamp): the signature is not newer.
    case signature
    /// References to certificates and revocation information, with the signature value or without it (CAdES-C-timestamp and
    /// time-stamped-certs-crls-references, EN 319 122-1 A.1.5).
    case references
    /// A signature with what helps to validate it (archive-time-stamp).
    case archive
    /// All bytes of a PDF up to then (DocTimeStamp).
    case document
}

extension TimeStampKind {
    /// References may be stamped with the signature or alone.
    func standsOverSignature(_ covered: [ValidationObject]) -> Bool {
        switch self {
        case .content: false
        case .references: covered.contains { $0.kind == .signature }
        case .signature, .archive, .document: true
        }
    }
}

/// A time-stamp that a file carries, its imprint and value checked by the format, not judged.
public struct AttachedTimeStamp: Sendable {
    /// Identifier within the file, `T-1` upwards in the file's order.
    public var id: String
    /// What it stands over.
    public var kind: TimeStampKind
    /// The token; `nil` when it cannot be read, which is among ``formatFaults``.
    public var token: TimeStampToken?
    /// What the token says and whether its imprint, attributes and value hold.
    public var facts: TimeStampFacts?
    /// What is proved to exist at the token's time if imprint and token hold.
    ///
    /// For a signature time-stamp the signature; for archive and document time-stamps also the earlier time-stamps, the
    /// certificates, the revocation information and the content that they cover.
    public var covers: [ValidationObject]
    /// The digests of the index or manifest by which the imprint stands over what it covers: who finds another content for
    /// one of them has put it under the time-stamp.
    public var referenceDigests: [DigestAlgorithm]
    /// Faults of the structure around the token (ats-hash-index, byte range); the time-stamp then proves nothing.
    public var formatFaults: [FormatFault] = []
    /// What the token brought along to judge it by.
    public var material: ValidationMaterial

    /// Whether it stands over a signature, so that it can prove when that existed.
    public var standsOverSignature: Bool { kind.standsOverSignature(covers) }

    /// Makes an attached time-stamp.
    public init(
        id: String, kind: TimeStampKind, token: TimeStampToken?, facts: TimeStampFacts?, covers: [ValidationObject],
        referenceDigests: [DigestAlgorithm] = [], formatFaults: [FormatFault] = [],
        material: ValidationMaterial = ValidationMaterial()
    ) {
        self.id = id
        self.kind = kind
        self.token = token
        self.facts = facts
        self.covers = covers
        self.referenceDigests = referenceDigests
        self.formatFaults = formatFaults
        self.material = material
    }
}
