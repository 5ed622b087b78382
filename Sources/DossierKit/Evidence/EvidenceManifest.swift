// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PKIX
import SignatureValidation

/// `evidence.json` of an evidence bundle (docs/formats/evidence-v1.md): the question, what it was asked with, what is where.
///
/// Objects are named by the SHA-256 of their bytes, in lower-case hexadecimal.
struct EvidenceManifest: Codable, Equatable {
    struct Policy: Codable, Equatable {
        let id, version: String
    }
    struct Expected: Codable, Equatable {
        let kind: SubjectIdentifier.Kind
        let value: String
    }
    /// An anchor and the last instant of its trust, if that ends.
    struct Anchor: Codable, Equatable {
        let sha256: String
        let trustedUntil: Instant?
    }
    struct Domain: Codable, Equatable {
        let name: String
        let usages: [TrustBundle.Usage]
        let anchors: [Anchor]
        let responders: [String]
    }
    /// A trust bundle that the domains came from.
    struct Bundle: Codable, Equatable {
        let id: String
        let issued: Instant
        let member: String
    }
    struct Trust: Codable, Equatable {
        let bundles: [Bundle]
        let domains: [Domain]
    }
    /// Certificates, lists and responses in the order in which they were given.
    struct Material: Codable, Hashable {
        let certificates, revocationLists, ocspResponses: [String]
    }
    struct Companion: Codable, Equatable {
        let role: OpenedFile.Companion.Role
        /// As the report names it; absent where it does not.
        let path: String?
        let sha256: String
    }
    struct Existence: Codable, Equatable {
        let digest, source: String
        let time: Instant
    }
    struct Stamp: Codable, Equatable {
        let id, sha256: String
    }
    /// What one verdict rests on, to be looked at; judging again finds it anew.
    struct Signature: Codable, Equatable {
        let id: String
        let chain: [String]
        let timeStamps: [Stamp]
    }
    struct File: Codable, Equatable {
        let path: String
        /// Absent for a file that could not be read.
        var sha256: String?
        var companion: Companion?
        /// Index of the material that the verifier had for the file.
        var material: Int?
        /// Index of the material that stands in the file.
        var enclosed: Int?
        var existence: [Existence] = []
        var findings: [Finding] = []
        var signatures: [Signature] = []
        /// Why there is no verdict.
        var error: Phrase?
    }
    struct Member: Codable, Equatable {
        let name: String
        let size: Int64
        let sha256: String
    }

    var version = 1
    let validationTime: Instant
    /// What the clock said, where revocation information was dated after it; absent where that made no difference.
    var now: Instant?
    let policy: Policy
    let revocation: RevocationMode
    let expectedSigner: Expected?
    let trust: Trust
    let findings: [Finding]
    var materials: [Material]
    var files: [File]
    var members: [Member]

    static let name = "evidence.json"
    static let policyName = "policy/policy.json"
    static let algorithmsName = "policy/algorithms.json"
    static let reportName = "report.json"

    /// Reads a manifest; there is one way to write it.
    ///
    /// - Throws: ``EvidenceError``: `newerFormat`, `invalidManifest`.
    init(parsing bytes: [UInt8]) throws {
        struct Version: Decodable { let version: Int }
        guard let version = try? JSONDecoder().decode(Version.self, from: Data(bytes)).version else {
            throw EvidenceError(.invalidManifest, "not a JSON object with a version")
        }
        guard version <= 1 else { throw EvidenceError(.newerFormat, "version \(version), this library reads 1") }
        guard version == 1, let read = try? JSONDecoder().decode(EvidenceManifest.self, from: Data(bytes)) else {
            throw EvidenceError(.invalidManifest, "a member is missing or of the wrong type")
        }
        self = read
        guard try self.bytes == bytes else {
            throw EvidenceError(.invalidManifest, "not in canonical form, or with unknown or repeated members")
        }
    }

    init(
        validationTime: Instant, policy: Policy, revocation: RevocationMode, expectedSigner: Expected?, trust: Trust,
        findings: [Finding], materials: [Material] = [], files: [File] = [], members: [Member] = []
    ) {
        self.validationTime = validationTime
        self.policy = policy
        self.revocation = revocation
        self.expectedSigner = expectedSigner
        self.trust = trust
        self.findings = findings
        self.materials = materials
        self.files = files
        self.members = members
    }

    /// The canonical bytes: members sorted, no spaces, a line feed at the end.
    var bytes: [UInt8] { get throws { try CanonicalJSON.line(self) } }
}

/// A member of a bundle that is an object of its own, named by its digest.
enum EvidenceObject: String {
    case certificate = "certificates"
    case revocationList = "revocation-lists"
    case ocspResponse = "ocsp-responses"
    case timeStamp = "time-stamps"

    /// The name in the archive.
    func name(_ sha256: String) -> String { "\(rawValue)/\(sha256).\(fileExtension)" }

    private var fileExtension: String {
        switch self {
        case .certificate: "cer"
        case .revocationList: "crl"
        case .ocspResponse: "ors"
        case .timeStamp: "tst"
        }
    }
}
