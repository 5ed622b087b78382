// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierCore
import PAdES
public import SignatureValidation

/// The verdict on one file, or why there is none.
public struct FileReport: Sendable, Encodable {
    /// Path or name as the caller gave it.
    public let path: String
    /// Format of the file; `nil` for a file of no signed format.
    public let format: String?
    /// SHA-256 of the file, lower-case hexadecimal; `nil` when it could not be read.
    public let sha256: String?
    /// The verdict; `nil` when the file could not be judged.
    public let report: DocumentReport?
    /// Why the file could not be judged.
    public let error: Phrase?

    /// Makes a report.
    public init(path: String, format: String?, sha256: String?, report: DocumentReport?, error: Phrase? = nil) {
        self.path = path
        self.format = format
        self.sha256 = sha256
        self.report = report
        self.error = error
    }

    /// A file that begins like a signed format but cannot be read as one; it has a digest and no verdict.
    public init(unreadable path: String, source: any ByteSource, because error: Phrase) throws {
        self.init(
            path: path, format: nil, sha256: Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: source)),
            report: nil,
            error: error)
    }

    /// Judges a file.
    ///
    /// - Parameters:
    ///   - source: The file.
    ///   - content: The content of a detached signature; `nil` when there is none.
    /// - Throws: When the file cannot be read as what it begins like.
    public init(
        path: String, source: any ByteSource, content: (any ByteSource)? = nil, validator: SignatureValidator,
        at time: Instant
    ) throws {
        self.path = path
        sha256 = Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: source))
        error = nil
        let document: (any SignedDocument)?
        if let content {
            document = try SignedFile.signature(source.allBytes(limit: 1 << 28), over: content)
        } else {
            document = try SignedFile.open(source)
        }
        guard let document else {
            format = nil
            report = .unsigned(policy: validator.policy, at: time)
            return
        }
        let report = try validator.validate(document, at: time)
        self.report = report
        let fallback = document is PDFDocument ? SignatureFormat.pdf : .cms
        format = (report.signatures.first?.facts.format ?? fallback).rawValue
    }

    private enum Key: String, CodingKey { case path, format, sha256, indication, subIndication, signatures, error }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(path, forKey: .path)
        if let error {
            try container.encode(error, forKey: .error)
            return
        }
        try container.encode(format, forKey: .format)
        try container.encode(sha256, forKey: .sha256)
        try container.encode(report?.indication, forKey: .indication)
        try container.encode(report?.subIndication, forKey: .subIndication)
        try container.encode(report?.signatures ?? [], forKey: .signatures)
    }
}

/// The verdicts on several files, in the shape that other tools rely on.
public struct VerificationReport: Sendable, Encodable {
    /// The policy that was applied.
    public let policy: ValidationPolicy
    /// The instant of judgement.
    public let validationTime: Instant
    /// One report per file, in the order given.
    public let files: [FileReport]

    /// Makes a report.
    public init(policy: ValidationPolicy, validationTime: Instant, files: [FileReport]) {
        self.policy = policy
        self.validationTime = validationTime
        self.files = files
    }

    /// The same report as JSON: sorted members, the same bytes on every machine.
    public func json() throws -> [UInt8] { try CanonicalJSON.encode(self) }

    private enum Key: String, CodingKey { case version, policy, validationTime, files }
    private enum PolicyKey: String, CodingKey { case id, version }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(1, forKey: .version)
        var policyContainer = container.nestedContainer(keyedBy: PolicyKey.self, forKey: .policy)
        try policyContainer.encode(policy.id, forKey: .id)
        try policyContainer.encode(policy.version, forKey: .version)
        try container.encode(validationTime, forKey: .validationTime)
        try container.encode(files, forKey: .files)
    }
}
