// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

extension DocumentContent {
    /// Writes the document into an open file, with constant memory.
    ///
    /// A document of 8 MiB or more goes past the page cache where system and file allow it: nothing is copied once more, and
    /// the disk takes one part while the next is opened. Nothing is on stable storage before the caller has synced the file,
    /// and what stands in it after an error is not the document: write under another name, sync, then rename. Blocks the
    /// thread while the disk is slower.
    ///
    /// - Parameter descriptor: Of a file opened for writing that stands at its end; stays open. Other flags than `O_DIRECT`
    ///   are left as they are.
    /// - Throws: As ``forEachPiece(_:)``; ``FileWritingError`` when the system does not take it, for example
    ///   because the disk is full.
    public func write(toFileDescriptor descriptor: Int32) async throws {
        var writing = FileWriting(descriptor, expecting: size)
        try await forEachFilling { most, fill in try writing.append(atMost: most, fill) }
        try writing.finish()
    }
}
