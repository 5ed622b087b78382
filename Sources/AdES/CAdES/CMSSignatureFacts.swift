// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DERSyntax
public import DossierCore
public import PKIX
public import SignatureValidation

/// What one SignerInfo says and whether its digests and value hold; shared by CAdES and PAdES.
public struct CMSSignatureFacts: Sendable {
    /// Faults of RFC 5652 and EN 319 122-1.
    public private(set) var faults: [FormatFault] = []
    /// The certificate that the signature binds, or that its identifier names when nothing is bound.
    public private(set) var signingCertificate: Certificate?
    /// Whether ESS signing-certificate or signing-certificate-v2 is present.
    public let bindsSigningCertificate: Bool
    /// The content's digest against the signed one.
    public private(set) var reference = SignatureFacts.ReferenceStatus.notFound
    /// The signature value.
    public private(set) var value = SignatureFacts.ValueStatus.unknown
    /// The signing-time attribute.
    public private(set) var signingTime: Instant?
    /// The time-stamps inside the signature in order, not yet numbered.
    public private(set) var timeStamps: [AttachedTimeStamp] = []
    private let signer: SignerInfo
    private let pool: [Certificate]
    private let counterSignatures: VerificationAllowance
    /// Whether the value stands over the content without signed attributes.
    public let signsContentDirectly: Bool
    /// The scheme of the value; `nil` for one that is not known.
    public let scheme: SignatureScheme?
    /// The digest over the content; `nil` for one that is not known.
    public let digest: DigestAlgorithm?
    /// Whether the content is at hand and the digest over it is not known.
    public let hasUnknownDigest: Bool
    /// Certificates and revocation information in attributes.
    public private(set) var attributeMaterial = ValidationMaterial()
    /// The signature value as an object.
    public let signatureObject: ValidationObject
    /// The signed digest of the content; `nil` when there is none.
    public private(set) var signedContentDigest: [UInt8]?
    /// Whether a signature-time-stamp is present whose imprint and value hold.
    public var hasSignatureTimeStamp: Bool { timeStamps.contains { $0.kind == .signature && $0.holds } }
    /// Remarks.
    public private(set) var findings: [Finding] = []

    /// Reads and checks a signer.
    ///
    /// - Parameters:
    ///   - signer: One signer of `signedData`.
    ///   - candidates: Certificates from elsewhere among which the signer's may be.
    ///   - content: The content, enclosed or beside the structure.
    public init(
        _ signer: SignerInfo, of signedData: SignedData, candidates: [Certificate], content: StampedContent
    ) throws {
        signatureObject = ValidationObject(.signature, bytes: signer.signature)
        counterSignatures = content.counterSignatures
        signsContentDirectly = signer.signedAttributes == nil
        self.signer = signer
        scheme = signer.scheme
        digest = signer.digest
        hasUnknownDigest = signer.digest == nil && content.isAtHand
        for attribute in (signer.signedAttributes ?? []) + signer.unsignedAttributes {
            for value in attribute.values where AttributeMaterial.types.contains(attribute.type) {
                attributeMaterial = attributeMaterial.merging(AttributeMaterial(attribute.type, value).material)
            }
        }
        pool = signedData.certificates + attributeMaterial.certificates + candidates
        var actual: [UInt8]?
        let verification = try SignerInfoVerification(
            signer, contentType: signedData.contentType, certificates: pool
        ) { digest in
            actual = try content.digest(digest)
            return actual
        }
        bindsSigningCertificate = verification.bindsCertificate
        signingCertificate = verification.signingCertificate
        if signer.signedAttributes != nil {
            signedContentDigest = try? signer.signedValue(.messageDigest)?.octetString()
        } else if verification.value != .notChecked {
            // The value itself covers the content.
            signedContentDigest = actual
        }
        take(verification)
        let references = CompleteReferences(
            of: signer, among: signedData.material.merging(attributeMaterial),
            hasValues: signer.unsignedAttributes.contains {
                $0.type == .certificateValues || $0.type == .revocationValues
            })
        timeStamps = try CMSTimeStamps(
            signer, of: signedData, candidates: attributeMaterial.certificates + candidates, content: content,
            references: references
        ).all()
        findings += references.findings
        if let element = signer.signedValue(.signingTime) { signingTime = try? element.time() }
        findings += Self.weakReferences(verification.references)
        if signedData.wasBER {
            findings.append(
                Finding(
                    .information, code: "signature-not-der",
                    Phrase(
                        vi: "chữ ký được ghi theo BER, không phải DER", en: "the signature is written in BER, not DER"))
            )
        }
        if !signedData.unreadable.isEmpty {
            findings.append(
                Finding(
                    .warning, code: "material-unreadable",
                    Phrase(
                        vi:
                            "\(signedData.unreadable.count) chứng thư hoặc danh sách thu hồi trong chữ ký không đọc được",
                        en:
                            "\(signedData.unreadable.count) certificates or revocation lists in the signature cannot be read"
                    )))
        }
    }

