// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A procedure with its repeated parts numbered, so that many procedures can share one evaluation.
struct ProcedureIndex: Sendable, Hashable {
    struct RequirementKey: Sendable, Hashable {
        /// Place in ``conditions``, or −1 for none.
        let condition: Int
        /// Number of the lists of evidence types; equal lists of other procedures have the same.
        let lists: Int
    }

    struct FieldKey: Sendable, Hashable {
        /// Place in ``conditions``, or −1 for none.
        let condition: Int
        /// Place in ``conditions`` per source, or −1; empty when no source has a condition.
        let sourceConditions: [Int]
    }

    /// The distinct conditions.
    let conditions: [Condition]
    /// The questions of each condition, by their place in the procedure.
    let questions: [[Int]]
    let requirements: [RequirementKey]
    let fields: [FieldKey]

    init(_ procedure: Procedure, numbering: inout Numbering) {
        var conditions: [Condition] = []
        var places: [Condition: Int] = [:]
        func place(_ condition: Condition?) -> Int {
            guard let condition else { return -1 }
            if let place = places[condition] { return place }
            places[condition] = conditions.count
            conditions.append(condition)
            return conditions.count - 1
        }
        requirements = procedure.requirements.map {
            RequirementKey(condition: place($0.condition), lists: numbering.number(of: $0.lists))
        }
        fields = procedure.form.fields.map { field in
            let isConditional = field.sources.contains { $0.condition != nil }
            return FieldKey(
                condition: place(field.condition),
                sourceConditions: isConditional ? field.sources.map { place($0.condition) } : [])
        }
        self.conditions = conditions
        let questionPlaces = Dictionary(
            procedure.questions.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first }
        )
        questions = conditions.map { $0.questions.compactMap { questionPlaces[$0] } }
    }

    /// Gives equal parts of procedures the same number.
    struct Numbering {
        private var lists: [[[EvidenceSpecification]]: Int] = [:]

        var listCount: Int { lists.count }

        mutating func number(of lists: [[EvidenceSpecification]]) -> Int {
            let next = self.lists.count
            return self.lists.value(of: lists, orInserting: next)
        }
    }
}

extension Dictionary {
    /// The value of a key, after storing one where there was none.
    fileprivate mutating func value(of key: Key, orInserting new: Value) -> Value {
        if let found = self[key] { return found }
        self[key] = new
        return new
    }
}

/// The procedures of a catalogue, numbered together.
struct CatalogueIndex: Sendable, Hashable {
    let procedures: [ProcedureIndex]
    let listCount: Int

    init(_ procedures: [Procedure]) {
        var numbering = ProcedureIndex.Numbering()
        self.procedures = procedures.map { ProcedureIndex($0, numbering: &numbering) }
        listCount = numbering.listCount
    }
}
