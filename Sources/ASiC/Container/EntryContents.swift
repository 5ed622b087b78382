// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierCore
import Synchronization
public import ZIPSyntax

/// The stored files of a container as sources that remember their digests: the manifest of the container, that of a dossier
/// and the file's own signature ask for the same ones.
final class EntryContents: Sendable {
    private let sources = Mutex<[Int64: DigestedSource]>([:])

    func source(of entry: ZIPEntry, in archive: ZIPArchive) -> DigestedSource {
        // No two entries of an archive begin at one place.
        sources.withLock { sources in
            if let known = sources[entry.record.lowerBound] { return known }
            let source = DigestedSource(archive.source(of: entry))
            sources[entry.record.lowerBound] = source
            return source
        }
    }
}

extension ASiCContainer {
    /// A file of the container, to be read at any place; a deflated one is expanded into memory.
    ///
    /// Digests of a stored file are remembered with the container. Its CRC-32 is not compared here.
    ///
    /// - Parameter limit: Most bytes that a deflated file may expand to.
    /// - Throws: As ``ZIPSyntax/ZIPArchive/loadedSource(of:limit:)``.
    public func source(of entry: ZIPEntry, limit: Int64) throws(ZIPSyntaxError) -> any ByteSource {
        switch entry.compression {
        case .stored: contents.source(of: entry, in: archive)
        case .deflated: try archive.loadedSource(of: entry, limit: limit)
        }
    }
}
