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
            var result: Bool? = true
            for condition in conditions {
                switch condition.holds(for: answers) {
                case false?: return false
                case nil: result = nil
                case true?: continue
                }
            }
            return result
        case .any(let conditions):
            var result: Bool? = false
            for condition in conditions {
                switch condition.holds(for: answers) {
                case true?: return true
                case nil: result = nil
                case false?: continue
                }
            }
            return result
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

extension Condition {
    /// Whether the condition has the same result for all answers.
    ///
    /// Conditions of more than 16 comparisons or 64 combinations of answers are not looked into.
    func isConstant(over questions: [String: Question]) -> Bool {
        let names = self.questions
        guard names.count <= 16 else { return false }
        var combinations: [[String: String]] = [[:]]
        for name in Set(names) {
            guard let options = questions[name]?.options, !options.isEmpty,
                combinations.count * options.count <= 64
            else { return false }
            combinations = combinations.flatMap { answers in
                options.map { answers.merging([name: $0.value]) { $1 } }
            }
        }
        let results = Set(combinations.map { holds(for: $0) })
        return !names.isEmpty && results.count == 1
    }
}
