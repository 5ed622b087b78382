// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DERSyntax
public import DossierCore

/// TSTInfo (RFC 3161 §2.4.2): what a time-stamp authority states.
public struct TimeStampInformation: Sendable {
    /// Accuracy: by how much the time may be wrong, in either direction.
    public struct Accuracy: Sendable, Hashable {
        /// Whole seconds.
        public let seconds: Int64
        /// Thousandths, 0 to 999.
        public let milliseconds: Int64
        /// Millionths, 0 to 999.
        public let microseconds: Int64

        /// Makes an accuracy.
        public init(seconds: Int64, milliseconds: Int64 = 0, microseconds: Int64 = 0) {
            self.seconds = seconds
            self.milliseconds = milliseconds
            self.microseconds = microseconds
        }

        init(_ element: DERElement) throws(DERSyntaxError) {
            var reader = try element.reader(.sequence)
            seconds = try reader.optional(.integer)?.integer() ?? 0
            milliseconds = try reader.optional(.contextPrimitive(0))?.integer(.contextPrimitive(0)) ?? 0
            microseconds = try reader.optional(.contextPrimitive(1))?.integer(.contextPrimitive(1)) ?? 0
            try reader.end()
            // §2.4.2 has 1 to 999; zero is written by some and says the same as leaving the field out.
            guard seconds >= 0, (0...999).contains(milliseconds), (0...999).contains(microseconds) else {
                throw DERSyntaxError(
                    .invalidValue, at: element.range.lowerBound, clause: "RFC 3161 2.4.2", "accuracy out of range")
            }
        }
    }

    /// The whole TSTInfo as received.
    public let bytes: [UInt8]
    /// The policy under which the time-stamp was made.
    public let policy: ObjectIdentifier
    /// What was time-stamped.
    public let imprint: MessageImprint
    /// The token's serial number, big-endian two's complement.
    public let serialNumber: [UInt8]
    /// The time.
    public let time: Instant
    /// The accuracy; `nil` when it is not stated here.
    public let accuracy: Accuracy?
    /// Whether tokens of this authority can be ordered by their time alone.
    public let isOrdered: Bool
    /// The nonce of the request, when it had one.
    public let nonce: [UInt8]?
    /// The authority's directory name, when it is stated as one.
    public let authority: DistinguishedName?
    /// The authority's name of whatever kind as received, one GeneralName; `nil` when none is stated.
    public let authorityName: [UInt8]?
    /// All extensions.
    public let extensions: [CertificateExtension]

    /// Reads a TSTInfo.
    ///
    /// - Throws: ``DERSyntax/DERSyntaxError``.
    public init(parsing bytes: [UInt8]) throws(DERSyntaxError) {
        var reader = try DERElement(parsing: bytes, limit: 1 << 20).reader(.sequence)
        let version = try reader.next().integer()
        guard version == 1 else {
            throw DERSyntaxError(.invalidValue, at: 0, clause: "RFC 3161 2.4.2", "version \(version)")
        }
        policy = try reader.objectIdentifier()
        imprint = try MessageImprint(reader.next())
        serialNumber = try reader.next().integerOctets()
        time = try reader.next(.generalizedTime).time()
        accuracy = try reader.optional(.sequence).map { item throws(DERSyntaxError) in try Accuracy(item) }
        isOrdered = try reader.optional(.boolean)?.boolean() ?? false
        nonce = try reader.optional(.integer)?.integerOctets()
        let name = try reader.optional(.context(0))?.explicitContent()
        authorityName = name?.bytes
        if let name, name.tag == .context(4) {
            authority = try DistinguishedName(name.explicitContent())
        } else {
            authority = nil
        }
        if let list = try reader.optional(.context(1)) {
            extensions = try CertificateExtension.readAll(
                DERElement(parsing: list.bytes(retaggedAs: .sequence)))
        } else {
            extensions = []
        }
        try reader.end()
        self.bytes = bytes
    }

    /// The earliest and the latest instant that the statement allows; nanoseconds beyond the accuracy are kept.
    ///
    /// Without a stated accuracy both are ``time``.
    public var bounds: ClosedRange<Instant> {
        guard let accuracy else { return time...time }
        let spread = accuracy.milliseconds * 1_000_000 + accuracy.microseconds * 1_000
        var (early, late) = (Int64(time.nanoseconds) - spread, Int64(time.nanoseconds) + spread)
        // Bounded, so that a hostile accuracy cannot leave the calendar: 100,000 years.
        let seconds = min(accuracy.seconds, 3_155_760_000_000)
        var (first, last) = (time.seconds &- seconds, time.seconds &+ seconds)
        if early < 0 {
            early += 1_000_000_000
            first -= 1
        }
        if late >= 1_000_000_000 {
            late -= 1_000_000_000
            last += 1
        }
        return Instant(seconds: first, nanoseconds: Int32(early))...Instant(seconds: last, nanoseconds: Int32(late))
    }

    /// The DER of a new TSTInfo.
    ///
    /// - Parameters:
    ///   - serialNumber: Big-endian, non-negative; unique for the authority.
    ///   - time: Written to the fraction that it has, without trailing zeros (RFC 3161 §2.4.2).
    ///   - authority: The subject of the authority's certificate, or `nil` to leave it out.
    public static func encode(
        policy: ObjectIdentifier, imprint: MessageImprint, serialNumber: [UInt8], time: Instant,
        accuracy: Accuracy? = nil, isOrdered: Bool = false, nonce: [UInt8]? = nil, authority: DistinguishedName? = nil
    ) -> [UInt8] {
        DERWriter.bytes { writer in
            writer.sequence { body in
                body.integer(1)
                body.objectIdentifier(policy)
                body.raw(imprint.bytes)
                body.unsignedInteger(serialNumber)
                body.element(.generalizedTime, generalizedTime(time))
                if let accuracy {
                    body.sequence {
                        if accuracy.seconds != 0 { $0.integer(accuracy.seconds) }
                        if accuracy.milliseconds != 0 { $0.integer(accuracy.milliseconds, tag: .contextPrimitive(0)) }
                        if accuracy.microseconds != 0 { $0.integer(accuracy.microseconds, tag: .contextPrimitive(1)) }
                    }
                }
                if isOrdered { body.boolean(true) }
                if let nonce { body.element(.integer, nonce) }
                if let authority { body.explicit(0) { name in name.explicit(4) { $0.raw(authority.bytes) } } }
            }
        }
    }

    private static func generalizedTime(_ time: Instant) -> [UInt8] {
        Array(time.description.filter { $0.isNumber || $0 == "." || $0 == "Z" }.utf8)
    }
}
