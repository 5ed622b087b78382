// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
public import PKIX

/// The revocation lists of a test authority, made when they are asked for. It keeps no state and has no clock.
public struct RevocationListService: Sendable {
    /// The authority that signs.
    public var authority: CertificateAuthority
    /// What is revoked; an entry appears from its revocationDate on.
    public var entries: [CertificateRevocationList.Entry]
    /// Seconds from thisUpdate to nextUpdate; `nil` leaves nextUpdate out.
    public var validity: Int64? = 30 * 86_400
    /// Seconds by which a list is older than the instant at which it is asked for.
    public var age: Int64 = 0

    /// Makes a service.
    public init(_ authority: CertificateAuthority, entries: [CertificateRevocationList.Entry] = []) {
        self.authority = authority
        self.entries = entries
    }

    /// The list that is current at an instant.
    ///
    /// - Throws: ``SoftwareKeys/SoftwareKeysError`` and others when it cannot be signed.
    public func list(at time: Instant) throws -> CertificateRevocationList {
        let thisUpdate = time.adding(seconds: -age)
        return try authority.revocationList(
            entries.filter { $0.revocationDate <= thisUpdate }, number: max(thisUpdate.seconds, 0),
            thisUpdate: thisUpdate, nextUpdate: validity.map { thisUpdate.adding(seconds: $0) })
    }
}
