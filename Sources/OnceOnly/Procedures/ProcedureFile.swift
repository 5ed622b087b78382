// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

/// The JSON format of ``ProcedureCatalogue``.
enum ProcedureFile {
    static func read(
        _ json: [UInt8], types: DocumentTypeCatalogue, budget: Budget
    ) throws(OnceOnlyError) -> (catalogue: ProcedureCatalogue?, problems: [CatalogueProblem]) {
        let root = try JSONReader.read(json, budget: budget)
        let log = ProblemLog(json)
        let catalogue = catalogue(root, types, log)
        return (log.hasFault ? nil : catalogue, log.sorted)
    }

    private static func catalogue(
        _ root: JSONNode, _ types: DocumentTypeCatalogue, _ log: ProblemLog
    ) -> ProcedureCatalogue? {
        guard var reader = ObjectReader(root, path: "", log: log), reader.format(is: "procedures") else { return nil }
        let version = reader.string("catalogueVersion")
        let remark = reader.phrase("remark")
        var procedures: [(Procedure, String, Int)] = []
        for (path, node) in reader.elements("procedures") ?? [] {
            guard var object = ObjectReader(node, path: path, log: log) else { continue }
            if let procedure = procedure(&object, types) { procedures.append((procedure, path, node.offset)) }
        }
        reader.finish()
        checkDates(procedures, log)
        let codes = Set(procedures.map(\.0.code))
        for (procedure, path, offset) in procedures {
            for code in procedure.otherCodes where codes.contains(code) {
                log.report(.duplicateIdentifier, "\(path).otherCodes", at: offset, code)
            }
        }
        guard let version, let remark else { return nil }
        return ProcedureCatalogue(version: version, remark: remark, procedures: procedures.map(\.0))
    }

    private static func checkDates(_ procedures: [(Procedure, String, Int)], _ log: ProblemLog) {
        for versions in Dictionary(grouping: procedures, by: \.0.code).values.sorted(by: { $0[0].2 < $1[0].2 }) {
            log.requireUnique(versions.map { ("\($0.0.code) version \($0.0.version)", $0.1, $0.2) })
            let sorted = versions.sorted { ($0.0.effectiveFrom, $0.2) < ($1.0.effectiveFrom, $1.2) }
            for (earlier, later) in zip(sorted, sorted.dropFirst())
            where earlier.0.effectiveUntil.map({ $0 >= later.0.effectiveFrom }) ?? true {
                log.report(.overlappingDates, later.1, at: later.2, "\(later.0.code) from \(later.0.effectiveFrom)")
            }
        }
    }

    private static func procedure(_ object: inout ObjectReader, _ types: DocumentTypeCatalogue) -> Procedure? {
        let log = object.log
        let code = object.string("code")
        let verified = object.bool("codeVerified", default: false)
        let others = object.strings("otherCodes", optional: true) ?? []
        let version = object.string("version")
        let from = object.date("effectiveFrom")
        let until = object.date("effectiveUntil", optional: true)
        if let from, let until, until < from {
            log.report(.reversedDates, object.path(of: "effectiveUntil"), at: object.offset(of: "effectiveUntil"))
        }
        let name = object.phrase("name")
        let authority: IssuerKind? = object.name("authority")
        let days = object.int("workingDays", in: 1...3_650, optional: true)
        let source = object.phrase("source")
        let results = object.places("results", optional: true) ?? []
        for (result, path, offset) in results where types[result] == nil {
            log.report(.unknownDocumentType, path, at: offset, result)
        }
        let context = ProcedureContext(types: types, questions: questions(&object), log: log)
        let requirements = requirements(&object, context)
        let form = form(&object, context)
        object.finish()
        let asked = Set(requirements.compactMap(\.condition).flatMap(\.questions) + (form?.questions ?? []))
        for (index, question) in context.questions.enumerated() where !asked.contains(question.id) {
            log.report(
                .unusedQuestion, object.path(of: "questions[\(index)]"), at: object.offset(of: "questions"), question.id
            )
        }
        guard let code, let version, let from, let name, let authority, let source, let form else { return nil }
        return Procedure(
            code: code, isCodeVerified: verified, otherCodes: others, version: version, effectiveFrom: from,
            effectiveUntil: until, name: name, authority: authority, workingDays: days, source: source,
            results: results.map(\.text),
            questions: context.questions, requirements: requirements, form: form)
    }

