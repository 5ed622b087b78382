// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DossierCore
import FoundationEssentials
public import PKIX

/// What a verifier demands, as versioned, dated data. A report names the policy and version it applied.
///
/// The format is `docs/schemas/policy-v1.schema.json`. A file that is not one of those shipped may loosen what they hold.
public struct ValidationPolicy: Sendable, Hashable {
    /// How past validation slides its time over revocation information that is no longer fresh (EN 319 102-1 §5.6.2.2.4).
    public enum Sliding: String, Sendable, Hashable, Codable, CaseIterable {
        /// To the issuing of the information, as the standard has it.
        case thisUpdate = "this-update"
        /// To the last instant at which the information was fresh: lists are usually older than the signatures they serve.
        case lastUsableInstant = "last-usable-instant"
    }

    /// Stable name, for example `vietnam-2026`.
    public let id: String
    /// Date of this version, `yyyy-mm-dd`.
    public let version: String
    /// What the policy is based on.
    public let basis: String
    /// Which algorithms are accepted until when, for signatures, chains, time-stamps and revocation data.
    public let algorithms: AlgorithmPolicy
    /// Digests that conform to the national list; others pass but are reported.
    public let conformantDigests: [DigestAlgorithm]
    /// Whether RSASSA-PKCS1-v1_5 conforms; when not, it passes with a remark.
    public let pkcs1Conforms: Bool
    /// When revocation information is recent enough.
    public let freshness: RevocationFreshness
    /// Longest time in seconds between the claimed signing time and the best signature time; the constraint
    /// ``Constraint/timeStampDelay`` says what a longer one means.
    public let timeStampDelay: Int64
    /// How far the signer's clock may be wrong, in seconds.
    public let clockTolerance: Int64
    /// How past validation slides its time.
    public let sliding: Sliding
    private let levels: [Constraint: ConstraintLevel]

    /// What the policy does about a constraint that is not met.
    public func level(of constraint: Constraint) -> ConstraintLevel { levels[constraint] ?? .fail }

    /// Whether a verdict may pass although revocation was not checked.
    public var allowsUncheckedRevocation: Bool { level(of: .revocationChecked) != .fail }
    /// Whether a signed attribute must bind the signing certificate.
    public var requiresSigningCertificateReference: Bool { level(of: .signingCertificateReference) == .fail }

    /// Reads a policy file of at most 1 MiB.
    ///
    /// - Parameter known: The algorithm policies that the file may name; those of the library unless somebody keeps others.
    /// - Throws: ``SignatureValidationError`` `invalidPolicy` that names the member at fault.
    public init(
        parsing file: [UInt8], knowing known: [AlgorithmPolicy] = AlgorithmPolicy.all
    ) throws(SignatureValidationError) {
        guard file.count <= 1 << 20 else { throw Self.invalid("more than 1 MiB") }
        let read: PolicyFile
        do {
            read = try JSONDecoder().decode(PolicyFile.self, from: Data(file))
        } catch let DecodingError.keyNotFound(key, context) {
            throw Self.invalid("the member \(Self.name(context.codingPath + [key])) is missing")
        } catch let DecodingError.typeMismatch(_, context) {
            throw Self.invalid("the member \(Self.name(context.codingPath)) is of the wrong type")
        } catch let DecodingError.valueNotFound(_, context) {
            throw Self.invalid("the member \(Self.name(context.codingPath)) is null")
        } catch let DecodingError.dataCorrupted(context) where !context.codingPath.isEmpty {
            throw Self.invalid("the member \(Self.name(context.codingPath)) has a value that is not known")
        } catch {
            throw Self.invalid("not a policy in JSON")
        }
        guard MemberNames.areDistinct(in: file) else {
            throw Self.invalid("a member occurs twice, or its name is written with an escape")
        }
        guard !read.id.isEmpty, read.id.utf8.count <= 64 else { throw Self.invalid("id: 1 to 64 bytes of UTF-8") }
        guard CalendarDate(read.version) != nil else { throw Self.invalid("version: no date yyyy-mm-dd") }
        guard let algorithms = known.first(where: { $0.id == read.algorithms }) else {
            throw Self.invalid("algorithms: no algorithm policy is named \(read.algorithms)")
        }
        var levels: [Constraint: ConstraintLevel] = [:]
        for (name, level) in read.constraints {
            guard let constraint = Constraint(rawValue: name) else {
                throw Self.invalid("constraints: no constraint is named \(name)")
            }
            levels[constraint] = level
        }
        for constraint in Constraint.allCases where levels[constraint] == nil {
            throw Self.invalid("the member constraints.\(constraint.rawValue) is missing")
        }
        for (name, seconds) in [
            ("freshness.seconds", read.freshness.seconds), ("freshness.tolerance", read.freshness.tolerance),
            ("clockTolerance", read.clockTolerance), ("timeStampDelay", read.timeStampDelay),
        ] {
            // A hundred years: beyond it the calendar is not at stake either.
            guard (0...3_155_760_000).contains(seconds) else { throw Self.invalid("\(name): seconds from 0 on") }
        }
        id = read.id
        version = read.version
        basis = read.basis
        self.algorithms = algorithms
        conformantDigests = read.conformantDigests
        pkcs1Conforms = read.pkcs1Conforms
        freshness = read.freshness
        timeStampDelay = read.timeStampDelay
        clockTolerance = read.clockTolerance
        sliding = read.sliding
        self.levels = levels
    }

