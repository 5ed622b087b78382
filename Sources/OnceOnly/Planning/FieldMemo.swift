// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

/// What the documents say for the sources of a form field, whatever the field is called.
final class FieldMemo {
    /// What fills the field, once it is known which documents are disclosed.
    struct Filling {
        let state: PrefilledField.State
        let value: String?
        let candidates: [PrefilledField.Candidate]
        let findings: [FieldFinding]
    }

    /// A value read from a document, before it is known whether the document is disclosed.
    private struct Reading {
        let entry: EvidenceSet.Entry
        let field: String
        let kind: DocumentTypeField.Kind
        let value: String
        let isFallback: Bool
        let source: Int
    }

    private struct Identity: Hashable {
        let entry: Int
        let field: String
        let value: [UInt8]
        let isFallback: Bool
    }

    private struct Key: Hashable {
        let sources: UInt64
        let disclosed: UInt64
    }

    private let readings: [Reading]
    /// The documents of the readings, in the order of the vault.
    private let entries: [EvidenceSet.Entry]
    private let sourceCount: Int
    private var fillings: [Key: Filling] = [:]
    private var last: (key: Key, filling: Filling)?

    init(_ field: FormField, planner: Planner) {
        var readings: [Reading] = []
        for (place, source) in field.sources.enumerated() {
            for entry in planner.evidence.entries(of: source.documentType)
            where entry.assurance >= field.minimumAssurance && planner.isReadable(entry, roles: source.subjectMask) {
                for value in entry.values[source.field] ?? [] {
                    readings.append(
                        Reading(
                            entry: entry, field: source.field, kind: entry.type.field(source.field)?.kind ?? .text,
                            value: value, isFallback: source.isFallback, source: place))
                }
            }
        }
        self.readings = readings
        sourceCount = field.sources.count
        var seen: Set<Int> = []
        entries = readings.map(\.entry).filter { seen.insert($0.index).inserted }
    }

    /// The filling with the usable sources and the disclosed documents.
    func filling(isUsable: ((Int) -> Bool)?, isDisclosed: (Int) -> Bool) -> Filling {
        guard !readings.isEmpty else { return Filling(state: .typed, value: nil, candidates: [], findings: []) }
        guard entries.count <= 64, sourceCount <= 64 else {
            return makeFilling(isUsable: isUsable, isDisclosed: isDisclosed)
        }
        var sources: UInt64 = .max
        if let isUsable {
            sources = 0
            for source in 0..<sourceCount where isUsable(source) { sources |= 1 << UInt64(source) }
        }
        var disclosed: UInt64 = 0
        for (place, entry) in entries.enumerated() where isDisclosed(entry.index) { disclosed |= 1 << UInt64(place) }
        let key = Key(sources: sources, disclosed: disclosed)
        if let last, last.key == key { return last.filling }
        let filling = fillings[key] ?? makeFilling(isUsable: isUsable, isDisclosed: isDisclosed)
        fillings[key] = filling
        last = (key, filling)
        return filling
    }

    /// Values of disclosed documents first, because those prove what the form says; then the author's order of sources.
    private func makeFilling(isUsable: ((Int) -> Bool)?, isDisclosed: (Int) -> Bool) -> Filling {
        var seen: Set<Identity> = []
        // Two sources may name one field, for different roles or answers.
        let used = readings.filter { reading in
            isUsable?(reading.source) ?? true
                && seen.insert(
                    Identity(
                        entry: reading.entry.index, field: reading.field, value: Array(reading.value.utf8),
                        isFallback: reading.isFallback)
                ).inserted
        }
        var ranked: [[Reading]] = [[], [], [], []]
        for reading in used {
            ranked[(reading.isFallback ? 2 : 0) + (isDisclosed(reading.entry.index) ? 0 : 1)].append(reading)
        }
        let ordered = Array(ranked.joined())
        let leading = ordered.contains { !$0.isFallback } ? ordered.filter { !$0.isFallback } : ordered
        let isConflicting = TextReading.count(of: leading.map(\.value)) > 1
        let candidates = ordered.map { reading in
            PrefilledField.Candidate(
                value: reading.value,
                provenance: FieldProvenance(
                    reading.entry, field: reading.field, isDisclosed: isDisclosed(reading.entry.index)),
                isFallback: reading.isFallback)
        }
        let isAddress = ordered.contains { $0.kind == .address }
        return Filling(
            state: ordered.isEmpty ? .typed : (isConflicting ? .conflicting : .filled),
            value: isConflicting ? nil : leading.first?.value, candidates: candidates,
            findings: FieldFinding.comparing(
                ordered.map { ($0.value, $0.isFallback && !leading[0].isFallback) }, areAddresses: isAddress))
    }
}

extension FieldProvenance {
    fileprivate init(_ entry: EvidenceSet.Entry, field: String, isDisclosed: Bool) {
        let evidence = entry.evidence
        self.init(
            evidence: entry.reference, field: field, issuer: evidence.issuer.name, issuedOn: evidence.issuedOn,
            assurance: entry.assurance, signature: evidence.signature.verdict, signer: evidence.signature.signer,
            form: evidence.form, confidence: evidence.confidence, isDisclosed: isDisclosed)
    }
}
