// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import PKIX
public import SignatureValidation

/// The level that a new signature is to have, with what is needed to reach it.
///
/// A level that cannot be reached is an error and nothing is written; no lower level is ever made in its place.
public struct SigningLevel: Sendable {
    /// The level.
    public let level: BaselineLevel
    /// Who gives the time-stamps; there from B-T upwards.
    public let timeStamps: (any TimeStamping)?

    /// B-B: signed attributes that bind the certificate.
    public static let b = SigningLevel(level: .b, timeStamps: nil)

    /// B-T: a time-stamp over the signature value.
    public static func t(_ timeStamps: some TimeStamping) -> SigningLevel {
        SigningLevel(level: .t, timeStamps: timeStamps)
    }

    private init(level: BaselineLevel, timeStamps: (any TimeStamping)?) {
        self.level = level
        self.timeStamps = timeStamps
    }
}
