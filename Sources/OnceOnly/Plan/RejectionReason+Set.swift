// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

extension RejectionReason {
    /// Reasons as bits, in the order of gravity.
    struct Bits: OptionSet, Hashable {
        let rawValue: UInt16

        static let wrongSubject = Bits(.wrongSubject)
        static let superseded = Bits(.superseded)
        static let revoked = Bits(.revoked)
        static let expired = Bits(.expired)
        static let signatureInvalid = Bits(.signatureInvalid)
        static let notYetIssued = Bits(.notYetIssued)
        static let wrongContent = Bits(.wrongContent)
        static let wrongIssuer = Bits(.wrongIssuer)
        static let unverified = Bits(.unverified)
        static let wrongForm = Bits(.wrongForm)
        static let issueDateUnknown = Bits(.issueDateUnknown)
        static let stale = Bits(.stale)

        init(rawValue: UInt16) { self.rawValue = rawValue }

        private init(_ reason: RejectionReason) { rawValue = reason.bit() }

        /// The reasons, gravest first.
        var reasons: [RejectionReason] {
            RejectionReason.allCases.enumerated().filter { rawValue & (1 << UInt16($0.offset)) != 0 }.map(\.element)
        }

        /// How near a document with these reasons is to being usable, by the gravest of them; larger is nearer.
        var nearness: Int { rawValue.trailingZeroBitCount }
    }
}
