// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DERSyntax
import DossierCore
public import PKIX

/// What a signer states beside the content (EN 319 122-1 §5.2): all of it is signed, none of it is proved.
public struct SignedProperties: Sendable {
    /// Commitments, for example ``DERSyntax/ObjectIdentifier/proofOfApproval`` (§5.2.3).
    public var commitments: [ObjectIdentifier]
    /// Roles that the signer claims (§5.2.6.1), written as titles.
    public var roles: [String]
    /// Time-stamps over the content, had before signing (§5.2.8).
    public var contentTimeStamps: [TimeStampToken]

    /// Makes properties; none unless stated.
    public init(
        commitments: [ObjectIdentifier] = [], roles: [String] = [], contentTimeStamps: [TimeStampToken] = []
    ) {
        self.commitments = commitments
        self.roles = roles
        self.contentTimeStamps = contentTimeStamps
    }

    /// The DER of the attributes.
    var attributes: [[UInt8]] {
        var attributes: [[UInt8]] = []
        // A signed attribute type may occur once only; several commitments are several values (RFC 5652 §5.3).
        func add(_ type: ObjectIdentifier, _ values: [[UInt8]]) {
            guard !values.isEmpty else { return }
            attributes.append(
                DERWriter.bytes { writer in
                    writer.sequence {
                        $0.objectIdentifier(type)
                        $0.setOf(values)
                    }
                })
        }
        add(
            .commitmentType,
            commitments.map { commitment in
                DERWriter.bytes { writer in writer.sequence { $0.objectIdentifier(commitment) } }
            })
        add(.signerAttributesV2, roles.isEmpty ? [] : [claimedRoles])
        add(.contentTimeStamp, contentTimeStamps.map(\.bytes))
        return attributes
    }

    /// SignerAttributeV2 with claimed attributes.
    private var claimedRoles: [UInt8] {
        DERWriter.bytes { writer in
            writer.sequence { list in
                list.explicit(0) { claimed in
                    claimed.sequence { attributes in
                        attributes.sequence { attribute in
                            attribute.objectIdentifier("2.5.4.12")
                            attribute.setOf(roles.map { role in DERWriter.bytes { $0.utf8String(role) } })
                        }
                    }
                }
            }
        }
    }
}

/// Commitment types of EN 319 122-1 §5.2.3 and RFC 5126 §5.11.1.
extension ObjectIdentifier {
    /// The signer made, approved and sent the content.
    public static let proofOfOrigin: ObjectIdentifier = "1.2.840.113549.1.9.16.6.1"
    /// The signer received the content.
    public static let proofOfReceipt: ObjectIdentifier = "1.2.840.113549.1.9.16.6.2"
    /// The content was delivered to the recipient.
    public static let proofOfDelivery: ObjectIdentifier = "1.2.840.113549.1.9.16.6.3"
    /// The signer sent the content, without having made it.
    public static let proofOfSender: ObjectIdentifier = "1.2.840.113549.1.9.16.6.4"
    /// The signer approves the content.
    public static let proofOfApproval: ObjectIdentifier = "1.2.840.113549.1.9.16.6.5"
    /// The signer made the content, and neither approves nor sends it.
    public static let proofOfCreation: ObjectIdentifier = "1.2.840.113549.1.9.16.6.6"
}
