// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

/// From what the form, the disclosure and the forecast of a plan follow.
///
/// A citizen who looks at thousands of plans reads the form of one; these parts are worked out when they are asked for.
final class PlanRecipe: Sendable {
    /// One chosen document: for which requirement, and what else would have done as well.
    struct Slot: Sendable {
        /// Place of the requirement in the plan.
        let requirement: Int
        let pair: RequirementOutcome.Pair
        /// The document is disclosed.
        let isDisclosed: Bool
        var entry: EvidenceSet.Entry
    }

    private let reader: FormReader
    private let fields: [FormField]
    private let keys: [ProcedureIndex.FieldKey]
    private let states: [RequirementPlan.Applicability]
    private let requirements: [RequirementPlan]
    private let slots: [Slot]
    private let decisionBy: CalendarDate

    init(
        reader: FormReader, fields: [FormField], keys: [ProcedureIndex.FieldKey],
        states: [RequirementPlan.Applicability], requirements: [RequirementPlan], slots: [Slot],
        decisionBy: CalendarDate
    ) {
        self.reader = reader
        self.fields = fields
        self.keys = keys
        self.states = states
        self.requirements = requirements
        self.slots = slots
        self.decisionBy = decisionBy
    }

    var form: [PrefilledField] {
        let disclosed = Set(slots.lazy.filter(\.isDisclosed).map(\.entry.index))
        func state(of condition: Int) -> RequirementPlan.Applicability { condition < 0 ? .yes : states[condition] }
        return fields.indices.map { place in
            let key = keys[place]
            return reader.prefill(
                fields[place], applies: state(of: key.condition),
                isUsable: { key.sourceConditions.isEmpty || state(of: key.sourceConditions[$0]) == .yes },
                disclosed: disclosed)
        }
    }

    /// Only what is chosen for a requirement that is known to apply: one document serves several requirements.
    var disclosure: [Disclosure] {
        var found: [(entry: EvidenceSet.Entry, requirements: [String], fields: [String], isWhole: Bool)] = []
        var places: [Int: Int] = [:]
        for slot in slots where slot.isDisclosed {
            let id = requirements[slot.requirement].id
            let fields = slot.pair.specification.sufficientFields
            if let place = places[slot.entry.index] {
                if found[place].requirements.last != id { found[place].requirements.append(id) }
                found[place].isWhole = found[place].isWhole || fields.isEmpty
                for field in fields where !found[place].fields.contains(field) { found[place].fields.append(field) }
            } else {
                places[slot.entry.index] = found.count
                found.append((slot.entry, [id], fields, fields.isEmpty))
            }
        }
        return found.map {
            Disclosure(
                evidence: $0.entry.reference, requirements: $0.requirements, fields: $0.isWhole ? [] : $0.fields,
                sensitivity: $0.entry.type.sensitivity)
        }
    }

    var forecast: [ExpiryForecast] {
        var forecast: [ExpiryForecast] = []
        for slot in slots {
            func add(_ kind: ExpiryForecast.Kind, _ lastDay: CalendarDate?) {
                guard let lastDay else { return }
                forecast.append(
                    ExpiryForecast(
                        evidence: slot.entry.reference, requirement: requirements[slot.requirement].id, kind: kind,
                        lastDay: lastDay, beforeDecision: lastDay < decisionBy))
            }
            add(.validity, slot.entry.lastDay)
            add(.freshness, slot.pair.specification.lastFreshDay(issuedOn: slot.entry.evidence.issuedOn))
        }
        // Swift's sort is stable: days that are equal keep the order of the procedure.
        return forecast.sorted { $0.lastDay < $1.lastDay }
    }
}

/// An element of a part of a plan that is worked out when it is asked for.
protocol PlannedElement: Sendable, Hashable, Codable {
    static func elements(of recipe: PlanRecipe) -> [Self]
}

extension PrefilledField: PlannedElement {
    static func elements(of recipe: PlanRecipe) -> [PrefilledField] { recipe.form }
}

extension Disclosure: PlannedElement {
    static func elements(of recipe: PlanRecipe) -> [Disclosure] { recipe.disclosure }
}

extension ExpiryForecast: PlannedElement {
    static func elements(of recipe: PlanRecipe) -> [ExpiryForecast] { recipe.forecast }
}

/// A part of a plan: read from storage, or worked out when it is asked for.
enum Planned<Element: PlannedElement>: Sendable, Hashable, Codable {
    case stored([Element])
    case recipe(PlanRecipe)

    init(from decoder: any Decoder) throws { self = .stored(try [Element](from: decoder)) }

    func encode(to encoder: any Encoder) throws { try elements.encode(to: encoder) }

    var elements: [Element] {
        switch self {
        case .stored(let elements): elements
        case .recipe(let recipe): Element.elements(of: recipe)
        }
    }

    static func == (left: Planned, right: Planned) -> Bool { left.elements == right.elements }

    func hash(into hasher: inout Hasher) { hasher.combine(elements) }
}
