// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
import PDFSyntax

/// What is to be written into a new signature dictionary, apart from the CMS.
public struct SignatureRequest: Sendable {
    /// What the dictionary is for.
    public enum Purpose: Sendable, Hashable {
        /// `ETSI.CAdES.detached`: a signature of EN 319 142-1.
        case approval
        /// The same, as the first of the document, with a certification that restricts later changes.
        case certification(DocumentPermission)
        /// `ETSI.RFC3161`: a document time-stamp (EN 319 142-1 §5.5); time and texts are not written.
        case documentTimeStamp
    }
    /// What the dictionary is for.
    public var purpose: Purpose
    /// The claimed signing time, `/M`.
    public var time: Instant
    /// Offset from UTC in which ``time`` is written, in seconds; Vietnam: 25,200.
    public var timeOffset: Int64
    /// `/Name`.
    public var name: String?
    /// `/Reason`.
    public var reason: String?
    /// `/Location`.
    public var location: String?
    /// `/ContactInfo`.
    public var contactInformation: String?
    /// Fields to lock with the signature (FieldMDP).
    public var lock: FieldLock?
    /// Room for the CMS in bytes; twice as many characters are written.
    public var reservedBytes: Int
    /// What the signature shows; it decides page and place of a new field. Not for document time-stamps.
    public var appearance: VisibleSignature?

    /// Makes a request; 16 KiB are room for a signature with a chain and a time-stamp.
    public init(
        _ purpose: Purpose = .approval, at time: Instant, timeOffset: Int64 = 0, name: String? = nil,
        reason: String? = nil, location: String? = nil, contactInformation: String? = nil, lock: FieldLock? = nil,
        reservedBytes: Int = 16_384
    ) {
        self.purpose = purpose
        self.time = time
        self.timeOffset = timeOffset
        self.name = name
        self.reason = reason
        self.location = location
        self.contactInformation = contactInformation
        self.lock = lock
        self.reservedBytes = reservedBytes
    }

    /// The entries of the signature dictionary before `/Contents` and `/ByteRange`.
    func dictionary() -> PDFDictionary {
        var dictionary: PDFDictionary = ["Filter": .name("Adobe.PPKLite")]
        guard purpose != .documentTimeStamp else {
            dictionary["Type"] = .name("DocTimeStamp")
            dictionary["SubFilter"] = .name("ETSI.RFC3161")
            dictionary["V"] = .integer(0)
            return dictionary
        }
        dictionary["Type"] = .name("Sig")
        dictionary["SubFilter"] = .name("ETSI.CAdES.detached")
        let date = PDFDate.encode(time, atOffset: timeOffset)
        dictionary["M"] = .string(Array(date.utf8), hexadecimal: false)
        let texts: [(PDFName, String?)] = [
            ("Name", name), ("Reason", reason), ("Location", location), ("ContactInfo", contactInformation),
        ]
        for (key, text) in texts {
            if let text { dictionary[key] = .string(TextString.encode(text), hexadecimal: false) }
        }
        var transforms: [PDFObject] = []
        if case .certification(let permission) = purpose {
            transforms.append(
                Self.transform("DocMDP", ["P": .integer(Int64(permission.rawValue)), "V": .name("1.2")]))
        }
        if let lock {
            var parameters = lock.dictionary
            parameters["V"] = .name("1.2")
            transforms.append(Self.transform("FieldMDP", parameters))
        }
        if !transforms.isEmpty { dictionary["Reference"] = .array(transforms) }
        return dictionary
    }

    private static func transform(_ method: PDFName, _ parameters: PDFDictionary) -> PDFObject {
        var parameters = parameters
        parameters["Type"] = .name("TransformParams")
        return .dictionary([
            "Type": .name("SigRef"), "TransformMethod": .name(method), "TransformParams": .dictionary(parameters),
        ])
    }
}

extension FieldLock {
    /// `/Action` and `/Fields`.
    var dictionary: PDFDictionary {
        let word: PDFName =
            switch action {
            case .all: "All"
            case .include: "Include"
            case .exclude: "Exclude"
            }
        var dictionary: PDFDictionary = ["Action": .name(word)]
        if action != .all {
            dictionary["Fields"] = .array(names.map { .string(TextString.encode($0), hexadecimal: false) })
        }
        return dictionary
    }
}
