// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DossierCore

/// A random name of 16 octets for something inside a vault; `Subject` says of what.
public struct ObjectID<Subject>: Sendable, Hashable, CustomStringConvertible {
    // Two words rather than an array: a vault holds several of these for each of its documents.
    private let high, low: UInt64

    /// The 16 octets.
    public var octets: [UInt8] { WordOctets.octets(high, low) }

    /// Takes over 16 octets, or gives `nil` for another number.
    public init?(octets: some Collection<UInt8>) {
        guard octets.count == 16 else { return nil }
        high = WordOctets.word(octets)
        low = WordOctets.word(octets, at: 8)
    }

    /// Makes a new name.
    public init(random: some RandomSource) {
        let octets = random.bytes(16)
        high = WordOctets.word(octets)
        low = WordOctets.word(octets, at: 8)
    }

    /// Makes a new name that shares its first half with another one, so that both lie side by side in an index.
    init(beside other: Self, random: some RandomSource) {
        high = other.high
        low = WordOctets.word(random.bytes(8))
    }

    /// Reads 32 hexadecimal digits, or gives `nil`.
    public init?(_ text: some StringProtocol) {
        guard let octets = Hexadecimal.decode(text) else { return nil }
        self.init(octets: octets)
    }

    /// The two words, to name something else by the same octets.
    var words: (UInt64, UInt64) { (high, low) }

    init(words: (UInt64, UInt64)) { (high, low) = words }

    private init(zeros: Void) { (high, low) = (0, 0) }

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
    /// A slot that a secret opens.
    public enum Slot {}
    /// A document that somebody left in the inbox.
    public enum Deposit {}
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
/// Names a deposit and its ticket.
public typealias DepositID = ObjectID<ObjectSubject.Deposit>

extension ObjectID: Comparable {
    /// In the order of their octets.
    public static func < (left: Self, right: Self) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

/// Octets kept as words, the most significant first.
enum WordOctets {
    /// The word that begins at an octet; there must be eight.
    static func word(_ octets: some Collection<UInt8>, at start: Int = 0) -> UInt64 {
        // Octets that lie side by side are taken without asking the collection for each of them.
        octets.withContiguousStorageIfAvailable { octets in
            unsafe octets.dropFirst(start).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        } ?? octets.dropFirst(start).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    static func octets(_ word: UInt64) -> [UInt8] { [UInt8](capacity: 8) { append(word, to: &$0) } }

    static func octets(_ first: UInt64, _ second: UInt64) -> [UInt8] {
        [UInt8](capacity: 16) { octets in
            append(first, to: &octets)
            append(second, to: &octets)
        }
    }

    static func octets(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) -> [UInt8] {
        [UInt8](capacity: 32) { octets in
            append(first, to: &octets)
            append(second, to: &octets)
            append(third, to: &octets)
            append(fourth, to: &octets)
        }
    }

    private static func append(_ word: UInt64, to octets: inout OutputSpan<UInt8>) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            octets.append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }
}

extension ObjectID<ObjectSubject.Writer> {
    /// The owner: sixteen zero octets.
    public static let owner = Self(zeros: ())
}
