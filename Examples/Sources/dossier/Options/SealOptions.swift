// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import CryptoPrimitives
import DossierCore

/// What binds a signing token to the operator and a user.
struct SealOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Secret of at least 16 bytes that seals tokens (HMAC-SHA256).", valueName: "file"))
    var sealKey: String?

    @Option(help: ArgumentHelp("Whom the signature value is expected from.", valueName: "name"))
    var user: String?

    /// The secret; `nil` when none was named.
    func key() throws -> [UInt8]? {
        guard let sealKey else { return nil }
        do {
            let bytes = try FileSource(path: sealKey).allBytes(limit: 65_536)
            guard bytes.count >= 16 else {
                throw CommandFailure(
                    .configuration, vi: "\(sealKey): khóa niêm phong cần ít nhất 16 byte",
                    en: "\(sealKey): a seal key needs at least 16 bytes")
            }
            return bytes
        } catch {
            throw CommandFailure(error, path: sealKey)
        }
    }
}
