// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// pyHanko's AdES validation with material in files (`Tests/Python/ades_peer.py`).
public struct AdESPeer {
    /// The process of EN 319 102-1 that is run.
    public enum Process: String {
        /// Signatures with time, §5.5.
        case time
        /// Signatures with long-term availability, §5.6; PDF only.
        case lta
        /// Basic signatures, §5.3.
        case basic
    }
    /// One question, with material of its own in place of the judge's.
    public struct Question {
        /// The PDF or the CMS signature.
        public var file: [UInt8]
        /// The content of a detached CMS signature; `nil` for a PDF.
        public var content: [UInt8]?
        /// What is asked; ``Process/time`` for CMS.
        public var process: Process
        /// DER of certificates, lists and responses that it has from elsewhere.
        public var certificates: [[UInt8]] = []
        public var lists: [[UInt8]] = []
        public var responses: [[UInt8]] = []
        /// Whether it may use the lists and responses that it finds in the file.
        public var readsEmbedded = false

        public init(_ file: [UInt8], content: [UInt8]? = nil, _ process: Process) {
            self.file = file
            self.content = content
            self.process = process
        }
    }
    /// What it said of one file.
    public struct Answer: Decodable, CustomStringConvertible {
        /// `OK`, the name of a sub-indication, or `ERROR`.
        public let status: String
        /// Seconds since 1970.
        public let bestSignatureTime: Int64?
        /// Its words.
        public let error: String?
        public var description: String { "\(status) \(bestSignatureTime ?? 0) \(error ?? "")" }
    }

    private let folder: TemporaryFolder
    private let roots: [String]
    private var certificates: [String] = []
    private var lists: [String] = []
    private var responses: [String] = []
    private let time: Int64

    /// Makes a judge.
    ///
    /// - Parameters:
    ///   - roots: DER of the anchors.
    ///   - seconds: The instant of judgement, seconds since 1970.
    public init(
        trusting roots: [[UInt8]], certificates: [[UInt8]] = [], lists: [[UInt8]] = [], responses: [[UInt8]] = [],
        at seconds: Int64
    ) throws {
        let folder = try TemporaryFolder()
        func write(_ items: [[UInt8]], _ name: String) throws -> [String] {
            try items.enumerated().map { try folder.write($1, as: "\(name)-\($0)") }
        }
        self.folder = folder
        self.roots = try write(roots, "root")
        self.certificates = try write(certificates, "certificate")
        self.lists = try write(lists, "list")
        self.responses = try write(responses, "response")
        time = seconds
    }

    /// Judges PDFs; `nil` after saying that the peer is not there.
    public func judge(_ files: [[UInt8]], _ process: Process, cases: String) throws -> [Answer]? {
        let paths = try files.enumerated().map { try folder.write($1, as: "file-\($0).pdf") }
        return try ask(paths, process, cases)
    }

    /// Judges CMS signatures with their contents, `nil` where it is enclosed.
    public func judge(_ signatures: [(signature: [UInt8], content: [UInt8]?)], cases: String) throws -> [Answer]? {
        let pairs = try signatures.enumerated().map { index, item -> [Any] in
            [
                try folder.write(item.signature, as: "signature-\(index)"),
                try item.content.map { try folder.write($0, as: "content-\(index)") } as Any? ?? NSNull(),
            ]
        }
        return try ask(pairs, .time, cases)
    }

    /// Judges each with its own material; `nil` after saying that the peer is not there.
    public func judge(_ questions: [Question], cases: String) throws -> [Answer]? {
        let files = try questions.enumerated().map { index, question -> [String: Any] in
            func write(_ items: [[UInt8]], _ name: String) throws -> [String] {
                try items.enumerated().map { try folder.write($1, as: "\(index)-\(name)-\($0)") }
            }
            let path = try folder.write(question.file, as: "question-\(index)")
            let content = try question.content.map { try folder.write($0, as: "question-\(index)-content") }
            return [
                "file": content.map { [path, $0] } as Any? ?? path, "process": question.process.rawValue,
                "certificates": try write(question.certificates, "certificate"),
                "lists": try write(question.lists, "list"), "responses": try write(question.responses, "response"),
                "embedded": question.readsEmbedded,
            ]
        }
        return try ask(files, .time, cases)
    }

    private func ask(_ files: [Any], _ process: Process, _ cases: String) throws -> [Answer]? {
        let request: [String: Any] = [
            "time": time, "process": process.rawValue, "roots": roots, "certificates": certificates, "lists": lists,
            "responses": responses, "files": files,
        ]
        let input = try JSONSerialization.data(withJSONObject: request)
        guard let outcome = try PythonPeer.run("Tests/Python/ades_peer.py", input: input, cases: cases) else {
            return nil
        }
        guard outcome.status == 0 else {
            return files.map { _ in Answer(status: "ERROR", bestSignatureTime: nil, error: outcome.errors) }
        }
        return try JSONDecoder().decode([Answer].self, from: outcome.output)
    }
}
