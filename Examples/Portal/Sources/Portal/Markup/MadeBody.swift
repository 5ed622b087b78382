// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AsyncAlgorithms
import Hummingbird
import NIOCore

extension ResponseBody {
    /// A body that is written as it is made: whoever makes it waits at each piece until the browser has taken the one before,
    /// and is cancelled when the browser is gone.
    static func made(
        by make: @escaping @Sendable (@escaping @Sendable ([UInt8]) async throws -> Void) async throws -> Void
    ) -> ResponseBody {
        ResponseBody { writer in
            let pieces = AsyncThrowingChannel<ByteBuffer, any Error>()
            let work = Task {
                do {
                    try await make { piece in
                        await pieces.send(ByteBuffer(bytes: piece))
                        try Task.checkCancellation()
                    }
                    pieces.finish()
                } catch {
                    pieces.fail(error)
                }
            }
            defer { work.cancel() }
            for try await piece in pieces { try await writer.write(piece) }
            // Who is cancelled gets no more pieces, as at the end; but half a file must not look whole.
            try Task.checkCancellation()
            try await writer.finish(nil)
        }
    }
}
