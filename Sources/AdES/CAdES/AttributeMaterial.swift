// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import PKIX
import SignatureValidation

/// Certificates and revocation information in attributes: certificate-values, revocation-values (EN 319 122-1 A.1.1.2 and
/// A.1.2.2) and adbe-revocationInfoArchival (ISO 32000-2 §12.8.3.3.2). What cannot be read is left out, which can only make
/// a verdict worse.
struct AttributeMaterial {
    /// The attributes that hold material.
    static let types: Set<ObjectIdentifier> = [.certificateValues, .revocationValues, .revocationInfoArchival]

    private(set) var material = ValidationMaterial()

    init(_ type: ObjectIdentifier, _ value: DERElement) {
        switch type {
        case .certificateValues:
            material.certificates = Self.items(value).compactMap { try? Certificate($0) }
        case .revocationValues: read(value, basicResponses: true)
        case .revocationInfoArchival: read(value, basicResponses: false)
        default: break
        }
    }

    /// `[0]` lists, `[1]` responses, `[2]` information of a kind that it names.
    private mutating func read(_ value: DERElement, basicResponses: Bool) {
        for element in Self.items(value) {
            guard let list = try? element.explicitContent() else { continue }
            switch element.tag {
            case .context(0):
                material.revocationLists += Self.items(list).compactMap {
                    try? CertificateRevocationList(parsing: $0.bytes)
                }
            case .context(1):
                // CAdES has BasicOCSPResponse there, Adobe OCSPResponse; either is read in either place.
                material.ocspResponses += Self.items(list).compactMap { item in
                    let first = basicResponses ? try? OCSPResponse(parsingBasic: item.bytes) : nil
                    return first ?? (try? OCSPResponse(parsing: item.bytes))
                        ?? (try? OCSPResponse(parsingBasic: item.bytes))
                }
            case .context(2) where basicResponses: material.ocspResponses += Self.otherResponses(list)
            default: break
            }
        }
    }

    /// OtherRevVals under id-ri-ocsp-response: where A.1.2.2 wants what is an OCSPResponse and not a BasicOCSPResponse. One
    /// or, as some read it, a sequence of them.
    private static func otherResponses(_ value: DERElement) -> [OCSPResponse] {
        let parts = items(value)
        guard parts.count == 2, (try? parts[0].objectIdentifier()) == .ocspRevocationInformation else { return [] }
        if let single = try? OCSPResponse(parsing: parts[1].bytes) { return [single] }
        return items(parts[1]).compactMap { try? OCSPResponse(parsing: $0.bytes) }
    }

    private static func items(_ element: DERElement) -> [DERElement] { (try? element.elements()) ?? [] }
}

/// A RevocationInfoChoice (RFC 5652 §10.2.1) as validation objects.
enum RevocationInformation {
    static func objects(_ choice: [UInt8]) -> [ValidationObject] {
        guard let element = try? DERElement(parsing: choice) else { return [] }
        guard element.tag == .context(1) else { return [ValidationObject(.revocationList, bytes: choice)] }
        guard let response = try? OCSPResponse(revocationInformation: element) else { return [] }
        return response.validationObjects
    }
}
