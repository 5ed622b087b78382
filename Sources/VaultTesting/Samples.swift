// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
public import DossierCore

/// Documents and times that the tests of stores and vaults share.
public enum Samples {
    /// A fixed time.
    public static let time = Instant(seconds: 1_795_228_222)

    /// Octet i is the low octet of i + (i >> 8).
    public static func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 + ($0 >> 8)) }
    }

    /// A description of an uploaded file.
    public static func metadata(name: String = "giấy tờ thử nghiệm.bin", type: String = "other") -> DocumentMetadata {
        DocumentMetadata(type: type, name: name, mediaType: "application/octet-stream")
    }

    /// Stores bytes as a self-declared upload.
    public static func store(
        _ bytes: [UInt8], as metadata: DocumentMetadata = metadata(), correcting: DocumentReference? = nil,
        operation: OperationID? = nil, in vault: Vault
    ) async throws -> DocumentReference {
        try await vault.store(
            MemorySource(bytes), metadata: metadata, provenance: .selfDeclared(Digest32(of: bytes)),
            correcting: correcting, operation: operation, at: time)
    }
}
