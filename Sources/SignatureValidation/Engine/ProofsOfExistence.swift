// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

package import DossierCore

/// What is proved to have existed at which earliest instant, and by what (EN 319 102-1 §5.6.2.3).
///
/// Every object exists at the time of judgement; proofs only move that earlier.
package struct ProofsOfExistence: Sendable {
    /// Where a proof comes from.
    package enum Source: Sendable, Hashable {
        case judgement
        case timeStamp(TimeStampKind, id: String)
        case caller(String)
    }
    /// The earliest proof of one object.
    package struct Proof: Sendable, Hashable {
        package let time: Instant
        package let source: Source
    }

    private let judgedAt: Instant
    private var earliest: [ValidationObject: Proof] = [:]

    package init(at judgedAt: Instant) { self.judgedAt = judgedAt }

    /// The earliest proof of an object.
    package func proof(of object: ValidationObject?) -> Proof {
        object.flatMap { earliest[$0] } ?? Proof(time: judgedAt, source: .judgement)
    }

    /// When an object is proved to have existed at the latest.
    package func time(of object: ValidationObject?) -> Instant { proof(of: object).time }

    /// Notes a proof of objects; one that is not earlier than what is known changes nothing.
    ///
    /// A proof from the very instant of judgement still is one, where judging alone is none.
    package mutating func add(_ objects: [ValidationObject], at time: Instant, by source: Source) {
        for object in objects {
            let known = proof(of: object)
            guard time < known.time || time == known.time && known.source == .judgement else { continue }
            earliest[object] = Proof(time: time, source: source)
        }
    }
}
