// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax

/// One signed link of the journal (format §3), as received or as written.
struct JournalEntry: Sendable {
    let sequence: Int64
    let previous: Digest32
    let operation: OperationID
    let writer: WriterID
    let contents: [ContentID]
    let payloadHash: Digest32
    let genesis: Genesis?
    /// DER of the whole entry.
    let bytes: [UInt8]
    let hash: Digest32
    private let body: [UInt8]
    private let signature: [UInt8]

    private static let signatureLabel = Array("dossierkit/vault/1/entry".utf8) + [0]

    var head: JournalHead { JournalHead(sequence: sequence, hash: hash) }

    /// What an entry says before it is signed.
    struct Draft {
        var sequence: Int64
        var previous: Digest32
        var operation: OperationID
        var writer: WriterID
        var contents: [ContentID]
        var payloadHash: Digest32
        var genesis: Genesis?
    }

    init(_ draft: Draft, signedBy key: borrowing VaultSigningKey) throws(VaultError) {
        sequence = draft.sequence
        previous = draft.previous
        operation = draft.operation
        writer = draft.writer
        contents = draft.contents.sorted()
        payloadHash = draft.payloadHash
        genesis = draft.genesis
        let sorted = contents
        let body = DERWriter.bytes { entry in
            entry.sequence {
                $0.integer(1)
                $0.integer(draft.sequence)
                $0.octetString(draft.previous.octets)
                $0.octetString(draft.operation.octets)
                $0.octetString(draft.writer.octets)
                $0.sequence { list in
                    for content in sorted { list.octetString(content.octets) }
                }
                $0.octetString(draft.payloadHash.octets)
                draft.genesis?.write(to: &$0)
            }
        }
        let signature: [UInt8]
        do {
            signature = try key.signature(of: (Self.signatureLabel + body).span)
        } catch {
            throw VaultError(.cryptographyFailure, error.description)
        }
        self.body = body
        self.signature = signature
        bytes = DERWriter.bytes { entry in
            entry.sequence {
                $0.raw(body)
                $0.octetString(signature)
            }
        }
        try ObjectLimit.entry.check(making: bytes.count)
        hash = try Digest32(of: bytes)
    }

    /// Reads an entry; whether its signature holds is asked afterwards.
    init(parsing bytes: [UInt8], object: String) throws(VaultError) {
        try ObjectLimit.entry.check(reading: bytes.count, object: object)
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, detail) }
        do {
            var entry = try DERElement(parsing: bytes).reader(.sequence)
            let bodyElement = try entry.next(.sequence)
            signature = try entry.next().octetString()
            try entry.end()
            var body = try bodyElement.reader()
            let version = try body.next().integer()
            guard version == 1 else {
                throw version > 1
                    ? VaultError(.newerVersion, object: object, "entry version \(version)")
                    : damaged("version \(version)")
            }
            sequence = try body.next().integer()
            let previous = Digest32(octets: try body.next().octetString())
            let operation = OperationID(octets: try body.next().octetString())
            let writer = WriterID(octets: try body.next().octetString())
            var contents: [ContentID] = []
            for element in try body.next(.sequence).elements() {
                guard let content = ContentID(octets: try element.octetString()),
                    contents.last.map({ $0 < content }) ?? true
                else { throw damaged("content ids that are not in ascending order") }
                contents.append(content)
            }
            let payloadHash = Digest32(octets: try body.next().octetString())
            genesis = body.isAtEnd ? nil : try Genesis(try body.next())
            try body.end()
            guard let previous, let operation, let writer, let payloadHash, sequence >= 0 else {
                throw damaged("an id, hash or sequence number of the wrong form")
            }
            self.previous = previous
            self.operation = operation
            self.writer = writer
            self.contents = contents
            self.payloadHash = payloadHash
            self.body = bodyElement.bytes
        } catch let error as VaultError {
            throw error
        } catch {
            throw damaged("\(error)")
        }
        self.bytes = bytes
        hash = try Digest32(of: bytes)
    }

    func isSigned(by key: VaultVerificationKey) -> Bool {
        key.isValid(signature: signature, of: (Self.signatureLabel + body).span)
    }
}
