// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

/// The JSON format of ``DocumentTypeCatalogue``.
enum DocumentTypeFile {
    static func read(
        _ json: [UInt8], budget: Budget
    ) throws(OnceOnlyError) -> (catalogue: DocumentTypeCatalogue?, problems: [CatalogueProblem]) {
        let root = try JSONReader.read(json, budget: budget)
        let log = ProblemLog(json)
        let catalogue = catalogue(root, log)
        return (log.hasFault ? nil : catalogue, log.sorted)
    }

    private static func catalogue(_ root: JSONNode, _ log: ProblemLog) -> DocumentTypeCatalogue? {
        guard var reader = ObjectReader(root, path: "", log: log), reader.format(is: "document-types") else {
            return nil
        }
        let version = reader.string("catalogueVersion")
        let effectiveFrom = reader.date("effectiveFrom")
        let remark = reader.phrase("remark")
        var attributes: [String: DocumentTypeField] = [:]
        for member in reader.entries("personAttributes") {
            let path = "personAttributes.\(member.name)"
            guard var attribute = ObjectReader(member.node, path: path, log: log) else { continue }
            attributes[member.name] = field(&attribute, id: member.name)
        }
        var types: [DocumentType] = []
        var codes: [(String, String, Int)] = []
        for (path, node) in reader.elements("types") ?? [] {
            guard var object = ObjectReader(node, path: path, log: log) else { continue }
            if let code = object.string("code") { codes.append((code, path, object.offset(of: "code"))) }
            if let type = type(&object, attributes: attributes) { types.append(type) }
        }
        log.requireUnique(codes)
        reader.finish()
        guard let version, let effectiveFrom, let remark else { return nil }
        return DocumentTypeCatalogue(version: version, effectiveFrom: effectiveFrom, remark: remark, types: types)
    }

    private static func type(_ object: inout ObjectReader, attributes: [String: DocumentTypeField]) -> DocumentType? {
        let code = object.string("code")
        let number = object.int("number", in: 1...9_999, optional: true)
        let name = object.phrase("name")
        let issuers: [IssuerKind] = object.names("issuers") ?? []
        if issuers.isEmpty {
            object.log.report(.emptyList, object.path(of: "issuers"), at: object.offset(of: "issuers"))
        }
        let (validity, remark) = validity(&object)
        let form = object.phrase("usualForm")
        let sensitivity: Sensitivity? = object.name("sensitivity")
        let domains = object.strings("trustDomains") ?? []
        let registers: [Register] = object.names("registers") ?? []
        var fields = partyFields(&object, attributes: attributes)
        for (path, node) in object.elements("fields") ?? [] {
            guard var reader = ObjectReader(node, path: path, log: object.log) else { continue }
            let id = reader.string("id")
            if let field = field(&reader, id: id ?? "") { fields.append(field) }
        }
        let every = DocumentTypeField.ofEveryDocument.map(\.id)
        object.log.requireUnique(
            (every + fields.map(\.id)).map { ($0, object.path(of: "fields"), object.offset(of: "fields")) })
        object.finish()
        guard let code, let name, let validity, let form, let sensitivity else { return nil }
        return DocumentType(
            code: code, number: number, name: name, issuers: issuers, validity: validity, validityRemark: remark,
            usualForm: form, sensitivity: sensitivity, trustDomains: domains, registers: registers, fields: fields)
    }

    private static func validity(_ object: inout ObjectReader) -> (ValidityRule?, Phrase?) {
        guard let node = object.node("validity"),
            var reader = ObjectReader(node, path: object.path(of: "validity"), log: object.log)
        else { return (nil, nil) }
        let remark = reader.phrase("remark", optional: true)
        let kind = reader.string("kind")
        var rule: ValidityRule?
        switch kind {
        case "unlimited": rule = .unlimited
        case "months": rule = reader.int("months", in: 1...1_200).map(ValidityRule.months)
        case "stated": rule = .stated
        case "until-changed": rule = .untilChanged
        case "until-registered": rule = .untilRegistered
        case "dossier": rule = .dossier
        case let unknown?:
            reader.log.report(.unknownName, reader.path(of: "kind"), at: reader.offset(of: "kind"), unknown)
        case nil: break
        }
        reader.finish()
        return (rule, remark)
    }

    /// The attributes of each person named in a document, as fields `<party>.<attribute>`.
    private static func partyFields(
        _ object: inout ObjectReader, attributes: [String: DocumentTypeField]
    ) -> [DocumentTypeField] {
        var fields: [DocumentTypeField] = []
        for member in object.entries("parties") {
            let path = object.path(of: "parties.\(member.name)")
            guard var party = ObjectReader(member.node, path: path, log: object.log) else { continue }
            let name = party.phrase("name")
            for (id, path, offset) in party.places("attributes") ?? [] {
                guard let attribute = attributes[id] else {
                    party.log.report(.unknownName, path, at: offset, id)
                    continue
                }
                guard let name else { continue }
                fields.append(
                    DocumentTypeField(
                        id: "\(member.name).\(id)",
                        name: Phrase(
                            vi: "\(attribute.name.vi) của \(name.vi)", en: "\(attribute.name.en) of \(name.en)"),
                        kind: attribute.kind))
            }
            party.finish()
        }
        return fields
    }

    private static func field(_ reader: inout ObjectReader, id: String) -> DocumentTypeField? {
        let kind: DocumentTypeField.Kind? = reader.name("kind")
        let name = reader.phrase("name")
        reader.finish()
        guard let kind, let name else { return nil }
        return DocumentTypeField(id: id, name: name, kind: kind)
    }
}

extension ObjectReader {
    /// Checks the two members that say what a catalogue file is.
    mutating func format(is expected: String) -> Bool {
        let format = string("format")
        let version = int("formatVersion", in: 1...Int.max)
        guard let format, let version else { return false }
        guard format == expected, version == 1 else {
            log.report(.unsupportedFormat, path, at: offset, "\(format) \(version), expected \(expected) 1")
            return false
        }
        return true
    }
}
