// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierCore
public import PKIX
public import SignatureValidation

/// A file whose format was recognised and whose digest is known, before any judgement.
public struct OpenedFile: Sendable {
    /// Path or name as the caller gave it.
    public let path: String
    /// SHA-256 of the file, lower-case hexadecimal.
    public let sha256: String
    /// The file's signatures; `nil` for a file of no signed format.
    public let document: (any SignedDocument)?
    /// The other file of a detached signature.
    let companion: Companion?

    /// What a detached signature is judged with beside the file that is named.
    struct Companion: Sendable {
        enum Role: String, Sendable, Codable {
            case content, signature
        }
        let role: Role
        let source: any ByteSource
    }

    /// Opens a file by its first bytes.
    ///
    /// - Parameters:
    ///   - content: The content of a detached signature; `nil` when there is none.
    ///   - password: Of an encrypted PDF, the user's or the owner's; the empty one is tried anyway.
    /// - Throws: When the file cannot be read as what it begins like; ``PDFSyntax/PDFSyntaxError`` `passwordRequired` for an
    ///   encrypted PDF that the password does not open.
    public init(
        path: String, source: any ByteSource, content: (any ByteSource)? = nil, password: String? = nil
    ) throws {
        self.path = path
        // What the signatures cover begins as the file does, so that its bytes are digested once.
        let source = DigestedSource.wrapping(source)
        sha256 = Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: source))
        companion = content.map { Companion(role: .content, source: $0) }
        if let content {
            document = try SignedFile.document(source.allBytes(limit: 1 << 28), over: content)
        } else {
            document = try SignedFile.open(source, password: password)
        }
    }

    /// Opens a file that carries no signature itself by the detached signature over it.
    ///
    /// - Parameters:
    ///   - content: The file; ``sha256`` is its digest.
    ///   - signature: The detached signature.
    /// - Throws: When either cannot be read.
    public init(path: String, content: any ByteSource, signedBy signature: any ByteSource) throws {
        self.path = path
        let content = DigestedSource.wrapping(content)
        sha256 = Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: content))
        companion = Companion(role: .signature, source: signature)
        document = try SignedFile.document(signature.allBytes(limit: 1 << 28), over: content)
    }

    /// What stands in the file to judge it with: the certificates of signers and of time-stamp authorities, and everything
    /// that came along.
    ///
    /// - Parameter material: Among which a signer that brought no certificate may be found.
    /// - Throws: When the file cannot be read.
    public func enclosed(
        with material: ValidationMaterial = ValidationMaterial()
    ) throws -> (signers: [Certificate], material: ValidationMaterial) {
        let facts = try document?.signatureFacts(with: material) ?? []
        var found = ValidationMaterial()
        var signers: [Certificate] = []
        for fact in facts {
            found = found.merging(fact.material).merging(fact.longTermMaterial)
            for stamp in fact.timeStamps {
                found = found.merging(stamp.material)
                found.certificates += stamp.token?.signedData.certificates ?? []
                found.revocationLists += stamp.token?.signedData.revocationLists ?? []
            }
            let authorities = fact.timeStamps.map { $0.facts?.signingCertificate }
            for case let signer? in [fact.signingCertificate] + authorities where !signers.contains(signer) {
                signers.append(signer)
            }
        }
        return (signers, found)
    }
}
