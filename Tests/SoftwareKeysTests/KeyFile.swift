// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX
import SoftwareKeys
import TestSupport
import Testing

/// A key that the `openssl` program made, with a certificate for it.
struct KeyFile: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let generation: [String]
    let schemes: [SignatureScheme]
    /// The digest option of `openssl req`; Ed25519 and Ed448 take none.
    var usesDigest = true

    static let all: [KeyFile] = [
        KeyFile(
            testDescription: "RSA 2048", generation: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            schemes: [.rsaPSS(.sha256), .rsaPSS(.sha512), .rsaPKCS1(.sha256), .rsaPKCS1(.sha384)]),
        elliptic("P-256", .sha256), elliptic("P-384", .sha384), elliptic("P-521", .sha512),
        elliptic("brainpoolP256r1", .sha256),
        KeyFile(
            testDescription: "Ed25519", generation: ["-algorithm", "ED25519"], schemes: [.ed25519], usesDigest: false),
        KeyFile(testDescription: "Ed448", generation: ["-algorithm", "ED448"], schemes: [.ed448], usesDigest: false),
    ]

    private static func elliptic(_ curve: String, _ digest: DigestAlgorithm) -> KeyFile {
        KeyFile(
            testDescription: curve, generation: ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:\(curve)"],
            schemes: [.ecdsa(digest)])
    }

    var isElliptic: Bool { generation.contains("EC") }

    /// Writes `key.pem` and `certificate.pem`; `nil` without the program.
    func make(in folder: TemporaryFolder) throws -> Certificate? {
        guard try run(["genpkey"] + generation + ["-out", "key.pem"], folder) != nil else { return nil }
        _ = try run(
            ["req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=TEST \(testDescription)", "-days", "30"]
                + ["-out", "certificate.pem"] + (usesDigest ? ["-sha256"] : []), folder)
        return try Certificate.all(in: folder.read("certificate.pem")).first
    }

    /// Runs `openssl`, which must succeed.
    @discardableResult
    func run(_ arguments: [String], _ folder: TemporaryFolder) throws -> OpenSSLPeer.Outcome? {
        guard let outcome = try OpenSSLPeer.run(arguments, in: folder, cases: "key files of \(testDescription)") else {
            return nil
        }
        try #require(outcome.status == 0, "openssl \(arguments): \(outcome.errors)")
        return outcome
    }
}

func secret(_ text: String) -> SecretBytes { SecretBytes(copying: Array(text.utf8)) }

/// The code of the error that a closure throws; `nil` when it throws none.
func code(_ body: () throws -> Void) throws -> SoftwareKeysError.Code? {
    do {
        try body()
        return nil
    } catch let error as SoftwareKeysError {
        return error.code
    }
}
