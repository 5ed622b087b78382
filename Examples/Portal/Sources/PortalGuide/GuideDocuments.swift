// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import HTTPTypes
import Hummingbird
import NIOCore

extension Guide {
    struct Kept: ResponseEncodable {
        let document, assurance, sentence: String
    }

    func addDocumentPages(to router: Router<BasicRequestContext>) {
        router.post("/documents/:type") { request, context in
            let vault = try sessions.vault(request)
            guard let type = context.parameters.get("type"), types[type] != nil else { throw HTTPError(.badRequest) }
            let body = try await request.body.collect(upTo: 20 << 20)
            let source = MemorySource(Array(body.readableBytesView))
            // What the file itself proves: the only thing that can raise its assurance.
            let report = try FileReport(path: "upload", source: source, validator: trust.validator, at: clock())
            let mediaType = try MediaType.of(source)
            var metadata = DocumentMetadata(type: type, name: "\(type).pdf", mediaType: mediaType)
            metadata.subjects = [Self.citizen]
            metadata.issuedOn = request.uri.queryParameters["issuedOn"].flatMap { CalendarDate(String($0)) }
            let reference = try await vault.store(
                source, metadata: metadata, provenance: .verified(report, source: .selfUpload), at: clock())
            let record = try await vault.document(reference.document)
            return Kept(
                document: reference.document.description,
                assurance: record.current.provenance.assurance.rawValue,
                sentence: record.current.provenance.assurance.phrase.vi)
        }
    }

    /// Personal identification number of the one citizen here; invented.
    static let citizen = "001099000001"
}
