// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DossierCore
import DossierKit
import Foundation
import PAdES
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import TestSupport

/// One test infrastructure for all tests of a run.
struct Bench: Sendable {
    static let now = Instant(seconds: 1_795_228_222)
    static let shared = Result { try Bench() }

    let infrastructure: TestInfrastructure
    let material: ValidationMaterial

    private init() throws {
        infrastructure = try TestInfrastructure(at: Self.now)
        material = try infrastructure.material(at: Self.now)
    }

    var validator: SignatureValidator { validator(trusting: infrastructure.trust) }
    var check: SignerCheck {
        SignerCheck(trusting: infrastructure.trust, material: material, policy: .vietnam2026)
    }

    func validator(trusting domains: [TrustDomain], material: ValidationMaterial? = nil) -> SignatureValidator {
        SignatureValidator(trusting: domains, policy: .vietnam2026, material: material ?? self.material)
    }

    func signer(_ name: String, _ scheme: SignatureScheme? = nil) throws -> SoftwareSigner {
        guard let subscriber = infrastructure.subscriber(name) else { throw NoSubscriber(name: name) }
        return try subscriber.signer(scheme)
    }

    private struct NoSubscriber: Error { let name: String }

    /// Lists in which a subscriber's certificate is revoked.
    func material(revoking name: String) throws -> ValidationMaterial {
        guard let subscriber = infrastructure.subscriber(name) else { throw NoSubscriber(name: name) }
        let entry = CertificateRevocationList.Entry(
            serialNumber: subscriber.certificate.serialNumber, revocationDate: Self.now.adding(seconds: -60))
        return ValidationMaterial(
            certificates: material.certificates,
            revocationLists: try infrastructure.revocationLists(
                at: Self.now, revoked: [subscriber.issuer.fingerprint: [entry]]))
    }

    func signedPDF(_ sample: String, by name: String) async throws -> [UInt8] {
        try await PDFDocument(parsing: Self.sample(sample)).signed(by: signer(name), claiming: Self.now)
    }

    func report(_ bytes: [UInt8], _ validator: SignatureValidator? = nil, at time: Instant = Self.now) throws
        -> FileReport
    {
        try FileReport(path: "file", source: MemorySource(bytes), validator: validator ?? self.validator, at: time)
    }

    static func samplePath(_ name: String) -> String {
        Corpora.packageRoot.appending(path: "testvectors/\(name.hasSuffix(".pdf") ? "pdfs" : "dossiers")/\(name)")
            .path()
    }

    static func sample(_ name: String) throws -> MemorySource {
        MemorySource(try FileSource(path: samplePath(name)).allBytes(limit: 1 << 24))
    }
}

extension [UInt8] {
    func flipped(at offset: Int) -> [UInt8] {
        var copy = self
        copy[offset] ^= 1
        return copy
    }

    /// An offset within the first stream of a PDF.
    var insideStream: Int { (Data(self).range(of: Data("stream".utf8))?.upperBound ?? 0) + 60 }
}
