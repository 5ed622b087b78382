// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
public import PKIX

extension TimeStampToken {
    /// Holds a token against the value that it should stamp before it is embedded.
    func check(stamping value: [UInt8], by signer: Certificate) throws(AdESError) {
        let faults = verify(stamping: value).faults
        guard faults.isEmpty else {
            throw AdESError(.timeStampNotAccepted, TimeStampNotAccepted(faults: faults).description)
        }
        guard signer.isValid(at: information.time) else {
            throw AdESError(
                .timeStampNotAccepted,
                "the time-stamp says \(information.time), which lies outside the validity of the signer's certificate")
        }
    }
}

extension TimeStamping {
    /// A token over bytes that holds; what does not is an ``AdESError``.
    func acceptedToken(over bytes: [UInt8]) async throws -> TimeStampToken {
        try await accepted { try await checkedToken(over: bytes) }
    }

    /// A token for an imprint that holds.
    ///
    /// - Throws: ``AdESError`` `timeStampNotAccepted` for one that does not; errors of the authority unchanged.
    public func acceptedToken(for imprint: MessageImprint) async throws -> TimeStampToken {
        try await accepted { try await checkedToken(for: imprint) }
    }

    private func accepted(_ body: () async throws -> TimeStampToken) async throws -> TimeStampToken {
        do { return try await body() } catch let error as TimeStampNotAccepted {
            throw AdESError(.timeStampNotAccepted, error.description)
        }
    }
}
