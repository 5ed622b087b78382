// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX
import Testing

@Suite("Algorithm policies — ETSI TS 119 312, Circular 15/2025/TT-BKHCN appendix I")
struct AlgorithmPolicyTests {
    private func instant(_ text: String) throws -> Instant { try #require(Instant(text)) }

    // Dates of the catalogue that DSS 6.4 ships for TS 119 312 V1.5.1.
    @Test(arguments: [
        (SignatureScheme.rsaPKCS1(.sha1), PublicKey.Kind.rsa(bits: 2048), "2012-07-31", "2012-08-01"),
        (.rsaPKCS1(.sha256), .rsa(bits: 1899), "2019-09-30", "2019-10-01"),
        (.rsaPKCS1(.sha256), .rsa(bits: 4096), "2028-12-31", "2029-01-01"),
        (.rsaPSS(.sha256), .rsa(bits: 2048), "2028-12-31", "2029-01-01"),
        (.ecdsa(.sha224), .elliptic(.p256), "2028-12-31", "2029-01-01"),
    ])
    func `an algorithm is accepted to its last day and not after`(
        scheme: SignatureScheme, key: PublicKey.Kind, last: String, first: String
    ) throws {
        #expect(AlgorithmPolicy.etsi2026.fault(of: scheme, key: key, at: try instant(last)) == nil)
        #expect(AlgorithmPolicy.etsi2026.fault(of: scheme, key: key, at: try instant(first)) != nil)
        #expect(AlgorithmPolicy.rfc5280.fault(of: scheme, key: key, at: try instant("2099-01-01")) == nil)
    }

    @Test func `the national list knows no end, and neither small keys nor broken digests`() throws {
        let policy = AlgorithmPolicy.vietnam2026
        let times = try [instant("2001-01-01"), instant("2026-11-21"), instant("2099-01-01")]
        for time in times {
            #expect(policy.fault(of: .rsaPSS(.sha256), key: .rsa(bits: 2048), at: time) == nil)
            #expect(policy.fault(of: .ecdsa(.sha384), key: .elliptic(.p384), at: time) == nil)
            #expect(
                policy.fault(of: .rsaPSS(.sha256), key: .rsa(bits: 2047), at: time)
                    == .keyNotListed("rsa-pss", bits: 2047))
            #expect(
                policy.fault(of: .ecdsa(.sha256), key: .elliptic(.brainpoolP224r1), at: time)
                    == .keyNotListed("ecdsa", bits: 224))
            for digest in [DigestAlgorithm.md5, .sha1, .sha224] {
                #expect(
                    policy.fault(of: .rsaPKCS1(digest), key: .rsa(bits: 4096), at: time) == .digestNotListed(digest))
            }
            #expect(policy.fault(of: nil, key: .rsa(bits: 4096), at: time) == .unknown)
        }
    }

    @Test func `a file with an unknown algorithm or no JSON is refused`() throws {
        let good =
            #"{"id":"x","version":"2026-01-01","basis":"b","digests":{"sha256":{"bits":0}},"signatures":{"ecdsa":[{"bits":256}]}}"#
        #expect(try AlgorithmPolicy(parsing: Array(good.utf8)).id == "x")
        for bad in [good.replacing("sha256", with: "sha257"), good.replacing("ecdsa", with: "dsa"), "{}", "", "[]"] {
            #expect(throws: PKIXError(.invalidStructure, clause: "", "")) {
                try AlgorithmPolicy(parsing: Array(bad.utf8))
            }
        }
    }
}
