// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import FoundationEssentials
public import PKIX

/// What a verifier demands, as versioned, dated data. A report names the policy and version it applied.
public struct ValidationPolicy: Sendable, Hashable, Codable {
    /// Stable name, for example `vietnam-2026`.
    public let id: String
    /// Date of this version, `yyyy-mm-dd`.
    public let version: String
    /// What the policy is based on.
    public let basis: String
    /// The id of the algorithm policy.
    private let algorithmPolicy: String
    /// Digests that conform to the national list; others pass but are reported.
    public let conformantDigests: [DigestAlgorithm]
    /// Whether RSASSA-PKCS1-v1_5 conforms; when not, it passes with a remark.
    public let pkcs1Conforms: Bool
    /// Whether a verdict may pass although revocation was not checked.
    public let allowsUncheckedRevocation: Bool
    /// Whether a signed attribute must bind the signing certificate.
    public let requiresSigningCertificateReference: Bool

    /// Which algorithms are accepted until when, for signatures, chains and revocation data.
    public var algorithms: AlgorithmPolicy {
        // Checked when the policy was read.
        AlgorithmPolicy.all.first { $0.id == algorithmPolicy } ?? .vietnam2026
    }

    private enum CodingKeys: String, CodingKey {
        case id, version, basis, conformantDigests, pkcs1Conforms, allowsUncheckedRevocation
        case requiresSigningCertificateReference
        case algorithmPolicy = "algorithms"
    }

    /// Reads a policy file.
    ///
    /// - Throws: ``SignatureValidationError`` `invalidPolicy` that names what is missing.
    public init(parsing file: [UInt8]) throws(SignatureValidationError) {
        do {
            self = try JSONDecoder().decode(ValidationPolicy.self, from: Data(file))
        } catch let DecodingError.keyNotFound(key, _) {
            throw SignatureValidationError(.invalidPolicy, "the member \(key.stringValue) is missing")
        } catch {
            throw SignatureValidationError(.invalidPolicy, "not a policy in JSON, or a member of the wrong type")
        }
        guard AlgorithmPolicy.all.contains(where: { $0.id == algorithmPolicy }) else {
            throw SignatureValidationError(
                .invalidPolicy, "algorithms: no algorithm policy is named \(algorithmPolicy)")
        }
    }
}

/// Why no answer could be given. Two errors are equal when their codes are.
public struct SignatureValidationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault.
    @nonexhaustive public enum Code: String, Sendable {
        /// A policy that is not known or cannot be read.
        case invalidPolicy
    }
    /// The kind of fault.
    public let code: Code
    /// What was found and what was expected.
    public let detail: String

    /// Makes an error.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }
    public var description: String { "\(code.rawValue): \(detail)" }
}
