// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import ArgumentParser
import DERSyntax

/// What the signer states beside the content (EN 319 122-1 §5.2).
struct PropertyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Role that the signer claims; repeatable.", valueName: "text"))
    var role: [String] = []

    @Option(
        help: ArgumentHelp(
            "Commitment: origin, receipt, delivery, sender, approval, creation or an object identifier; repeatable.",
            valueName: "oid"))
    var commitment: [String] = []

    private static let named: [String: ObjectIdentifier] = [
        "origin": .proofOfOrigin, "receipt": .proofOfReceipt, "delivery": .proofOfDelivery, "sender": .proofOfSender,
        "approval": .proofOfApproval, "creation": .proofOfCreation,
    ]

    func validate() throws {
        guard !role.contains("") else { throw ValidationError("--role takes a text") }
        _ = try properties()
    }

    /// The options as they are written.
    var arguments: [String] { role.map { "--role=\($0)" } + commitment.map { "--commitment=\($0)" } }

    func properties() throws -> SignedProperties {
        SignedProperties(
            commitments: try commitment.map { text in
                guard let identifier = Self.named[text] ?? ObjectIdentifier(dotted: text) else {
                    throw ValidationError("--commitment takes an object identifier, not \(text)")
                }
                return identifier
            }, roles: role)
    }
}
