// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// The document types known on a day, read from a dated data file.
///
/// Format: `docs/formats/procedures-v1.md`.
public struct DocumentTypeCatalogue: Sendable, Hashable {
    /// Version of the data, by which plans name it; not the version of the format.
    public let version: String
    /// First day on which the data hold.
    public let effectiveFrom: CalendarDate
    /// What the data rest on and what was not checked.
    public let remark: Phrase
    /// The types in the order of the file.
    public let types: [DocumentType]

    private let indexByCode: [String: Int]

    init(version: String, effectiveFrom: CalendarDate, remark: Phrase, types: [DocumentType]) {
        self.version = version
        self.effectiveFrom = effectiveFrom
        self.remark = remark
        self.types = types
        indexByCode = Dictionary(
            types.enumerated().map { ($0.element.code, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    /// Reads a catalogue.
    ///
    /// - Parameters:
    ///   - json: The file, UTF-8.
    ///   - budget: Limits on size, depth and number of values.
    /// - Throws: ``OnceOnlyError`` with code `malformedJSON`, `overLimit`, or `invalidCatalogue` and all problems.
    public init(json: [UInt8], budget: Budget = .catalogue) throws(OnceOnlyError) {
        let (catalogue, problems) = try DocumentTypeFile.read(json, budget: budget)
        guard let catalogue else {
            let first = problems.first { $0.code.severity == .fault }
            throw OnceOnlyError(.invalidCatalogue, detail: first?.description ?? "", problems: problems)
        }
        self = catalogue
    }

    /// The catalogue that is compiled in.
    public static func builtIn() throws(OnceOnlyError) -> DocumentTypeCatalogue {
        try DocumentTypeCatalogue(json: EmbeddedData.bytes(of: "document-types.json"))
    }

    /// All problems of a catalogue file in the order of the text; it can be used when none is a fault.
    ///
    /// - Throws: ``OnceOnlyError`` with code `malformedJSON` or `overLimit`.
    public static func lint(_ json: [UInt8], budget: Budget = .catalogue) throws(OnceOnlyError) -> [CatalogueProblem] {
        try DocumentTypeFile.read(json, budget: budget).problems
    }

    /// A type by its code.
    public subscript(code: String) -> DocumentType? { indexByCode[code].map { types[$0] } }
}

extension Budget {
    /// The limits for a catalogue file: 32 MiB, depth 32, two million values.
    public static let catalogue = Budget(bytes: 32 << 20, depth: 32, objects: 2_000_000, expansionRatio: 1)
}
