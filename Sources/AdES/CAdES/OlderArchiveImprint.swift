// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import PKIX

/// What archive-time-stamp and archive-time-stamp-v2 digest (TS 101 733 §6.4.1, RFC 5126 §6.4.1, RFC 3126): the structure
/// itself, in the forms that the versions of the standard asked for and producers wrote.
struct OlderArchiveImprint {
    /// What a form protects.
    enum Extent {
        /// Content, certificates and lists of SignedData, and the signer.
        case structure
        /// The same but for a detached content, which versions 1.5.1 to 1.6.3 left out (TS 101 733 §6.4.1 note 1).
        case structureWithoutContent
        /// Content, signed attributes, value and the named unsigned attributes, as before version 1.5.1; neither certificates
        /// nor lists of SignedData.
        case attributes
    }

    /// One form: octets, the content when it is a file of its own, octets, and one of several ends.
    struct Form {
        let extent: Extent
        /// Number of the encoding; with the extent it names what stands before the ends.
        let encoding: Int
        let before: [UInt8]
        let hasContent: Bool
        let after: [UInt8]
        let ends: [[UInt8]]
        /// Which of the unsigned attributes are among them.
        let kept: [Bool]
    }

    /// A digest that has taken in some octets and the content behind them; `nil` when there is no content.
    typealias ContentDigesting = (DigestAlgorithm, _ after: [UInt8]) throws -> DigestState?

    /// What stands before the ends, under way, copied from for each time-stamp.
    private struct Beginning: Hashable {
        let algorithm: DigestAlgorithm
        let extent: Extent
        let encoding: Int
    }
    private final class Kept {
        let state: DigestState
        init(_ state: consuming DigestState) { self.state = state }
    }

    private let encodings: [StampedParts]
    /// What every time-stamp's digest begins with, of each encoding: fields of SignedData and the signer's.
    private let rests: [[UInt8]]
    private let firsts: [[UInt8]]
    private var kept: [Beginning: Kept] = [:]

    /// - Parameters:
    ///   - structures: The structure as received.
    ///   - isDefinite: Whether all its lengths are definite, so that there is one encoding only.
    init(_ structures: StampedStructures, isDefinite: Bool, signer index: Int) throws(DERSyntaxError) {
        encodings = try StampedParts.all(
            isDefinite ? [.received] : StampedParts.Encoding.allCases, of: structures, signer: index)
        rests = encodings.map { $0.certificates + $0.revocationInformation + $0.fields.flatMap(\.self) }
        firsts = encodings.map { $0.signedAttributes + $0.signature }
    }

    /// The forms, the standard's newest first.
    ///
    /// - Parameters:
    ///   - type: archive-time-stamp or archive-time-stamp-v2.
    ///   - kept: Which of the unsigned attributes were there before the time-stamp.
    func forms(_ type: ObjectIdentifier, keeping kept: [Bool]) -> [Form] {
        var forms: [Form] = []
        for (number, parts) in encodings.enumerated() where parts.attributes.count == kept.count {
            let attributes = zip(parts.attributes, kept).filter(\.1).map(\.0)
            let joined = attributes.flatMap(\.bytes)
            let rest = rests[number]
            // With and without the tag and length around the unsigned attributes; TS 101 733 was read both ways (annex K).
            var ends = [DERWriter.bytes { $0.element(.context(1), joined) }, joined]
            if parts.hasIndefiniteAttributes { ends.insert([0xa1, 0x80] + joined + [0, 0], at: 0) }
            forms.append(
                Form(
                    extent: .structure, encoding: number, before: parts.encapsulatedContent,
                    hasContent: parts.isDetached, after: rest, ends: ends, kept: kept))
            guard type == .archiveTimeStamp else { continue }
            if parts.isDetached {
                forms.append(
                    Form(
                        extent: .structureWithoutContent, encoding: number, before: parts.encapsulatedContent,
                        hasContent: false, after: rest, ends: ends, kept: kept))
            }
            forms.append(first(number, kept))
        }
        return forms
    }

    /// The form of RFC 3126: values without type and length, the attributes in the order of the standard.
    private func first(_ number: Int, _ kept: [Bool]) -> Form {
        let parts = encodings[number]
        let named: [ObjectIdentifier] = [
            .signatureTimeStamp, .certificateReferences, .revocationReferences, .cadesCTimeStamp,
            .referencesTimeStamp, .certificateValues, .revocationValues, .archiveTimeStamp,
        ]
        let kept = zip(parts.attributes, kept).map { $1 && named.contains($0.type) }
        let attributes = zip(parts.attributes, kept).filter(\.1).map(\.0)
        let values = named.flatMap { type in attributes.filter { $0.type == type }.flatMap(\.typeAndValues) }
        return Form(
            extent: .attributes, encoding: number, before: [], hasContent: true, after: firsts[number],
            ends: [values], kept: kept)
    }

    /// The first form whose digest is the stated one.
    ///
    /// - Parameter mayDigest: Asked before so many octets are digested; where it says no, the search ends.
    /// - Returns: The form, or `nil` as form with the digest of the newest when none fits; `nil` when none could be digested.
    mutating func match(
        _ forms: [Form], _ digest: DigestAlgorithm, stated: [UInt8], content: ContentDigesting,
        mayDigest: (Int) -> Bool
    ) throws -> (form: Form?, digest: [UInt8])? {
        var first: [UInt8]?
        for form in forms {
            let beginning = Beginning(algorithm: digest, extent: form.extent, encoding: form.encoding)
            var begun = kept[beginning]
            if begun == nil {
                guard mayDigest(form.before.count + form.after.count) else { return nil }
                var state: DigestState
                if form.hasContent {
                    guard let taken = try content(digest, form.before) else { continue }
                    state = taken
                } else {
                    state = try DigestState(digest)
                    try state.update(form.before)
                }
                try state.update(form.after)
                begun = Kept(state)
                kept[beginning] = begun
            }
            guard let begun else { continue }
            for end in form.ends {
                guard mayDigest(end.count) else { return nil }
                var state = try begun.state.copied()
                try state.update(end)
                let value = try state.finalized()
                if value == stated { return (form, value) }
                first = first ?? value
            }
        }
        return first.map { (nil, $0) }
    }
}
