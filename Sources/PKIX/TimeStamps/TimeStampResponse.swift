// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DERSyntax

/// TimeStampResp (RFC 3161 §2.4.2), as received and not judged.
public struct TimeStampResponse: Sendable {
    /// PKIStatus.
    public enum Status: Int, Sendable, Hashable {
        /// A token is enclosed.
        case granted = 0
        /// A token is enclosed that differs from what was asked for.
        case grantedWithModifications = 1
        /// Refused.
        case rejection = 2
        /// Not done yet.
        case waiting = 3
        /// A revocation is imminent.
        case revocationWarning = 4
        /// A revocation has occurred.
        case revocationNotification = 5
    }

    /// PKIFailureInfo: why a request was refused; bits by their number.
    public struct FailureInformation: OptionSet, Sendable, Hashable {
        /// Bit `n` of the BIT STRING is bit `n` here.
        public let rawValue: Int
        /// Makes a set from its bits.
        public init(rawValue: Int) { self.rawValue = rawValue }
        /// The digest is unknown or not accepted.
        public static let badAlgorithm = FailureInformation(rawValue: 1 << 0)
        /// The request is not permitted or not supported.
        public static let badRequest = FailureInformation(rawValue: 1 << 2)
        /// The request has the wrong format.
        public static let badDataFormat = FailureInformation(rawValue: 1 << 5)
        /// The authority's source of time is not available.
        public static let timeNotAvailable = FailureInformation(rawValue: 1 << 14)
        /// The policy is not supported.
        public static let unacceptedPolicy = FailureInformation(rawValue: 1 << 15)
        /// An extension is not supported.
        public static let unacceptedExtension = FailureInformation(rawValue: 1 << 16)
        /// Additional information is not understood or not available.
        public static let additionalInformationNotAvailable = FailureInformation(rawValue: 1 << 17)
        /// A fault of the authority's own.
        public static let systemFailure = FailureInformation(rawValue: 1 << 25)

        var bitNumbers: Set<Int> { Set((0..<26).filter { rawValue & (1 << $0) != 0 }) }
    }

    /// The whole response as received, DER.
    public let bytes: [UInt8]
    /// Whether a token was granted.
    public let status: Status
    /// What the authority says about it, at most 16 texts.
    public let statusTexts: [String]
    /// Why it refused.
    public let failure: FailureInformation
    /// The token; there when it was granted.
    public let token: TimeStampToken?

    /// Reads a response of at most 4 MiB.
    ///
    /// - Throws: ``DERSyntax/DERSyntaxError``, also for a token that belongs to a refusal and for a grant without one.
    public init(parsing bytes: [UInt8]) throws(DERSyntaxError) {
        var outer = try DERElement(parsing: bytes, limit: 1 << 22).reader(.sequence)
        var information = try outer.sequence()
        let number = try information.next().integer()
        guard let status = Status(rawValue: Int(clamping: number)) else {
            throw DERSyntaxError(.invalidValue, at: 0, clause: "RFC 3161 2.4.2", "status \(number)")
        }
        statusTexts = try (information.optional(.sequence)?.elements() ?? []).prefix(16).compactMap(\.text)
        var bits = 0
        if let failure = try information.optional(.bitString) {
            for (index, octet) in try failure.bitString().octets.prefix(4).enumerated() {
                for bit in 0..<8 where octet & (0x80 >> UInt8(bit)) != 0 { bits |= 1 << (index * 8 + bit) }
            }
        }
        try information.end()
        failure = FailureInformation(rawValue: bits)
        let isGranted = status == .granted || status == .grantedWithModifications
        guard outer.isAtEnd != isGranted else {
            throw DERSyntaxError(
                .invalidValue, at: 0, clause: "RFC 3161 2.4.2",
                "status \(number) \(outer.isAtEnd ? "without" : "with") a token")
        }
        token = isGranted ? try TimeStampToken(parsing: outer.next().bytes) : nil
        try outer.end()
        self.status = status
        self.bytes = bytes
    }

    /// The DER of a response that grants a token.
    public static func encode(granting token: [UInt8]) -> [UInt8] {
        DERWriter.bytes { writer in
            writer.sequence { response in
                response.sequence { $0.integer(Status.granted.rawValue) }
                response.raw(token)
            }
        }
    }

    /// The DER of a refusal.
    public static func encode(refusal failure: FailureInformation, text: String? = nil) -> [UInt8] {
        DERWriter.bytes { writer in
            writer.sequence { response in
                response.sequence { information in
                    information.integer(Status.rejection.rawValue)
                    if let text { information.sequence { $0.utf8String(text) } }
                    information.namedBits(failure.bitNumbers)
                }
            }
        }
    }
}
