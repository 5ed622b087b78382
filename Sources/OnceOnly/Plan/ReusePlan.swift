// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
internal import FoundationEssentials

/// Which documents of a vault meet which requirement of a procedure, what is missing, and what the form can take over.
///
/// A plan is a function of its inputs: the same inputs give the same bytes of ``json()``, so it can be stored and signed
/// with the dossier. It never offers a document that is superseded, expired, revoked, of another person, or whose
/// signature failed.
public struct ReusePlan: Sendable, Hashable, Codable {
    /// The version of a procedure that was planned.
    public struct ProcedureReference: Sendable, Hashable, Codable {
        /// Code on the national catalogue.
        public let code: String
        /// Version of the definition.
        public let version: String
        /// Its name.
        public let name: Phrase
    }

    /// Version of this JSON format.
    public let formatVersion: Int
    /// The procedure.
    public let procedure: ProcedureReference
    /// Version of the document types.
    public let documentTypes: String
    /// Day for which the plan was made.
    public let on: CalendarDate
    /// Day by which the authority decides.
    public let decisionBy: CalendarDate
    /// The answers that were used.
    public let answers: [String: String]
    /// Questions without a usable answer on which something depends, in the order of the procedure.
    public let openQuestions: [String]
    /// The requirements in the order of the procedure.
    public let requirements: [RequirementPlan]
    /// What is still to be done.
    public let gaps: [Gap]
    private let plannedForm: Planned<PrefilledField>
    private let plannedDisclosure: Planned<Disclosure>
    private let plannedForecast: Planned<ExpiryForecast>

    /// The fields of the form, worked out from the documents when they are asked for.
    public var form: [PrefilledField] { plannedForm.elements }
    /// The documents to disclose: those chosen for requirements that apply and are met, and no others.
    public var disclosure: [Disclosure] { plannedDisclosure.elements }
    /// When chosen documents stop serving, soonest first.
    public var forecast: [ExpiryForecast] { plannedForecast.elements }

    private enum CodingKeys: String, CodingKey {
        case formatVersion, procedure, documentTypes, on, decisionBy, answers, openQuestions, requirements, gaps
        case plannedForm = "form"
        case plannedDisclosure = "disclosure"
        case plannedForecast = "forecast"
    }

    /// How near the procedure is to being applied for.
    public var readiness: Readiness {
        if gaps.contains(where: { $0.isBlocking && $0.reason != .toBeCompleted }) { return .incomplete }
        if !openQuestions.isEmpty { return .questionsOpen }
        return gaps.contains { $0.isBlocking } || !isFormFilled ? .toBeCompleted : .ready
    }

    private var isFormFilled: Bool {
        form.allSatisfy { !$0.isRequired || $0.applies == .no || $0.state == .filled }
    }

    /// Whether the vault holds all that is needed; forms may still have to be filled in.
    public var isCovered: Bool {
        openQuestions.isEmpty && !gaps.contains { $0.isBlocking && $0.reason != .toBeCompleted }
    }

    init(
        _ plan: ReusePlan, requirements: [RequirementPlan], gaps: [Gap], form: [PrefilledField],
        forecast: [ExpiryForecast]
    ) {
        formatVersion = plan.formatVersion
        procedure = plan.procedure
        documentTypes = plan.documentTypes
        on = plan.on
        decisionBy = plan.decisionBy
        answers = plan.answers
        openQuestions = plan.openQuestions
        plannedDisclosure = plan.plannedDisclosure
        self.requirements = requirements
        self.gaps = gaps
        plannedForm = .stored(form)
        plannedForecast = .stored(forecast)
    }

    /// The plan as JSON (UTF-8, members sorted, no spaces).
    ///
    /// - Throws: ``OnceOnlyError`` with code `invalidPlan`.
    public func json() throws(OnceOnlyError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(self))
        } catch {
            throw OnceOnlyError(.invalidPlan, detail: "\(error)")
        }
    }

    /// Reads a stored plan.
    ///
    /// - Throws: ``OnceOnlyError`` with code `malformedJSON`, `overLimit` or `invalidPlan`.
    public init(json: [UInt8], budget: Budget = .catalogue) throws(OnceOnlyError) {
        _ = try JSONReader.read(json, budget: budget)
        do {
            self = try JSONDecoder().decode(ReusePlan.self, from: Data(json))
        } catch {
            throw OnceOnlyError(.invalidPlan, detail: "a member is missing or of the wrong kind")
        }
        guard formatVersion == 1 else {
            throw OnceOnlyError(.invalidPlan, detail: "format version \(formatVersion)")
        }
    }

    init(
        procedure: Procedure, documentTypes: String, on date: CalendarDate, decisionBy: CalendarDate,
        answers: [String: String], openQuestions: [String], requirements: [RequirementPlan], gaps: [Gap],
        recipe: PlanRecipe
    ) {
        formatVersion = 1
        self.procedure = ProcedureReference(code: procedure.code, version: procedure.version, name: procedure.name)
        self.documentTypes = documentTypes
        on = date
        self.decisionBy = decisionBy
        self.answers = answers
        self.openQuestions = openQuestions
        self.requirements = requirements
        self.gaps = gaps
        plannedForm = .recipe(recipe)
        plannedDisclosure = .recipe(recipe)
        plannedForecast = .recipe(recipe)
    }
}
