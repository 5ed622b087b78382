// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DossierCore
import DossierKit
import PAdES
import PDFSyntax
import PKIX

/// What a signature writes into a PDF beside itself: its field, what it shows, what it allows later.
struct PDFOptions: ParsableArguments {
    @Option(help: "Reason, written into a PDF.")
    var reason: String?

    @Option(help: "Name of the field to sign: one that is there, or a new one.")
    var field: String?

    @Option(
        help: ArgumentHelp(
            "Empty signature field for a later signer, before the first signature; repeatable.",
            valueName: "name[=x,y,width,height]"))
    var reserveField: [String] = []

    @Option(
        help: ArgumentHelp(
            "Empty text field to be filled between signatures; repeatable.", valueName: "name=x,y,width,height"))
    var reserveText: [String] = []

    @Option(help: ArgumentHelp("Text for a field that was reserved; repeatable.", valueName: "name=text"))
    var fill: [String] = []

    @Option(help: "Certify: allow no change (1), filling and signing (2), annotations too (3).")
    var certify: Int?

    @OptionGroup var visible: AppearanceOptions

    func validate() throws {
        guard certify.map({ (1...3).contains($0) }) ?? true else { throw ValidationError("--certify takes 1, 2 or 3") }
        guard field != "" else { throw ValidationError("--field takes a name") }
        _ = try reservedFields()
        _ = try texts()
    }

    /// Whether anything was asked for that only a PDF can have.
    var isGiven: Bool {
        field != nil || !reserveField.isEmpty || !reserveText.isEmpty || !fill.isEmpty || certify != nil
            || visible.appearance != nil
    }

    /// The options as they are written, without fields that are reserved or filled.
    var arguments: [String] {
        let own: [(String, String?)] = [
            ("reason", reason), ("field", field), ("certify", certify.map(String.init)),
        ]
        return own.flatMap { name, value in value.map { ["--\(name)=\($0)"] } ?? [] } + visible.arguments
    }

    var permission: DocumentPermission? { certify.flatMap { DocumentPermission(rawValue: $0) } }

    /// The file with fields reserved and filled as asked for; the same document when nothing was.
    ///
    /// - Parameter identifier: Gives 16 fresh bytes for each revision.
    func prepared(_ document: PDFDocument, identifier: () -> [UInt8]) throws -> PDFDocument {
        let reserved = try reservedFields()
        let texts = try texts()
        guard !reserved.isEmpty || !texts.isEmpty else { return document }
        var current = document
        func append(_ bytes: [UInt8]) throws {
            current = try PDFDocument(parsing: AppendedSource(base: current.file.source, appended: bytes))
        }
        if !reserved.isEmpty { try append(current.reserving(reserved, identifier: identifier())) }
        for (name, text) in texts { try append(current.filling(name, with: text, identifier: identifier())) }
        return current
    }

    /// The field to sign in; `nil` for a new one with the first free name.
    func choice(in document: PDFDocument) throws -> FieldChoice? {
        guard let field else { return nil }
        let isThere = try SignatureField.all(in: document.file).contains { $0.name == field }
        return isThere ? .existing(name: field) : .new(name: field, page: visible.page)
    }

    private func reservedFields() throws -> [ReservedField] {
        try reserveField.map { text in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let rectangle = parts.count == 2 ? PageRectangle(option: parts[1]) : nil
            guard !parts[0].isEmpty, parts.count == 1 || rectangle != nil else {
                throw ValidationError("--reserve-field takes NAME or NAME=X,Y,WIDTH,HEIGHT")
            }
            return ReservedField(parts[0], .signature(), page: visible.page, at: rectangle)
        }
            + reserveText.map { text in
                let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2, let rectangle = PageRectangle(option: parts[1]) else {
                    throw ValidationError("--reserve-text takes NAME=X,Y,WIDTH,HEIGHT")
                }
                return ReservedField(parts[0], .text, page: visible.page, at: rectangle)
            }
    }

    private func texts() throws -> [(name: String, text: String)] {
        try fill.map { text in
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw ValidationError("--fill takes NAME=TEXT") }
            return (parts[0], parts[1])
        }
    }
}

extension PageRectangle {
    /// Four numbers in points with an area, separated by commas; `nil` for anything else.
    init?(option: String) {
        let numbers = option.split(separator: ",", omittingEmptySubsequences: false).compactMap { Double($0) }
        guard numbers.count == 4, option.count(where: { $0 == "," }) == 3, numbers.allSatisfy(\.isFinite),
            numbers[2] > 0, numbers[3] > 0
        else { return nil }
        self.init(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
    }
}
