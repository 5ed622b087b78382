// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierCore
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
    /// Remarks on the file that belong to none of its signatures.
    public var findings: [Finding]
    /// Path of the file that holds the signatures, when that is another one.
    public var signatureFile: String?
    /// Path of the content that detached signatures were judged over.
    public var contentFile: String?

    /// Makes a report.
    public init(path: String, format: String?, sha256: String?, report: DocumentReport?, error: Phrase? = nil) {
        findings = []
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
    ///   - proofs: What the caller vouches for, about this file or a signature in it.
    ///   - expected: The person who was to sign.
    /// - Throws: When the file cannot be read as what it begins like.
    public init(
        path: String, source: any ByteSource, content: (any ByteSource)? = nil, validator: SignatureValidator,
        at time: Instant, existence proofs: [ExistenceProof] = [], expecting expected: ExpectedSigner? = nil
    ) throws {
        try self.init(
            OpenedFile(path: path, source: source, content: content), validator: validator, at: time, existence: proofs,
            expecting: expected)
    }

    /// Judges a file that was opened.
    ///
    /// - Parameters:
    ///   - proofs: What the caller vouches for.
    ///   - expected: The person who was to sign.
    ///   - findings: What has to be said of this file beside its signatures: what could not be fetched for it.
    /// - Throws: When the file cannot be read.
    public init(
        _ file: OpenedFile, validator: SignatureValidator, at time: Instant, existence proofs: [ExistenceProof] = [],
        expecting expected: ExpectedSigner? = nil, findings: [Finding] = []
    ) throws {
        path = file.path
        sha256 = file.sha256
        error = nil
        self.findings = findings
        guard let document = file.document else {
            format = nil
            report = .unsigned(policy: validator.policy, at: time)
            return
        }
        let report = try validator.validate(
            document, at: time, existence: proofs, expecting: expected, fileDigest: Hexadecimal.decode(file.sha256))
        self.report = report
        let fallback = SignedFile.format(of: document)
        format = (report.signatures.first?.facts.format ?? fallback).rawValue
    }

    private enum Key: String, CodingKey {
        case path, format, sha256, indication, subIndication, signatures, error, findings, signatureFile, contentFile
        case timestamps
    }

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
        try container.encode(findings + (report?.findings ?? []), forKey: .findings)
        if let stamps = report?.timeStamps, !stamps.isEmpty { try container.encode(stamps, forKey: .timestamps) }
        try container.encodeIfPresent(signatureFile, forKey: .signatureFile)
        try container.encodeIfPresent(contentFile, forKey: .contentFile)
    }
}
