// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import DossierCore
import DossierKit
import Synchronization

/// A file that did not go into a vault, and why.
struct StoreFailure: Encodable {
    let path: String
    let failure: CommandFailure
    /// Whether it only repeats what was said of the file before.
    let isRepeated: Bool

    private enum Key: String, CodingKey { case path, error }

    init(_ path: String, _ error: any Error, isRepeated: Bool = false) {
        self.path = path
        self.isRepeated = isRepeated
        failure =
            error is CancellationError
            ? CommandFailure(
                .interrupted, vi: "\(path): chưa cất: đã dừng theo yêu cầu", en: "\(path): not stored: interrupted")
            : CommandFailure(error, path: path)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(path, forKey: .path)
        try container.encode(failure.message, forKey: .error)
    }
}

/// Files on their way into a vault: by as few appends as can be, and one by one where one of them keeps the others from it.
struct StoringBatch {
    /// The places of what is durable, in order.
    private(set) var stored: [(place: Int, reference: DocumentReference)] = []
    private(set) var failures: [StoreFailure] = []
    private let files: [(path: String, upload: @Sendable () throws -> DocumentUpload)]
    private let vault: Vault
    private let instant: Instant

    init(
        _ files: [(path: String, upload: @Sendable () throws -> DocumentUpload)], into vault: Vault, at instant: Instant
    ) {
        self.files = files
        self.vault = vault
        self.instant = instant
    }

    /// Stores them; what was durable before something failed stays, and is known.
    mutating func store(isQuiet: Bool, unless interruption: Interruption?) async throws {
        if files.count > 1 { await storeTogether(isQuiet, interruption) }
        for place in files.indices.dropFirst(stored.count) {
            let (path, upload) = files[place]
            do {
                try interruption?.check()
                let upload = try upload()
                let size = Int(clamping: upload.source.size)
                let reference = try await vault.store(upload, at: instant) { done in
                    if !isQuiet { Console.progress(Int(clamping: done), of: size, path) }
                }
                stored.append((place, reference))
            } catch {
                failures.append(StoreFailure(path, error))
                // What the store cannot do for one it cannot do for the others.
                guard (error as? VaultError)?.isOfTheStore == true || error is CancellationError else { continue }
                for other in files[(place + 1)...] {
                    failures.append(StoreFailure(other.path, error, isRepeated: true))
                }
                return
            }
        }
    }

    private mutating func storeTogether(_ isQuiet: Bool, _ interruption: Interruption?) async {
        let files = files
        let durable = Mutex<[DocumentReference]>([])
        // Why it ended early is found out, and said of the file at fault, when the others are stored one by one.
        _ = try? await vault.store(
            files.count, at: instant,
            progress: { done in if !isQuiet { Console.progress(done, of: files.count, "") } },
            stored: { references in durable.withLock { $0 += references } },
            { place in
                try interruption?.check()
                return try files[place].upload()
            })
        stored = durable.withLock { $0 }.enumerated().map { ($0.offset, $0.element) }
    }
}

extension VaultError {
    /// Whether it says something of the vault or its store rather than of the document.
    fileprivate var isOfTheStore: Bool {
        switch code {
        case .provenanceMismatch, .invalidMetadata, .overQuota, .conflict: false
        default: true
        }
    }
}
