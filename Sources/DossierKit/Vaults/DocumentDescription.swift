// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
public import DossierCore
import Foundation
public import OnceOnly

/// What a person or program says of a document that goes into a vault: `docs/formats/description-v1.md`.
public struct DocumentDescription: Sendable, Hashable, Decodable {
    /// A person whom the document concerns.
    public struct Subject: Sendable, Hashable, Decodable {
        /// Full name as on the document.
        public let fullName: String
        /// Personal identification number; `nil` for a person who has none yet.
        public let citizenId: String?

        /// The identifier under which the vault keeps the person: the number, else the name.
        public var id: String { citizenId ?? "name:\(fullName)" }
    }
    /// File name that the description belongs to.
    public let file: String?
    /// Code of the document type.
    public let type: String
    /// Number and sign of the document.
    public let number: String?
    /// Day of issue.
    public let issuedOn: CalendarDate?
    /// Last day of validity.
    public let validUntil: CalendarDate?
    /// Name of the issuing body.
    public let issuer: String?
    /// The kind of the issuing body, for example `commune-committee`.
    public let issuerKind: IssuerKind?
    /// The persons whom it concerns.
    public let subjects: [Subject]?
    /// Values by field name of the document type.
    public let fields: [String: String]?

    /// Reads the description of a file: a JSON object, or the one of `{"documents": [...]}` whose `file` names it.
    ///
    /// Where several have the file's name, the one is meant whose path ends like the file's, as far as the shorter of both
    /// goes: `an/birth.pdf` is `/scans/an/birth.pdf`, and not `binh/birth.pdf`.
    ///
    /// - Parameters:
    ///   - file: The path of the file, or its name.
    ///   - byPath: Whether the path must fit although only one has the name: there are several files of that name.
    /// - Throws: ``DossierError`` `invalidAttachment` when there is none, several could be meant, or it is malformed.
    public static func read(
        _ json: [UInt8], for file: String, byPath: Bool = false
    ) throws(DossierError) -> DocumentDescription {
        struct List: Decodable { let documents: [DocumentDescription] }
        let decoder = JSONDecoder()
        let all: [DocumentDescription]
        if let list = try? decoder.decode(List.self, from: Data(json)) {
            all = list.documents.filter { $0.file != nil }
        } else {
            do {
                all = [try decoder.decode(DocumentDescription.self, from: Data(json))]
            } catch {
                throw DossierError(.invalidAttachment, "not a description of a document in JSON")
            }
        }
        var found = all.filter { $0.file.map { parts($0).last == parts(file).last } ?? true }
        if found.count > 1 || byPath { found = found.filter { $0.file.map { names($0, file) } ?? true } }
        guard let description = found.first else {
            throw DossierError(.invalidAttachment, "the descriptions have none for \(file)")
        }
        guard found.count == 1 else {
            throw DossierError(.invalidAttachment, "\(found.count) of the descriptions could be for \(file)")
        }
        return description
    }

    private static func parts(_ path: String) -> [Substring] { path.split(separator: "/").filter { $0 != "." } }

    private static func names(_ described: String, _ file: String) -> Bool {
        zip(parts(described).reversed(), parts(file).reversed()).allSatisfy { $0 == $1 }
    }

    /// The vault's fields, named as typed by a person or read by a program, not as signed by the issuer.
    public func vaultFields(origin: DocumentField.Origin = .declared) -> [DocumentField] {
        (fields ?? [:]).sorted { $0.key < $1.key }.map { DocumentField(name: $0.key, value: $0.value, origin: origin) }
    }
}
