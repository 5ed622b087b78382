// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

extension Planning {
    func prefill(_ field: FormField, disclosed: Set<EvidenceReference>) -> PrefilledField {
        let applies = applicability(of: field.condition)
        let found = applies == .no ? [] : candidates(for: field, disclosed: disclosed)
        let leading = found.contains { !$0.isFallback } ? found.filter { !$0.isFallback } : found
        let readings = Set(Set(leading.map(\.value)).map(Self.reading))
        let state: PrefilledField.State =
            switch readings.count {
            case 0: .typed
            case 1: .filled
            default: .conflicting
            }
        return PrefilledField(
            id: field.id, name: field.name, isRequired: field.isRequired, applies: applies, state: state,
            value: state == .filled ? leading.first?.value : nil, candidates: found)
    }

    /// Values of disclosed documents first, because those prove what the form says; then the author's order of sources.
    private func candidates(
        for field: FormField, disclosed: Set<EvidenceReference>
    ) -> [PrefilledField.Candidate] {
        var candidates: [PrefilledField.Candidate] = []
        for source in field.sources where applicability(of: source.condition) == .yes {
            for entry in evidence.entries(of: source.documentType)
            where entry.assurance >= field.minimumAssurance
                && !entry.isEndUnknown && reasonsAgainst(entry, concerning: source.subjects).isEmpty
            {
                for value in entry.values[source.field] ?? [] {
                    let candidate = PrefilledField.Candidate(
                        value: value, provenance: provenance(of: entry, field: source.field, disclosed: disclosed),
                        isFallback: source.isFallback)
                    // Two sources may name one field, for different roles or answers.
                    if !candidates.contains(candidate) { candidates.append(candidate) }
                }
            }
        }
        func rank(_ candidate: PrefilledField.Candidate) -> Int {
            (candidate.isFallback ? 2 : 0) + (candidate.provenance.isDisclosed ? 0 : 1)
        }
        return candidates.sorted { rank($0) < rank($1) }
    }

    private func provenance(
        of entry: EvidenceSet.Entry, field: String, disclosed: Set<EvidenceReference>
    ) -> FieldProvenance {
        let evidence = entry.evidence
        return FieldProvenance(
            evidence: evidence.reference, field: field, issuer: evidence.issuer.name, issuedOn: evidence.issuedOn,
            assurance: entry.assurance, signature: evidence.signature.verdict, signer: evidence.signature.signer,
            form: evidence.form, confidence: evidence.confidence, isDisclosed: disclosed.contains(evidence.reference))
    }

    /// A value as it is compared: letter case and spacing do not count, accents and everything else do. Strings compare
    /// by canonical equivalence, so composed and decomposed Vietnamese are the same.
    private static func reading(of value: String) -> String {
        value.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