    /// Remarks on references to the signing certificate by a digest for which other bytes can be found (EN 319 122-1 §5.2.2.3:
    /// version 2 is for digests other than SHA-1).
    private static func weakReferences(_ references: [SigningCertificateReference]) -> [Finding] {
        let weak = references.first { $0.isVersion2 && ($0.digest == .md5 || $0.digest == .sha1) }
        guard let digest = weak?.digest else { return [] }
        return [
            Finding(
                .warning, code: "certificate-reference-weak",
                Phrase(
                    vi: "chữ ký chỉ định chứng thư của người ký bằng hàm băm yếu \(digest.rawValue)",
                    en: "the signature names the signer's certificate by the weak digest \(digest.rawValue)"))
        ]
    }

    /// Adds everything to the facts of a signature.
    ///
    /// - Parameters:
    ///   - source: The content; `nil` when it is not at hand.
    ///   - ranges: What of the source is the content, in order; `nil` for all of it.
    ///   - numbering: Numbers the time-stamps of the file.
    public func add(
        to facts: inout SignatureFacts, source: (any ByteSource)?, ranges: [Range<Int64>]?,
        numbering: inout TimeStampNumbering
    ) {
        facts.formatFaults += faults
        facts.signingCertificate = signingCertificate
        facts.bindsSigningCertificate = bindsSigningCertificate
        facts.signsContentDirectly = signsContentDirectly
        facts.reference = reference
        facts.value = value
        facts.scheme = scheme
        facts.digest = digest
        facts.hasUnknownDigest = hasUnknownDigest
        facts.findings += findings
        facts.signatureObject = signatureObject
        facts.timeStamps += numbering.numbered(timeStamps)
        AttributeReader(signer: signer, candidates: pool, allowance: counterSignatures).add(to: &facts)
        facts.material = facts.material.merging(attributeMaterial)
        // What time-stamps enclose stands in the file as well.
        facts.longTermMaterial = timeStamps.reduce(facts.material) { $0.merging($1.material) }
        if let source, let digest, let signedContentDigest {
            facts.content = SignedContent(
                in: source, ranges: ranges, algorithm: digest, digest: signedContentDigest)
        }
    }

    private mutating func take(_ verification: SignerInfoVerification) {
        faults = verification.faults.compactMap(FormatFault.init)
        reference =
            switch verification.digest {
            case .holds: .intact
            case .broken: .broken
            case .notChecked: .notFound
            }
        value =
            switch verification.value {
            case .holds: .valid
            case .broken: .invalid
            case .notChecked: .unknown
            }
        guard verification.needsReordering else { return }
        findings.append(
            Finding(
                .warning, code: "signed-attributes-not-der",
                Phrase(
                    vi: "các thuộc tính ký không được ghi theo thứ tự DER",
                    en: "the signed attributes are not written in the order of DER")))
    }
}

extension FormatFault {
    /// The fault of the format; `nil` for a reference that cannot be read: no signing certificate is found then, which says it.
    fileprivate init?(_ fault: SignerInfoVerification.Fault) {
        func made(_ code: String, _ clause: String, _ phrase: Phrase) -> FormatFault {
            FormatFault(code: code, clause: clause, phrase: phrase)
        }
        let missing = Phrase(vi: "thiếu một thuộc tính ký bắt buộc", en: "a mandatory signed attribute is missing")
        switch fault {
        case .signedAttributesMissing: self = made("signed-attributes-missing", "RFC 5652 5.3", missing)
        case .attributeRepeated:
            self = made(
                "signed-attribute-repeated", "RFC 5652 11",
                Phrase(vi: "một thuộc tính ký bị lặp lại", en: "a signed attribute occurs more than once"))
        case .attributeMisplaced:
            self = made(
                "attribute-misplaced", "RFC 5652 11",
                Phrase(
                    vi:
                        "một thuộc tính đứng sai chỗ: loại nội dung, giá trị băm hay thời điểm ký không được ký, hoặc chữ ký chứng thực nằm trong phần được ký",
                    en:
                        "an attribute stands where it must not: content-type, message-digest or signing-time unsigned, or a countersignature signed"
                ))
        case .contentTypeMismatch:
            self = made(
                "content-type-mismatch", "RFC 5652 11.1",
                Phrase(
                    vi: "thuộc tính content-type thiếu hoặc khác với nội dung",
                    en: "the content-type attribute is missing or differs from the content"))
        case .messageDigestMissing: self = made("message-digest-missing", "RFC 5652 11.2", missing)
        case .algorithmProtectionMismatch:
            self = made(
                "algorithm-protection-mismatch", "RFC 6211 2",
                Phrase(
                    vi: "thuật toán ghi trong chữ ký khác với thuật toán được bảo vệ",
                    en: "the algorithms of the signature are not those that it protects"))
        case .referenceUnreadable: return nil
        }
    }
}
