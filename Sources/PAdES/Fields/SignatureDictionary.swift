// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
public import PDFSyntax

/// The value of a signed signature field (ISO 32000-2 Table 255), as it stands in the file.
public struct SignatureDictionary: Sendable {
    /// What the dictionary says it is.
    public enum Kind: Sendable, Hashable {
        /// `/Type /Sig`, or no type.
        case signature
        /// `/Type /DocTimeStamp`.
        case documentTimeStamp
        /// Another type.
        case other
    }
    /// A transform that restricts later changes (Table 256).
    public enum Transform: Sendable, Hashable {
        /// DocMDP: the signature certifies the document; an absent or unknown `/P` counts as 2 (Table 257).
        case certification(DocumentPermission)
        /// FieldMDP: the signature locks fields.
        case fieldLock(FieldLock)
        /// Any other method, such as UR3.
        case other
    }

    /// The indirect object that it is; `nil` when it stands directly in the field.
    public let reference: IndirectReference?
    /// The revision that wrote the object last, among those looked at; `nil` when it is direct.
    public let writtenIn: Int?
    /// What it says it is.
    public let kind: Kind
    /// `/Filter`, the preferred handler.
    public let filter: String?
    /// `/SubFilter`, for example `ETSI.CAdES.detached`.
    public let subFilter: String?
    /// The integers of `/ByteRange` in order; `nil` when it is absent or holds anything else.
    public let byteRange: [Int64]?
    /// The bytes of `/Contents` with the zeros that fill its room up; empty when it is absent.
    public let contents: [UInt8]
    /// Where the token `<…>` of `/Contents` stands in the file, brackets included; `nil` unless it is a direct
    /// hexadecimal string of an object outside object streams.
    public let contentsRange: Range<Int64>?
    /// Whether `/ByteRange` stands directly in the dictionary.
    public let hasDirectByteRange: Bool
    /// `/M` as written, the signing time that the signer claims.
    public let claimedTimeText: String?
    /// `/M` as an instant, when it is a date with a meaning.
    public let claimedTime: Instant?
    /// `/Name`.
    public let name: String?
    /// `/Reason`.
    public let reason: String?
    /// `/Location`.
    public let location: String?
    /// `/ContactInfo`.
    public let contactInformation: String?
    /// The transforms of `/Reference`.
    public let transforms: [Transform]
    /// Whether `/Cert` is present, which the ETSI subfilters forbid.
    public let hasCertificateEntry: Bool
    /// The certificates of `/Cert`, DER as written, the signer's first; at most 32, and none that is no string.
    public let certificates: [[UInt8]]

    /// The permission of a certification signature, or `nil`; the strictest where it names several.
    public var certification: DocumentPermission? {
        transforms.compactMap { if case .certification(let permission) = $0 { permission } else { nil } }.min()
    }

    init(_ value: PDFObject, in file: PDFFile, asOf revision: Int) throws(PDFSyntaxError) {
        let object = try value.reference.flatMapThrowing { (reference) throws(PDFSyntaxError) in
            try file.indirectObject(reference, asOf: revision)
        }
        let dictionary = try file.resolve(object?.value ?? value, asOf: revision).dictionary ?? [:]
        func text(_ key: PDFName) throws(PDFSyntaxError) -> String? {
            try file.resolve(dictionary[key], asOf: revision).string.map(TextString.decode)
        }
        reference = object?.reference
        writtenIn = object.flatMap { file.revisionOfLastChange(of: $0.reference.number, asOf: revision) }
        switch try file.resolve(dictionary["Type"], asOf: revision).name {
        case nil, "Sig": kind = .signature
        case "DocTimeStamp": kind = .documentTimeStamp
        default: kind = .other
        }
        filter = try file.resolve(dictionary["Filter"], asOf: revision).name?.text
        subFilter = try file.resolve(dictionary["SubFilter"], asOf: revision).name?.text
        let numbers = try file.resolve(dictionary["ByteRange"], asOf: revision).array?.map(\.integer)
        byteRange = numbers.flatMap { $0.contains(nil) ? nil : $0.compactMap(\.self) }
        hasDirectByteRange = dictionary["ByteRange"]?.reference == nil
        contents = try file.resolve(dictionary["Contents"], asOf: revision).string ?? []
        if case .string(_, hexadecimal: true) = dictionary["Contents"] {
            contentsRange = object?.range(ofValueOf: "Contents")
        } else {
            contentsRange = nil
        }
        claimedTimeText = try text("M")
        claimedTime = claimedTimeText.flatMap(PDFDate.decode)
        name = try text("Name")
        reason = try text("Reason")
        location = try text("Location")
        contactInformation = try text("ContactInfo")
        hasCertificateEntry = dictionary["Cert"] != nil
        let entry = try file.resolve(dictionary["Cert"], asOf: revision)
        var certificates: [[UInt8]] = []
        for element in (entry.array ?? [entry]).prefix(32) {
            if let bytes = try file.resolve(element, asOf: revision).string { certificates.append(bytes) }
        }
        self.certificates = certificates
        var transforms: [Transform] = []
        for element in try file.resolve(dictionary["Reference"], asOf: revision).array ?? [] {
            guard let entry = try file.resolve(element, asOf: revision).dictionary else {
                transforms.append(.other)
                continue
            }
            let parameters = try file.resolve(entry["TransformParams"], asOf: revision)
            switch try file.resolve(entry["TransformMethod"], asOf: revision).name {
            case "DocMDP":
                let permission = try file.resolve(parameters.dictionary?["P"], asOf: revision)
                transforms.append(.certification(DocumentPermission(permission) ?? .fillForms))
            case "FieldMDP":
                transforms.append(.fieldLock(try FieldLock(parameters, in: file, asOf: revision) ?? FieldLock(.all)))
            default: transforms.append(.other)
            }
        }
        self.transforms = transforms
    }
}

extension Optional {
    func flatMapThrowing<Value>(
        _ transform: (Wrapped) throws(PDFSyntaxError) -> Value?
    ) throws(PDFSyntaxError) -> Value? {
        guard let self else { return nil }
        return try transform(self)
    }
}
