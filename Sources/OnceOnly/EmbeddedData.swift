// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierData

/// The data files of this module, compiled in.
enum EmbeddedData {
    /// The bytes of `Data/<file>`.
    static func bytes(of file: String) throws(OnceOnlyError) -> [UInt8] {
        var count = 0
        // The pointer is to constant data of the program, and `count` is its length.
        guard let start = unsafe dossier_data("OnceOnly/" + file, &count) else {
            throw OnceOnlyError(.missingCatalogue, detail: file)
        }
        return unsafe Array(UnsafeBufferPointer(start: start, count: count))
    }
}