    /// The policy as a file with sorted members, without that of its algorithms; reads as the same policy.
    public var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        let file = PolicyFile(
            id: id, version: version, basis: basis, algorithms: algorithms.id, conformantDigests: conformantDigests,
            pkcs1Conforms: pkcs1Conforms,
            constraints: Dictionary(uniqueKeysWithValues: levels.map { ($0.key.rawValue, $0.value) }),
            freshness: freshness, timeStampDelay: timeStampDelay, clockTolerance: clockTolerance, sliding: sliding)
        // Strings, Booleans and integers always encode.
        return ((try? encoder.encode(file)).map(Array.init) ?? []) + [10]
    }

    private static func name(_ path: [any CodingKey]) -> String {
        path.map { $0.intValue.map { "\($0)" } ?? $0.stringValue }.joined(separator: ".")
    }

    private static func invalid(_ detail: String) -> SignatureValidationError {
        SignatureValidationError(.invalidPolicy, detail)
    }
}

/// The members of a policy file.
private struct PolicyFile: Codable {
    let id: String
    let version: String
    let basis: String
    let algorithms: String
    let conformantDigests: [DigestAlgorithm]
    let pkcs1Conforms: Bool
    let constraints: [String: ConstraintLevel]
    let freshness: RevocationFreshness
    let timeStampDelay: Int64
    let clockTolerance: Int64
    let sliding: ValidationPolicy.Sliding

    private enum CodingKeys: String, CodingKey {
        case id, version, basis, algorithms, conformantDigests, pkcs1Conforms, constraints, freshness, timeStampDelay
        case clockTolerance, sliding
    }
}

extension PolicyFile {
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        version = try container.decode(String.self, forKey: .version)
        basis = try container.decode(String.self, forKey: .basis)
        algorithms = try container.decode(String.self, forKey: .algorithms)
        conformantDigests = try container.decode([DigestAlgorithm].self, forKey: .conformantDigests)
        pkcs1Conforms = try container.decode(Bool.self, forKey: .pkcs1Conforms)
        constraints = try container.decode([String: ConstraintLevel].self, forKey: .constraints)
        freshness = try container.decode(RevocationFreshness.self, forKey: .freshness)
        timeStampDelay = try container.decode(Int64.self, forKey: .timeStampDelay)
        clockTolerance = try container.decode(Int64.self, forKey: .clockTolerance)
        sliding = try container.decode(ValidationPolicy.Sliding.self, forKey: .sliding)
    }
}
