// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DossierCore

/// A random name of 16 octets for something inside a vault; `Subject` says of what.
public struct ObjectID<Subject>: Sendable, Hashable, CustomStringConvertible {
    /// The 16 octets.
    public let octets: [UInt8]

    /// Takes over 16 octets, or gives `nil` for another number.
    public init?(octets: [UInt8]) {
        guard octets.count == 16 else { return nil }
        self.octets = octets
    }

    /// Makes a new name.
    public init(random: some RandomSource) { octets = random.bytes(16) }

    /// Reads 32 hexadecimal digits, or gives `nil`.
    public init?(_ text: some StringProtocol) {
        guard let octets = Hexadecimal.decode(text) else { return nil }
        self.init(octets: octets)
    }

    private init(zeros: Void) { octets = [UInt8](repeating: 0, count: 16) }

    /// 32 lower-case hexadecimal digits.
    public var description: String { Hexadecimal.encode(octets) }
}

/// What ``ObjectID`` can name.
public enum ObjectSubject {
    /// A document with all its versions.
    public enum Document {}
    /// One version of a document.
    public enum Version {}
    /// A sealed content in the store.
    public enum Content {}
    /// One change of a vault, the same on every retry.
    public enum Operation {}
    /// Somebody who may sign journal entries.
    public enum Writer {}
    /// A slot that a secret of the owner opens.
    public enum Slot {}
}

/// Names a document.
public typealias DocumentID = ObjectID<ObjectSubject.Document>
/// Names one version of a document.
public typealias VersionID = ObjectID<ObjectSubject.Version>
/// Names a sealed content in the store.
public typealias ContentID = ObjectID<ObjectSubject.Content>
/// Names one change of a vault, the same on every retry.
public typealias OperationID = ObjectID<ObjectSubject.Operation>
/// Names somebody who may sign journal entries.
public typealias WriterID = ObjectID<ObjectSubject.Writer>
/// Names a slot.
public typealias SlotID = ObjectID<ObjectSubject.Slot>

extension ObjectID<ObjectSubject.Writer> {
    /// The owner: sixteen zero octets.
    public static let owner = Self(zeros: ())
}
