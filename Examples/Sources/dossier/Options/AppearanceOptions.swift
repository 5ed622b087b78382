// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DossierCore
import DossierKit
import PAdES
import PKIX

/// What a signature shows on a page (docs/appearance.md); nothing without `--appearance`.
struct AppearanceOptions: ParsableArguments {
    /// The forms by their names.
    enum Preset: String, CaseIterable {
        case person, agency, citizen, copy, annex, digitised
        case copyOfCopy = "copy-of-copy"
        case excerpt
        case certifiedCopy = "certified-copy"
        /// The library's name for `person`.
        case approval
    }

    @Option(
        help: ArgumentHelp(
            "What is shown: person, agency, citizen, copy, copy-of-copy, excerpt, annex, digitised or certified-copy.",
            valueName: "preset"))
    var appearance: String?

    @Option(help: ArgumentHelp("PNG: the handwritten signature of a person, the seal of an agency.", valueName: "file"))
    var image: String?

    @Option(help: ArgumentHelp("Page of a new field, from 1.", valueName: "number"))
    var page = 1

    @Option(
        help: ArgumentHelp(
            "Place on the page in points from its lower left corner as shown; default lower right.",
            valueName: "x,y,width,height"))
    var rectangle: String?

    @Option(help: ArgumentHelp("Field of the person's signature that an agency's seal overlaps.", valueName: "name"))
    var over: String?

    @Option(help: ArgumentHelp("Name that a copy shows; default the signer's.", valueName: "text"))
    var agencyName: String?

    @Option(help: ArgumentHelp("Number and sign of the document that an annex belongs to.", valueName: "text"))
    var documentNumber: String?

    @Option(help: ArgumentHelp("Masked identifier that a citizen's signature shows.", valueName: "text"))
    var identifier: String?

    func validate() throws {
        guard page > 0 else { throw ValidationError("--page takes a number from 1") }
        guard rectangle.map({ PageRectangle(option: $0) != nil }) ?? true else {
            throw ValidationError("--rectangle takes X,Y,WIDTH,HEIGHT in points")
        }
        guard let appearance else {
            guard image == nil, over == nil, rectangle == nil else {
                throw ValidationError("--image, --over and --rectangle need --appearance")
            }
            return
        }
        guard let preset = Preset(rawValue: appearance) else {
            throw ValidationError(
                "--appearance takes \(Preset.allCases.dropLast().map(\.rawValue).joined(separator: ", "))")
        }
        if preset == .agency, image == nil { throw ValidationError("--appearance agency needs the seal with --image") }
        if preset == .annex, documentNumber == nil {
            throw ValidationError("--appearance annex needs --document-number")
        }
    }

    /// The options as they are written.
    var arguments: [String] {
        let own: [(String, String?)] = [
            ("appearance", appearance), ("image", image), ("rectangle", rectangle), ("over", over),
            ("agency-name", agencyName), ("document-number", documentNumber), ("identifier", identifier),
            ("page", page == 1 ? nil : "\(page)"),
        ]
        return own.flatMap { name, value in value.map { ["--\(name)=\($0)"] } ?? [] }
    }

    /// What is shown for a signer.
    func visibleSignature(for certificate: Certificate) throws -> VisibleSignature? {
        guard let appearance, let preset = Preset(rawValue: appearance) else { return nil }
        let place = rectangle.flatMap { PageRectangle(option: $0) } ?? Self.standardPlace
        let name = agencyName ?? certificate.subject.commonName ?? ""
        switch preset {
        case .person, .approval: return .approval(page: page, at: place, image: try picture())
        case .citizen: return .citizen(page: page, at: place, identifier: identifier)
        case .copy: return .copy(by: name)
        case .copyOfCopy: return .copy(.ofCopy, by: name)
        case .excerpt: return .copy(.excerpt, by: name)
        case .annex: return .annex(of: documentNumber ?? "")
        case .digitised: return .digitised(by: name)
        case .certifiedCopy: return .certifiedCopy
        case .agency:
            guard let seal = try picture() else { return nil }
            if let over { return .agency(seal: seal, overlappingField: over) }
            return .agency(seal: seal, page: page, overlapping: place)
        }
    }

    /// The lower right corner of an A4 page, where signatures stand.
    private static let standardPlace = PageRectangle(x: 320, y: 60, width: 240, height: 70)

    private func picture() throws -> PNGImage? {
        guard let image else { return nil }
        do {
            return try PNGImage(parsing: FileSource(path: image).allBytes(limit: Int64(PNGImage.largestFile)))
        } catch {
            throw CommandFailure(error, path: image)
        }
    }
}
