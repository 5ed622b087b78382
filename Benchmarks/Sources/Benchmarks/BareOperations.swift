// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import COpenSSLPeer
import CryptoPrimitives
import DossierCore
import PAdES
import PDFSyntax
import PKIX
import SignatureValidation
import TestPKI

/// The public-key operations and digests that the first signature of a PDF at B-B or B-LT cannot be judged without, each once:
/// value, time-stamp, every certificate, list and response that stands below an anchor, with one import per key; the digests of
/// content, imprints and identities.
final class BareOperations {
    private let pointer: OpaquePointer
    private(set) var verifications = 0
    private(set) var keys = 0
    private(set) var digests = 0
    private var indices: [Certificate: Int] = [:]

    init(of pdf: [UInt8], _ files: TestFiles) throws {
        guard let pointer = peer_path_new() else { throw PeerRefused(what: "memory") }
        self.pointer = pointer
        let document = try PDFDocument(parsing: MemorySource(pdf))
        let anchors = files.trust.flatMap(\.anchors)
        guard let facts = try document.signatureFacts(with: ValidationMaterial()).first,
            let signer = facts.signingCertificate,
            let found = try DocumentSignatures(in: document.file).signatures.first
        else { throw PeerRefused(what: "a signed file") }
        let signedData = try SignedData(parsing: found.dictionary.contents, allowsTrailingZeros: true)
        try add(signedData.signers[0], by: signer)
        let token = facts.timeStamps.first?.token
        if let token, let authority = facts.timeStamps.first?.facts?.signingCertificate {
            try add(token.signer, by: authority)
        }
        // A file at B-B brings no lists; they come from elsewhere.
        let material = (token == nil ? files.material : facts.longTermMaterial).merging(signedData.material)
        let certificates = Set(material.certificates + (token?.signedData.certificates ?? []) + [signer])
            .union(material.ocspResponses.flatMap { $0.basic?.certificates ?? [] })
        func issuer(_ name: DistinguishedName) -> Certificate? {
            (anchors + certificates).first { $0.subject == name }
        }
        for certificate in certificates where !anchors.contains(certificate) {
            guard let issuer = issuer(certificate.issuer) else { continue }
            try add(certificate.bytes, by: issuer, SignatureScheme(certificate.signatureAlgorithm)?.digest)
        }
        for list in Set(material.revocationLists) {
            guard let issuer = issuer(list.issuer) else { continue }
            try add(list.bytes, by: issuer, list.scheme?.digest)
        }
        for response in Set(material.ocspResponses) {
            guard let basic = response.basic, let responder = certificates.first(where: { basic.names($0) }) else {
                continue
            }
            try add(basic.bytes, by: responder, basic.scheme?.digest)
        }
        // The signed content, two imprints, and what names each object.
        if token != nil { try digest(pdf) }
        try digest(found.coverage.signedRanges.flatMap { Array(pdf[Int($0.lowerBound)..<Int($0.upperBound)]) })
        if let token {
            try digest(signedData.signers[0].signature)
            try digest(token.signedData.content ?? [])
        }
        for certificate in certificates { try digest(certificate.bytes) }
        for list in Set(material.revocationLists) { try digest(list.bytes) }
        for response in Set(material.ocspResponses) { try digest(response.bytes) }
    }

    deinit { peer_path_free(pointer) }

    func run() throws { try PeerRefused.check(peer_path_run(pointer), "a signature of the file") }

    private func digest(_ bytes: [UInt8]) throws {
        try PeerRefused.check(peer_path_add_digest(pointer, "SHA2-256", bytes, bytes.count), "a digest")
        digests += 1
    }

    private func add(_ signer: SignerInfo, by certificate: Certificate) throws {
        guard let attributes = signer.signedAttributesBytes, let name = signer.scheme?.digest?.openSSLName else {
            throw PeerRefused(what: "a signer")
        }
        let value = signer.signature
        try PeerRefused.check(
            peer_path_add_value(
                pointer, key(of: certificate), name, attributes, attributes.count, value, value.count), "a value")
        verifications += 1
    }

    private func add(_ object: [UInt8], by certificate: Certificate, _ digest: DigestAlgorithm?) throws {
        guard let name = digest?.openSSLName else { throw PeerRefused(what: "a digest that is not known") }
        try PeerRefused.check(
            peer_path_add_signed(pointer, key(of: certificate), name, object, object.count), "a signed object")
        verifications += 1
    }

    private func key(of certificate: Certificate) throws -> Int32 {
        if let known = indices[certificate] { return Int32(known) }
        try PeerRefused.check(peer_path_add_key(pointer, certificate.bytes, certificate.bytes.count), "a key")
        indices[certificate] = keys
        keys += 1
        return Int32(keys - 1)
    }
}

extension DigestAlgorithm {
    fileprivate var openSSLName: String? {
        switch self {
        case .sha256: "SHA2-256"
        case .sha384: "SHA2-384"
        case .sha512: "SHA2-512"
        default: nil
        }
    }
}
