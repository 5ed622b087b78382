// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SignatureValidation

/// complete-certificate-references and complete-revocation-references (EN 319 122-1 A.1.1.1 and A.1.2.1), held against what
/// stands in the file.
///
/// Nothing of a verdict rests on them but what a time-stamp over them proves.
struct CompleteReferences {
    /// What a time-stamp over the references proves: certificates, lists and responses that are named by a digest for which no
    /// other bytes can be found.
    private(set) var proved: [ValidationObject] = []
    /// Remarks.
    private(set) var findings: [Finding] = []

    /// An OtherHash.
    private struct Hash {
        let digest: DigestAlgorithm?
        let value: [UInt8]

        /// sha1Hash is an OCTET STRING, otherHash an algorithm with one.
        init(_ element: DERElement) throws(DERSyntaxError) {
            guard element.tag == .sequence else {
                digest = .sha1
                value = try element.octetString()
                return
            }
            var reader = try element.reader()
            digest = DigestAlgorithm(try AlgorithmIdentifier(reader.next()).algorithm)
            value = try reader.next().octetString()
        }

        var provesExistence: Bool { digest != .md5 && digest != .sha1 }
    }

    private var isUnreadable = false
    private var differing = 0
    private var missing = 0
    /// More than a path and its responders need.
    private var remaining = 256
    private let material: ValidationMaterial
    /// What is there, by digests of one algorithm.
    private var catalogues: [DigestAlgorithm: [[UInt8]: [ValidationObject]]] = [:]

    /// - Parameters:
    ///   - material: What stands in the file.
    ///   - hasValues: Whether the file carries certificate-values or revocation-values, which should be complete.
    init(of signer: SignerInfo, among material: @autoclosure () -> ValidationMaterial, hasValues: Bool) {
        let types: Set<ObjectIdentifier> = [.certificateReferences, .revocationReferences]
        guard signer.unsignedAttributes.contains(where: { types.contains($0.type) }) else {
            self.material = ValidationMaterial()
            return
        }
        self.material = material()
        for attribute in signer.unsignedAttributes {
            for value in attribute.values {
                do throws(DERSyntaxError) {
                    switch attribute.type {
                    case .certificateReferences: try readCertificates(value)
                    case .revocationReferences: try readRevocation(value)
                    default: break
                    }
                } catch { isUnreadable = true }
            }
        }
        remark(hasValues)
    }

    /// Whether something of a kind has a digest; what is found is noted when the digest proves it.
    private mutating func isPresent(_ hash: Hash, _ kind: ValidationObject.Kind) -> Bool {
        guard let digest = hash.digest, let objects = catalogue(digest)[hash.value], objects.first?.kind == kind else {
            return false
        }
        if hash.provesExistence { proved += objects }
        return true
    }

    /// What has a digest, a response together with the certificates inside it.
    private mutating func catalogue(_ digest: DigestAlgorithm) -> [[UInt8]: [ValidationObject]] {
        if let known = catalogues[digest] { return known }
        var made: [[UInt8]: [ValidationObject]] = [:]
        func note(_ bytes: [UInt8], _ objects: [ValidationObject]) {
            if let value = try? digest.digest(of: bytes) { made[value] = objects }
        }
        for certificate in material.certificates { note(certificate.bytes, [ValidationObject(certificate)]) }
        for list in material.revocationLists { note(list.bytes, [ValidationObject(list)]) }
        for response in material.ocspResponses {
            // The digest is over the BasicOCSPResponse, of some producers over the response around it.
            note(response.bytes, response.validationObjects)
            if let basic = response.basic { note(basic.bytes, response.validationObjects) }
        }
        catalogues[digest] = made
        return made
    }

    private mutating func take(_ elements: [DERElement]) -> ArraySlice<DERElement> {
        let taken = elements.prefix(remaining)
        remaining -= taken.count
        return taken
    }

    /// OtherCertID.
    private mutating func readCertificates(_ value: DERElement) throws(DERSyntaxError) {
        for element in take(try value.elements()) {
            var reader = try element.reader(.sequence)
            let hash = try Hash(reader.next())
            guard !isPresent(hash, .certificate) else { continue }
            missing += 1
            guard !reader.isAtEnd else { continue }
            var named = try reader.next(.sequence).reader()
            let names = try named.next(.sequence).elements()
            let serial = try named.next().integerOctets()
            guard let name = names.first(where: { $0.tag == .context(4) }) else { continue }
            let issuer = try DistinguishedName(name.explicitContent())
            if material.certificates.contains(where: { $0.issuer == issuer && $0.serialNumber == serial }) {
                differing += 1
            }
        }
    }

    /// CrlOcspRef: lists under `[0]`, responses under `[1]`; further parts are of other kinds.
    private mutating func readRevocation(_ value: DERElement) throws(DERSyntaxError) {
        for reference in take(try value.elements()) {
            for part in try reference.elements() {
                let items = try part.explicitContent().elements().first?.elements() ?? []
                switch part.tag {
                case .context(0):
                    for item in take(items) { try readList(item) }
                case .context(1):
                    for item in take(items) { try readResponse(item) }
                default: break
                }
            }
        }
    }

    /// CrlValidatedID.
    private mutating func readList(_ item: DERElement) throws(DERSyntaxError) {
        var reader = try item.reader(.sequence)
        let hash = try Hash(reader.next())
        if !isPresent(hash, .revocationList) { missing += 1 }
    }

    /// OcspResponsesID; without a digest it names a response by its time only, which proves nothing.
    private mutating func readResponse(_ item: DERElement) throws(DERSyntaxError) {
        var reader = try item.reader(.sequence)
        var identifier = try reader.next(.sequence).reader()
        _ = try identifier.next()
        let producedAt = try identifier.next().time()
        if reader.isAtEnd {
            if !material.ocspResponses.contains(where: { $0.basic?.producedAt == producedAt }) { missing += 1 }
        } else {
            let hash = try Hash(reader.next())
            if !isPresent(hash, .ocspResponse) { missing += 1 }
        }
    }

    private mutating func remark(_ hasValues: Bool) {
        if isUnreadable {
            findings.append(
                Finding(
                    .warning, code: "references-unreadable",
                    Phrase(
                        vi: "không đọc được danh sách tham chiếu chứng thư hoặc thông tin thu hồi trong chữ ký",
                        en: "the signature's references to certificates or revocation information cannot be read")))
        }
        if differing > 0 {
            findings.append(
                Finding(
                    .warning, code: "reference-differs",
                    Phrase(
                        vi: "\(differing) chứng thư trong chữ ký khác với chứng thư được tham chiếu cùng tên và số",
                        en:
                            "\(differing) certificates in the signature are not those that are referred to by the same name and number"
                    )))
        } else if hasValues, missing > 0 {
            findings.append(
                Finding(
                    .warning, code: "reference-without-value",
                    Phrase(
                        vi: "\(missing) chứng thư hoặc thông tin thu hồi được tham chiếu nhưng không có trong chữ ký",
                        en:
                            "\(missing) certificates or pieces of revocation information are referred to, but not in the signature"
                    )))
        }
    }
}
