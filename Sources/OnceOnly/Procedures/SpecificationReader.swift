// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

extension ProcedureContext {
    /// Reads one document of a requirement.
    func specification(_ node: JSONNode, path: String) -> EvidenceSpecification? {
        guard var reader = ObjectReader(node, path: path, log: log) else { return nil }
        let code = reader.string("type")
        let type = code.flatMap { types[$0] }
        if let code, type == nil {
            log.report(.unknownDocumentType, reader.path(of: "type"), at: reader.offset(of: "type"), code)
        }
        let made = reader.bool("madeInDossier", default: false)
        let subjects: [SubjectRole] = reader.names("subjects", optional: true) ?? [.applicant]
        let every = reader.bool("everySubject", default: false)
        let grounds: [RepresentationGround] = reader.names("grounds", optional: true) ?? []
        let forms: [EvidenceForm] = reader.names("forms", optional: true) ?? EvidenceForm.allCases
        // Left out, a scan would prove as much as an original; the author has to say so.
        let assurance: EvidenceAssurance? = reader.name("minimumAssurance", optional: made)
        let months = reader.int("freshnessMonths", in: 1...1_200, optional: true)
        let days = reader.int("freshnessDays", in: 1...36_500, optional: true)
        let issuers: [IssuerKind] = reader.names("issuers", optional: true) ?? []
        let levels: [IssuerLevel] = reader.names("issuerLevels", optional: true) ?? []
        let domains = reader.strings("trustDomains", optional: true) ?? []
        let values = fieldValues(&reader, of: type)
        let fields = reader.places("sufficientFields", optional: true) ?? []
        for (field, path, offset) in fields where type.map({ $0.field(field) == nil }) ?? false {
            log.report(.unknownField, path, at: offset, field)
        }
        for (name, isEmpty) in [("subjects", subjects.isEmpty), ("forms", forms.isEmpty)] where isEmpty {
            log.report(.emptyList, reader.path(of: name), at: reader.offset(of: name))
        }
        reader.finish()
        guard let code else { return nil }
        let specification = EvidenceSpecification(
            documentType: code, subjects: subjects, concernsEverySubject: every, grounds: grounds, forms: forms,
            minimumAssurance: assurance ?? .signatureVerified, freshnessMonths: months, freshnessDays: days,
            issuers: issuers, issuerLevels: levels, trustDomains: domains, fieldValues: values,
            sufficientFields: fields.map(\.text), madeInDossier: made)
        if made {
            reportMembersWithoutEffect(&reader)
        } else {
            if let type { check(specification, against: type, &reader) }
            check(specification, &reader)
        }
        return specification
    }

    private func fieldValues(_ reader: inout ObjectReader, of type: DocumentType?) -> [String: String] {
        var values: [String: String] = [:]
        for member in reader.entries("where", optional: true) {
            let path = reader.path(of: "where.\(member.name)")
            guard case .string(let value) = member.node.value, !value.isBlank else {
                log.report(.wrongValue, path, at: member.node.offset, "a non-empty string was expected")
                continue
            }
            values[member.name] = value
            guard let type else { continue }
            guard let field = type.field(member.name) else {
                log.report(.unknownField, path, at: member.offset, "\(type.code).\(member.name)")
                continue
            }
            if field.kind == .date, CalendarDate(value) == nil {
                log.report(.wrongValue, path, at: member.node.offset, "a date yyyy-mm-dd was expected")
            }
        }
        return values
    }

    /// What is made within the dossier is taken from no vault: nothing more can be asked of it.
    private func reportMembersWithoutEffect(_ reader: inout ObjectReader) {
        for name in [
            "subjects", "everySubject", "grounds", "forms", "minimumAssurance", "freshnessMonths", "freshnessDays",
            "issuers", "issuerLevels", "trustDomains", "where", "sufficientFields",
        ] where reader.has(name) {
            log.report(.ineffective, reader.path(of: name), at: reader.offset(of: name), "madeInDossier")
        }
    }

    private func check(
        _ specification: EvidenceSpecification, against type: DocumentType, _ reader: inout ObjectReader
    ) {
        // A type of any issuer can be narrowed to anybody.
        let isOpen = type.issuers.contains(.other)
        for (index, issuer) in specification.issuers.enumerated() where !isOpen && !type.issuers.contains(issuer) {
            log.report(
                .contradiction, reader.path(of: "issuers[\(index)]"), at: reader.offset(of: "issuers"),
                "\(type.code) is not issued by \(issuer.rawValue)")
        }
        let issuers = specification.issuers.isEmpty ? type.issuers : specification.issuers
        for (index, level) in specification.issuerLevels.enumerated()
        where !(isOpen && specification.issuers.isEmpty) && !issuers.contains(where: { $0.level == level }) {
            log.report(
                .contradiction, reader.path(of: "issuerLevels[\(index)]"), at: reader.offset(of: "issuerLevels"),
                "no issuer is of level \(level.rawValue)")
        }
        for (index, domain) in specification.trustDomains.enumerated() where !type.trustDomains.contains(domain) {
            log.report(
                .contradiction, reader.path(of: "trustDomains[\(index)]"), at: reader.offset(of: "trustDomains"),
                "issuers of \(type.code) do not sign in \(domain)")
        }
        if type.trustDomains.isEmpty, specification.minimumAssurance == .signatureVerified {
            log.report(
                .ineffective, reader.path(of: "minimumAssurance"), at: reader.offset(of: "minimumAssurance"),
                "no signature raises \(type.code); only agency-verified can be met")
        }
    }

    private func check(_ specification: EvidenceSpecification, _ reader: inout ObjectReader) {
        func ineffective(_ name: String, _ detail: String) {
            log.report(.ineffective, reader.path(of: name), at: reader.offset(of: name), detail)
        }
        if specification.freshnessMonths != nil, specification.freshnessDays != nil {
            log.report(
                .contradiction, reader.path(of: "freshnessDays"), at: reader.offset(of: "freshnessDays"),
                "freshnessMonths is given too")
        }
        if !specification.grounds.isEmpty, !specification.subjects.contains(.representative) {
            ineffective("grounds", "no representative is among the subjects")
        }
        if specification.concernsEverySubject, specification.subjects.count < 2 {
            ineffective("everySubject", "there is one subject")
        }
        if specification.minimumAssurance == .selfDeclared {
            if specification.forms == [.original] {
                ineffective("minimumAssurance", "an original is taken only if its origin is proven")
            }
            if !specification.trustDomains.isEmpty { ineffective("trustDomains", "no signature is asked for") }
        }
    }
}
