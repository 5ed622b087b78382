// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

/// Reads the parts of a procedure that refer to document types and to the procedure's own questions.
struct ProcedureContext {
    let types: DocumentTypeCatalogue
    let questions: [Question]
    let log: ProblemLog
    private let questionsByID: [String: Question]

    init(types: DocumentTypeCatalogue, questions: [Question], log: ProblemLog) {
        self.types = types
        self.questions = questions
        self.log = log
        questionsByID = Dictionary(questions.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func condition(in reader: inout ObjectReader) -> Condition? {
        guard let node = reader.node("when", optional: true) else { return nil }
        let path = reader.path(of: "when")
        guard let condition = condition(node, path: path) else { return nil }
        if condition.isConstant(over: questionsByID) { log.report(.constantCondition, path, at: node.offset) }
        return condition
    }

    // The depth of a condition is bounded by the budget of the JSON text.
    private func condition(_ node: JSONNode, path: String) -> Condition? {
        guard var reader = ObjectReader(node, path: path, log: log) else { return nil }
        var result: Condition?
        if reader.has("question") {
            let id = reader.string("question")
            let values = reader.places("isOneOf") ?? []
            if values.isEmpty { log.report(.emptyList, reader.path(of: "isOneOf"), at: reader.offset) }
            if let id {
                check(answers: values, of: id, &reader)
                result = .answer(question: id, isOneOf: values.map(\.text))
            }
        } else if let inner = reader.node("not", optional: true) {
            result = condition(inner, path: reader.path(of: "not")).map(Condition.not)
        } else if let elements = reader.elements("all", optional: true) {
            if elements.isEmpty { log.report(.emptyList, reader.path(of: "all"), at: reader.offset(of: "all")) }
            result = .all(elements.compactMap { condition($0.node, path: $0.path) })
        } else if let elements = reader.elements("any", optional: true) {
            if elements.isEmpty { log.report(.emptyList, reader.path(of: "any"), at: reader.offset(of: "any")) }
            result = .any(elements.compactMap { condition($0.node, path: $0.path) })
        } else {
            log.report(.missingMember, path, at: node.offset, "question, not, all or any")
        }
        reader.finish()
        return result
    }

    private func check(
        answers: [(text: String, path: String, offset: Int)], of id: String, _ reader: inout ObjectReader
    ) {
        guard let question = questionsByID[id] else {
            log.report(.unknownQuestion, reader.path(of: "question"), at: reader.offset(of: "question"), id)
            return
        }
        for (answer, path, offset) in answers where !question.options.contains(where: { $0.value == answer }) {
            log.report(.unknownAnswer, path, at: offset, answer)
        }
    }

    func formField(_ node: JSONNode, path: String) -> FormField? {
        guard var reader = ObjectReader(node, path: path, log: log) else { return nil }
        let id = reader.string("id")
        let name = reader.phrase("name")
        let required = reader.bool("required", default: true)
        let condition = condition(in: &reader)
        let assurance: EvidenceAssurance? = reader.name("minimumAssurance", optional: true)
        var sources: [FormField.Source] = []
        var seen: Set<FormField.Source> = []
        for (path, node) in reader.elements("sources") ?? [] {
            guard let source = source(node, path: path) else { continue }
            if !seen.insert(source).inserted {
                log.report(.ineffective, path, at: node.offset, "the source is named twice")
            }
            sources.append(source)
        }
        reader.finish()
        guard let id, let name else { return nil }
        return FormField(
            id: id, name: name, isRequired: required, condition: condition,
            minimumAssurance: assurance ?? .selfDeclared, sources: sources)
    }

    private func source(_ node: JSONNode, path: String) -> FormField.Source? {
        if case .string(let text) = node.value {
            return source(text, path, node.offset, subjects: [.applicant], condition: nil, fallback: false)
        }
        guard var reader = ObjectReader(node, path: path, log: log) else { return nil }
        let text = reader.string("field")
        let subjects: [SubjectRole] = reader.names("subjects", optional: true) ?? [.applicant]
        if subjects.isEmpty {
            log.report(.emptyList, reader.path(of: "subjects"), at: reader.offset(of: "subjects"))
        }
        let condition = condition(in: &reader)
        let fallback = reader.bool("fallback", default: false)
        reader.finish()
        guard let text else { return nil }
        return source(text, path, node.offset, subjects: subjects, condition: condition, fallback: fallback)
    }

    /// A path is `<document type>.<field>`; the field may contain further points.
    private func source(
        _ text: String, _ path: String, _ offset: Int, subjects: [SubjectRole], condition: Condition?, fallback: Bool
    ) -> FormField.Source? {
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            log.report(.wrongValue, path, at: offset, "a path type.field was expected")
            return nil
        }
        guard let type = types[parts[0]] else {
            log.report(.unknownDocumentType, path, at: offset, parts[0])
            return nil
        }
        guard type.field(parts[1]) != nil else {
            log.report(.unknownField, path, at: offset, text)
            return nil
        }
        return FormField.Source(
            documentType: parts[0], field: parts[1], subjects: subjects, condition: condition, isFallback: fallback)
    }
}