    private static func questions(_ object: inout ObjectReader) -> [Question] {
        var questions: [Question] = []
        for (path, node) in object.elements("questions", optional: true) ?? [] {
            guard var reader = ObjectReader(node, path: path, log: object.log) else { continue }
            let id = reader.string("id")
            let name = reader.phrase("name")
            var options: [Question.Option] = []
            var values: [(String, String, Int)] = []
            for (path, node) in reader.elements("options") ?? [] {
                guard var option = ObjectReader(node, path: path, log: object.log) else { continue }
                let value = option.string("value")
                let name = option.phrase("name")
                option.finish()
                if let value { values.append((value, path, node.offset)) }
                if let value, let name { options.append(.init(value: value, name: name)) }
            }
            if options.isEmpty { object.log.report(.emptyList, reader.path(of: "options"), at: reader.offset) }
            object.log.requireUnique(values)
            reader.finish()
            if let id, let name { questions.append(Question(id: id, name: name, options: options)) }
        }
        let offset = object.offset(of: "questions")
        object.log.requireUnique(questions.map { ($0.id, object.path(of: "questions"), offset) })
        return questions
    }

    private static func requirements(_ object: inout ObjectReader, _ context: ProcedureContext) -> [Requirement] {
        var requirements: [Requirement] = []
        var identifiers: [(String, String, Int)] = []
        for (path, node) in object.elements("requirements") ?? [] {
            guard var reader = ObjectReader(node, path: path, log: object.log) else { continue }
            let id = reader.string("id")
            if let id { identifiers.append((id, path, node.offset)) }
            let name = reader.phrase("name")
            let condition = context.condition(in: &reader)
            var lists: [[EvidenceSpecification]] = []
            let elements = reader.elements("lists") ?? []
            if elements.isEmpty { object.log.report(.emptyList, reader.path(of: "lists"), at: reader.offset) }
            for (path, node) in elements {
                guard let items = object.log.elements(of: node, path: path) else { continue }
                if items.isEmpty { object.log.report(.emptyList, path, at: node.offset) }
                lists.append(items.compactMap { context.specification($0.node, path: $0.path) })
                // Whatever meets a list meets every list that asks for part of it.
                if lists.count <= 64, let last = lists.last,
                    lists.dropLast().contains(where: { Set($0).isSubset(of: last) })
                {
                    object.log.report(
                        .ineffective, path, at: node.offset, "an earlier list is met whenever this one is")
                }
            }
            reader.finish()
            guard let id, let name else { continue }
            requirements.append(Requirement(id: id, name: name, condition: condition, lists: lists))
        }
        object.log.requireUnique(identifiers)
        return requirements
    }

    private static func form(_ object: inout ObjectReader, _ context: ProcedureContext) -> Procedure.Form? {
        guard let node = object.node("form"),
            var reader = ObjectReader(node, path: object.path(of: "form"), log: object.log)
        else { return nil }
        let id = reader.string("id")
        let name = reader.phrase("name")
        var fields: [FormField] = []
        var identifiers: [(String, String, Int)] = []
        for (path, node) in reader.elements("fields") ?? [] {
            guard let field = context.formField(node, path: path) else { continue }
            fields.append(field)
            identifiers.append((field.id, path, node.offset))
        }
        object.log.requireUnique(identifiers)
        reader.finish()
        guard let id, let name else { return nil }
        return Procedure.Form(id: id, name: name, fields: fields)
    }
}

extension Procedure.Form {
    /// The questions on which a field or one of its sources depends.
    fileprivate var questions: [String] {
        fields.flatMap { field in
            ([field.condition] + field.sources.map(\.condition)).compactMap(\.self).flatMap(\.questions)
        }
    }
}
