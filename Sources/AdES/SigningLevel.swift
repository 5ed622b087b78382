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
    /// Where material and archive time-stamps come from; there from B-LT upwards.
    public let resources: ExtensionResources?

    /// B-B: signed attributes that bind the certificate.
    public static let b = SigningLevel(level: .b, timeStamps: nil, resources: nil)

    /// B-T: a time-stamp over the signature value.
    public static func t(_ timeStamps: some TimeStamping) -> SigningLevel {
        SigningLevel(level: .t, timeStamps: timeStamps, resources: nil)
    }

    /// B-LT: with chain and status of every certificate below the anchors.
    public static func lt(_ resources: ExtensionResources) -> SigningLevel {
        SigningLevel(level: .lt, timeStamps: resources.timeStamps, resources: resources)
    }

    /// B-LTA: with an archive time-stamp.
    public static func lta(_ resources: ExtensionResources) -> SigningLevel {
        SigningLevel(level: .lta, timeStamps: resources.timeStamps, resources: resources)
    }
}
