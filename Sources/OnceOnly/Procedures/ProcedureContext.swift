// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

/// Reads the parts of a procedure that refer to document types and to the procedure's own questions.
struct ProcedureContext {
    let types: DocumentTypeCatalogue
    let questions: [Question]
    let log: ProblemLog

    func condition(in reader: inout ObjectReader) -> Condition? {
        reader.node("when", optional: true).flatMap { condition($0, path: reader.path(of: "when")) }
    }

    // The depth of a condition is bounded by the budget of the JSON text.
    private func condition(_ node: JSONNode, path: String) -> Condition? {
        guard var reader = ObjectReader(node, path: path, log: log) else { return nil }
        var result: Condition?
        if reader.has("question") {
            let id = reader.string("question")
            let values = reader.strings("isOneOf") ?? []
            if values.isEmpty { log.report(.emptyList, reader.path(of: "isOneOf"), at: reader.offset) }
            if let id {
                check(answers: values, of: id, &reader)
                result = .answer(question: id, isOneOf: values)
            }
        } else if let inner = reader.node("not", optional: true) {
            result = condition(inner, path: reader.path(of: "not")).map(Condition.not)
        } else if let elements = reader.elements("all", optional: true) {
            result = .all(elements.compactMap { condition($0.node, path: $0.path) })
        } else if let elements = reader.elements("any", optional: true) {
            result = .any(elements.compactMap { condition($0.node, path: $0.path) })
        } else {
            log.report(.missingMember, path, at: node.offset, "question, not, all or any")
        }
        reader.finish()
        return result
    }

    private func check(answers: [String], of id: String, _ reader: inout ObjectReader) {
        guard let question = questions.first(where: { $0.id == id }) else {
            log.report(.unknownQuestion, reader.path(of: "question"), at: reader.offset(of: "question"), id)
            return
        }
        for answer in answers where !question.options.contains(where: { $0.value == answer }) {
            log.report(.unknownAnswer, reader.path(of: "isOneOf"), at: reader.offset(of: "isOneOf"), answer)
        }
    }

    func specification(_ node: JSONNode, path: String) -> EvidenceSpecification? {
        guard var reader = ObjectReader(node, path: path, log: log) else { return nil }
        let code = reader.string("type")
        let type = code.flatMap { types[$0] }
        if let code, type == nil { log.report(.unknownDocumentType, reader.path(of: "type"), at: reader.offset, code) }
        let made = reader.bool("madeInDossier", default: false)
        let subjects: [SubjectRole] = reader.names("subjects", optional: true) ?? [.applicant]
        let forms: [EvidenceForm] = reader.names("forms", optional: true) ?? EvidenceForm.allCases
        // Left out, a scan would prove as much as an original; the author has to say so.
        let assurance: EvidenceAssurance? = reader.name("minimumAssurance", optional: made)
        let months = reader.int("freshnessMonths", in: 1...1_200, optional: true)
        let issuers: [IssuerKind] = reader.names("issuers", optional: true) ?? []
        let domains = reader.strings("trustDomains", optional: true) ?? []
        var values: [String: String] = [:]
        for member in reader.entries("where", optional: true) {
            guard case .string(let value) = member.node.value, !value.isBlank else {
                log.report(.wrongValue, reader.path(of: "where"), at: member.offset, "a non-empty string was expected")
                continue
            }
            values[member.name] = value
            if let type, type.field(member.name) == nil {
                log.report(.unknownField, reader.path(of: "where"), at: member.offset, "\(type.code).\(member.name)")
            }
        }
        for (name, isEmpty) in [("subjects", subjects.isEmpty), ("forms", forms.isEmpty)] where isEmpty {
            log.report(.emptyList, reader.path(of: name), at: reader.offset(of: name))
        }
        reader.finish()
        guard let code else { return nil }
        return EvidenceSpecification(
            documentType: code, subjects: subjects, forms: forms, minimumAssurance: assurance ?? .signatureVerified,
            freshnessMonths: months, issuers: issuers, trustDomains: domains, fieldValues: values, madeInDossier: made)
    }

    func formField(_ node: JSONNode, path: String) -> FormField? {
        guard var reader = ObjectReader(node, path: path, log: log) else { return nil }
        let id = reader.string("id")
        let name = reader.phrase("name")
        let required = reader.bool("required", default: true)
        let condition = condition(in: &reader)
        let assurance: EvidenceAssurance? = reader.name("minimumAssurance", optional: true)
        let sources = (reader.elements("sources") ?? []).compactMap { source($0.node, path: $0.path) }
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
