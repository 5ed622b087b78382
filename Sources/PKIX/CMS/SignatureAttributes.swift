// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DERSyntax

/// The attributes of CAdES (EN 319 122-1) and of its older profiles (TS 101 733, RFC 5126).
extension ObjectIdentifier {
    /// content-time-stamp (§5.2.8).
    public static let contentTimeStamp: ObjectIdentifier = "1.2.840.113549.1.9.16.2.20"
    /// commitment-type-indication (§5.2.3).
    public static let commitmentType: ObjectIdentifier = "1.2.840.113549.1.9.16.2.16"
    /// signer-location (§5.2.5).
    public static let signerLocation: ObjectIdentifier = "1.2.840.113549.1.9.16.2.17"
    /// signer-attributes (TS 101 733 §5.11.3).
    public static let signerAttributes: ObjectIdentifier = "1.2.840.113549.1.9.16.2.18"
    /// signer-attributes-v2 (§5.2.6.1).
    public static let signerAttributesV2: ObjectIdentifier = "0.4.0.19122.1.1"
    /// sigPolicyId (§5.2.9.1).
    public static let signaturePolicy: ObjectIdentifier = "1.2.840.113549.1.9.16.2.15"
    /// content-hints (§5.2.4.1, RFC 2634 §2.9).
    public static let contentHints: ObjectIdentifier = "1.2.840.113549.1.9.16.2.4"
    /// mime-type (§5.2.4.2).
    public static let mimeType: ObjectIdentifier = "0.4.0.1733.2.1"
    /// countersignature (RFC 5652 §11.4).
    public static let counterSignature: ObjectIdentifier = "1.2.840.113549.1.9.6"
    /// complete-certificate-references (appendix A.1.1.1).
    public static let certificateReferences: ObjectIdentifier = "1.2.840.113549.1.9.16.2.21"
    /// complete-revocation-references (A.1.2.1).
    public static let revocationReferences: ObjectIdentifier = "1.2.840.113549.1.9.16.2.22"
    /// certificate-values (A.1.1.2).
    public static let certificateValues: ObjectIdentifier = "1.2.840.113549.1.9.16.2.23"
    /// revocation-values (A.1.2.2).
    public static let revocationValues: ObjectIdentifier = "1.2.840.113549.1.9.16.2.24"
    /// CAdES-C-timestamp (A.1.5.2).
    public static let cadesCTimeStamp: ObjectIdentifier = "1.2.840.113549.1.9.16.2.25"
    /// time-stamped-certs-crls-references (A.1.5.1).
    public static let referencesTimeStamp: ObjectIdentifier = "1.2.840.113549.1.9.16.2.26"
    /// archive-time-stamp of RFC 5126 appendix, version 1.
    public static let archiveTimeStamp: ObjectIdentifier = "1.2.840.113549.1.9.16.2.27"
    /// archive-time-stamp-v2 (A.2.4).
    public static let archiveTimeStampV2: ObjectIdentifier = "1.2.840.113549.1.9.16.2.48"
    /// archive-time-stamp-v3 (§5.5.3).
    public static let archiveTimeStampV3: ObjectIdentifier = "0.4.0.1733.2.4"
    /// long-term-validation (A.2.5).
    public static let longTermValidation: ObjectIdentifier = "0.4.0.1733.2.2"
    /// ats-hash-index of TS 101 733, version 1.
    public static let archiveHashIndex: ObjectIdentifier = "0.4.0.1733.2.5"
    /// ats-hash-index-v2 (TS 119 122-1 drafts).
    public static let archiveHashIndexV2: ObjectIdentifier = "0.4.0.19122.1.4"
    /// ats-hash-index-v3 (§5.5.2).
    public static let archiveHashIndexV3: ObjectIdentifier = "0.4.0.19122.1.5"
    /// adbe-revocationInfoArchival (ISO 32000-2 §12.8.3.3.2).
    public static let revocationInfoArchival: ObjectIdentifier = "1.2.840.113583.1.1.8"
    /// id-ri-ocsp-response: an OCSPResponse in SignedData.crls (RFC 5940 §2).
    public static let ocspRevocationInformation: ObjectIdentifier = "1.3.6.1.5.5.7.16.2"
}
