// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import PKIX

extension TimeStampClient: TimeStamping {
    /// A token of the first authority that gives a good one, under its default policy.
    ///
    /// - Throws: ``TrustServicesError`` as ``stamp(_:policy:isAcceptable:)``.
    public func token(for imprint: MessageImprint) async throws -> TimeStampToken { try await stamp(imprint).token }
}
