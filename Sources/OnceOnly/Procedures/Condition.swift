// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A condition on the applicant's answers.
public indirect enum Condition: Sendable, Hashable {
    /// The answer to a question is one of some values.
    case answer(question: String, isOneOf: [String])
    /// All hold; holds when empty.
    case all([Condition])
    /// At least one holds; does not hold when empty.
    case any([Condition])
    /// The condition does not hold.
    case not(Condition)

    /// Whether the condition holds, or `nil` when that depends on a question that has no answer yet.
    public func holds(for answers: [String: String]) -> Bool? {
        switch self {
        case .answer(let question, let values): return answers[question].map(values.contains)
        case .all(let conditions):
            let results = conditions.map { $0.holds(for: answers) }
            return results.contains(false) ? false : (results.contains(nil) ? nil : true)
        case .any(let conditions):
            let results = conditions.map { $0.holds(for: answers) }
            return results.contains(true) ? true : (results.contains(nil) ? nil : false)
        case .not(let condition): return condition.holds(for: answers).map(!)
        }
    }

    /// The questions whose answers can matter, in the order of the condition.
    public var questions: [String] {
        switch self {
        case .answer(let question, _): [question]
        case .all(let conditions), .any(let conditions): conditions.flatMap(\.questions)
        case .not(let condition): condition.questions
        }
    }
}
