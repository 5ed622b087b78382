// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DERSyntax

/// AlgorithmIdentifier (RFC 5280 §4.1.1.2), as received.
public struct AlgorithmIdentifier: Sendable, Hashable {
    /// The algorithm.
    public let algorithm: ObjectIdentifier
    /// The parameters as received, one DER element; `nil` when they are absent.
    public let parameters: [UInt8]?
    /// The whole SEQUENCE as received.
    public let bytes: [UInt8]

    /// Reads an AlgorithmIdentifier.
    public init(_ element: DERElement, tag: DERTag = .sequence) throws(DERSyntaxError) {
        var reader = try element.reader(tag)
        algorithm = try reader.objectIdentifier()
        parameters = reader.isAtEnd ? nil : try reader.next().bytes
        try reader.end()
        bytes = element.bytes(retaggedAs: .sequence)
    }

    /// Makes an AlgorithmIdentifier.
    ///
    /// - Parameter parameters: One DER element, or `nil` for absent parameters.
    public init(_ algorithm: ObjectIdentifier, parameters: [UInt8]? = nil) {
        self.algorithm = algorithm
        self.parameters = parameters
        bytes = DERWriter.bytes { writer in
            writer.sequence {
                $0.objectIdentifier(algorithm)
                if let parameters { $0.raw(parameters) }
            }
        }
    }

    static let null: [UInt8] = [0x05, 0x00]

    /// Whether the parameters are absent or NULL.
    var hasNoParameters: Bool { parameters == nil || parameters == Self.null }
}
