// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

/// What may be read from the documents of a vault for one applicant on one day; shared by all plans of a call.
final class FormReader: Sendable {
    let evidence: EvidenceSet
    /// Per entry, the roles of the persons it concerns; nought when nothing may be read from it.
    private let roles: [UInt8]

    init(evidence: EvidenceSet, roles: [UInt8]) {
        self.evidence = evidence
        self.roles = roles
    }

    /// A value read from a document for one source.
    private struct Reading {
        let entry: EvidenceSet.Entry
        let field: String
        let isFallback: Bool
        /// Place in ``EvidenceSet/texts``.
        let text: Int
    }

    private struct Identity: Hashable {
        let entry: Int
        let field: String
        let text: Int
        let isFallback: Bool
    }

    /// What the documents say for a field.
    ///
    /// Values of disclosed documents first, because those prove what the form says; then the author's order of sources.
    func prefill(
        _ field: FormField, applies: RequirementPlan.Applicability, isUsable: (Int) -> Bool, disclosed: Set<Int>
    ) -> PrefilledField {
        let readings = applies == .no ? [] : readings(for: field, isUsable: isUsable)
        var candidates: [PrefilledField.Candidate] = []
        candidates.reserveCapacity(readings.count)
        var first: Reading?
        var isConflicting = false
        for rank in 0..<4 where !readings.isEmpty {
            for reading in readings where reading.isFallback == (rank >= 2) {
                let isDisclosed = disclosed.contains(reading.entry.index)
                guard isDisclosed == rank.isMultiple(of: 2) else { continue }
                candidates.append(
                    PrefilledField.Candidate(
                        value: evidence.texts[reading.text],
                        provenance: FieldProvenance(reading.entry, field: reading.field, isDisclosed: isDisclosed),
                        isFallback: reading.isFallback))
                if let first {
                    if first.isFallback == reading.isFallback,
                        evidence.meanings[first.text] != evidence.meanings[reading.text]
                    {
                        isConflicting = true
                    }
                } else {
                    first = reading
                }
            }
        }
        return PrefilledField(
            id: field.id, name: field.name, isRequired: field.isRequired, applies: applies,
            state: first == nil ? .typed : (isConflicting ? .conflicting : .filled),
            value: isConflicting ? nil : first.map { evidence.texts[$0.text] }, candidates: candidates)
    }

    private func readings(for field: FormField, isUsable: (Int) -> Bool) -> [Reading] {
        var readings: [Reading] = []
        // Two sources may name one field, for different roles or answers.
        var seen: Set<Identity> = []
        for (place, source) in field.sources.enumerated() where isUsable(place) {
            for entry in evidence.entries(of: source.documentType)
            where entry.assurance >= field.minimumAssurance && roles[entry.index] & source.subjectMask != 0 {
                for text in entry.texts[source.field] ?? [] {
                    let identity = Identity(
                        entry: entry.index, field: source.field, text: text, isFallback: source.isFallback)
                    guard seen.insert(identity).inserted else { continue }
                    readings.append(
                        Reading(entry: entry, field: source.field, isFallback: source.isFallback, text: text))
                }
            }
        }
        return readings
    }
}

extension FieldProvenance {
    fileprivate init(_ entry: EvidenceSet.Entry, field: String, isDisclosed: Bool) {
        let evidence = entry.evidence
        self.init(
            evidence: entry.reference, field: field, kind: entry.type.field(field)?.kind ?? .text,
            issuer: evidence.issuer.name, issuedOn: evidence.issuedOn, assurance: entry.assurance,
            signature: evidence.signature.verdict, signer: evidence.signature.signer, form: evidence.form,
            confidence: evidence.confidence, isDisclosed: isDisclosed)
    }
}
