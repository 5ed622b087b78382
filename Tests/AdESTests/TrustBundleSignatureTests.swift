// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import DossierCore
import PKIX
import TestPKI
import Testing

@Suite("Signed trust bundles — docs/formats/trust-bundle-v1.md")
struct TrustBundleSignatureTests {
    private static let time = Instant(seconds: 1_790_000_000)
    /// Keys take long to make; all tests share these.
    private static let shared = Result { try TestInfrastructure(at: time) }
    private let signer: TestSubscriber
    private let other: TestSubscriber
    private let bundle: TrustBundle

    init() throws {
        let infrastructure = try Self.shared.get()
        signer = try #require(infrastructure.subscriber("commune"))
        other = try #require(infrastructure.subscriber("official"))
        bundle = try TrustBundle(
            id: "test", issued: Self.time, nextUpdate: Self.time.adding(seconds: 86_400),
            entries: [.init(infrastructure.publicDomain.root.certificate, domain: "public", role: .anchor)])
    }

    private func signature(by subscriber: TestSubscriber) async throws -> [UInt8] {
        try await CAdESSignature.detached(
            over: MemorySource(bundle.bytes), by: try subscriber.signer(), claiming: Self.time)
    }

    private func refused(
        _ file: [UInt8], _ signature: [UInt8], _ pin: [UInt8], _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: AdESError(.bundleNotAccepted, ""), sourceLocation: location) {
            try TrustBundle(parsing: file, signature: signature, pinnedTo: pin)
        }
    }

    @Test func `a bundle is accepted under the pin of its signer and under no other`() async throws {
        let signature = try await signature(by: signer)
        let pin = signer.certificate.fingerprint
        #expect(try TrustBundle(parsing: bundle.bytes, signature: signature, pinnedTo: pin) == bundle)
        refused(bundle.bytes, signature, other.certificate.fingerprint)
        refused(bundle.bytes, signature, signer.issuer.fingerprint)
        refused(bundle.bytes, signature, [])
    }

    @Test func `another's signature is refused under the pin`() async throws {
        refused(bundle.bytes, try await signature(by: other), signer.certificate.fingerprint)
    }

    @Test func `a bundle or signature that was changed anywhere is refused`() async throws {
        let signature = try await signature(by: signer)
        let pin = signer.certificate.fingerprint
        for index in stride(from: 0, to: bundle.bytes.count, by: 97) {
            var file = bundle.bytes
            file[index] ^= 1
            refused(file, signature, pin)
        }
        refused(bundle.bytes + [10], signature, pin)
        refused(bundle.bytes, [], pin)
        refused(bundle.bytes, Array(signature.dropLast()), pin)
    }

    @Test func `an enveloping signature is refused although it holds`() async throws {
        let enveloping = try await CAdESSignature.enveloping(
            MemorySource(bundle.bytes), by: try signer.signer(), claiming: Self.time)
        refused(bundle.bytes, enveloping, signer.certificate.fingerprint)
    }

    @Test func `signed bytes that are no bundle are refused as such`() async throws {
        let file = Array("{}".utf8)
        let signature = try await CAdESSignature.detached(
            over: MemorySource(file), by: try signer.signer(), claiming: Self.time)
        #expect(throws: PKIXError(.invalidStructure, clause: "", "")) {
            try TrustBundle(parsing: file, signature: signature, pinnedTo: signer.certificate.fingerprint)
        }
    }
}
