// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// The procedures known to a portal, each in all its dated versions.
///
/// Format: `docs/formats/procedures-v1.md`.
public struct ProcedureCatalogue: Sendable, Hashable {
    /// Version of the data, by which plans name it; not the version of the format.
    public let version: String
    /// What the data rest on and what was not checked.
    public let remark: Phrase
    /// All versions of all procedures in the order of the file.
    public let procedures: [Procedure]

    /// Repeated parts of the procedures, numbered.
    let index: CatalogueIndex
    private let indicesByCode: [String: [Int]]

    init(version: String, remark: Phrase, procedures: [Procedure]) {
        self.version = version
        self.remark = remark
        self.procedures = procedures
        index = CatalogueIndex(procedures)
        indicesByCode = Dictionary(grouping: procedures.indices) { procedures[$0].code }
    }

    /// Reads a catalogue.
    ///
    /// - Parameters:
    ///   - json: The file, UTF-8.
    ///   - types: The document types that requirements and forms refer to.
    ///   - budget: Limits on size, depth and number of values.
    /// - Throws: ``OnceOnlyError`` with code `malformedJSON`, `overLimit`, or `invalidCatalogue` and all problems.
    public init(json: [UInt8], types: DocumentTypeCatalogue, budget: Budget = .catalogue) throws(OnceOnlyError) {
        let (catalogue, problems) = try ProcedureFile.read(json, types: types, budget: budget)
        guard let catalogue else {
            let first = problems.first { $0.code.severity == .fault }
            throw OnceOnlyError(.invalidCatalogue, detail: first?.description ?? "", problems: problems)
        }
        self = catalogue
    }

    /// The catalogue that is compiled in.
    public static func builtIn(types: DocumentTypeCatalogue) throws(OnceOnlyError) -> ProcedureCatalogue {
        try ProcedureCatalogue(json: EmbeddedData.bytes(of: "procedures.json"), types: types)
    }

    /// All problems of a catalogue file in the order of the text; it can be used when none is a fault.
    ///
    /// - Throws: ``OnceOnlyError`` with code `malformedJSON` or `overLimit`.
    public static func lint(
        _ json: [UInt8], types: DocumentTypeCatalogue, budget: Budget = .catalogue
    ) throws(OnceOnlyError) -> [CatalogueProblem] {
        try ProcedureFile.read(json, types: types, budget: budget).problems
    }

    /// The version of a procedure in force on a day, or `nil`.
    public func procedure(_ code: String, on date: CalendarDate) -> Procedure? {
        indicesByCode[code]?.lazy.map { procedures[$0] }.first { $0.isInForce(on: date) }
    }

    /// All procedures in force on a day, in the order of the file.
    public func procedures(on date: CalendarDate) -> [Procedure] { procedures.filter { $0.isInForce(on: date) } }

    /// The procedures in force on a day whose result is a document of some type: by which way it can be obtained.
    public func procedures(producing type: String, on date: CalendarDate) -> [Procedure] {
        procedures.filter { $0.results.contains(type) && $0.isInForce(on: date) }
    }
}
