// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PKIX
import SignatureValidation
import TestPKI
import TestSupport

/// What one peer says of one signature.
enum PeerAnswer: Sendable, Equatable {
    case accepted
    case refused(String)
    /// Why the question makes no sense, by the letter of the note on the page.
    case notApplicable(String)
    /// The peer is not there.
    case absent

    var cell: String {
        switch self {
        case .accepted: "accepted"
        case .refused(let reason): "refused: \(reason)"
        case .notApplicable(let note): "– \(note)"
        case .absent: "?"
        }
    }
}

/// The columns of the matrix. A file is accepted only when the same file with a changed byte is refused.
enum MatrixPeer: String, CaseIterable {
    case own = "DossierKit"
    case pyHankoLists = "pyHanko, CRL"
    case pyHankoResponses = "pyHanko, OCSP"
    case pdfsig
    case qpdf = "qpdf --check"
    case opensslCMS = "openssl cms"
    case opensslTS = "openssl ts"
}

/// Asks every peer about every signature.
struct PeerMatrix {
    /// The two files of one row: with lists and with responses.
    struct Row {
        let lists: MatrixSample
        let responses: MatrixSample
        var answers: [MatrixPeer: PeerAnswer] = [:]
    }

    private(set) var rows: [Row]
    private let samples: MatrixSamples
    /// Changed twins that a peer was shown and refused.
    private(set) var refusedTwins = 0

    init(_ samples: MatrixSamples, rows: [Row]) throws {
        self.samples = samples
        self.rows = rows
        for index in rows.indices {
            self.rows[index].answers[.own] = Self.own(rows[index])
            refusedTwins += 2
            try askPrograms(index)
        }
        try askPyHanko()
    }

    private static func own(_ row: Row) -> PeerAnswer {
        for sample in [row.lists, row.responses] {
            guard sample.report.indication == .totalPassed else {
                return .refused(sample.report.subIndication?.rawValue ?? "no signature")
            }
            guard sample.facts.level == sample.level else {
                return .refused("level \(sample.facts.level?.rawValue ?? "none")")
            }
            guard sample.isChangeRefused else { return .refused("a changed file passes") }
        }
        return .accepted
    }

    // MARK: pyHanko

    private func question(_ sample: MatrixSample, isChanged: Bool) throws -> AdESPeer.Question {
        let isPDF = sample.format == .pades
        var process = AdESPeer.Process.time
        if isPDF { process = sample.level == .b ? .basic : sample.level == .lta ? .lta : .time }
        if sample.level == .b { process = .basic }
        var question =
            isPDF
            ? AdESPeer.Question(isChanged ? sample.changedFile : sample.file, process)
            : AdESPeer.Question(
                sample.signature, content: isChanged ? sample.changedContent : sample.content, process)
        if sample.level < .lt {
            let signer = sample.facts.signingCertificate
            guard let signer else { return question }
            let known = try samples.material(for: signer, usesResponses: sample.usesResponses)
            question.certificates = known.certificates.map(\.bytes)
            question.lists = known.revocationLists.map(\.bytes)
            question.responses = known.ocspResponses.map(\.bytes)
        } else {
            question.readsEmbedded = process != .lta
        }
        return question
    }

    private mutating func askPyHanko() throws {
        let root = samples.infrastructure.publicDomain.root.certificate.bytes
        let peer = try AdESPeer(trusting: [root], at: MatrixSamples.judged.seconds)
        let asked: [(row: Int, column: MatrixPeer, sample: MatrixSample)] = rows.indices.flatMap { index in
            [(index, .pyHankoLists, rows[index].lists), (index, .pyHankoResponses, rows[index].responses)]
        }
        let questions = try asked.flatMap { item in
            try [question(item.sample, isChanged: false), question(item.sample, isChanged: true)]
        }
        let answers = try peer.judge(questions, cases: "\(questions.count) questions of the matrix")
        for (number, item) in asked.enumerated() {
            guard let answers else {
                rows[item.row].answers[item.column] = .absent
                continue
            }
            let (right, changed) = (answers[2 * number], answers[2 * number + 1])
            if right.status != "OK" {
                let reason = right.status == "ERROR" ? right.error ?? "" : right.status
                rows[item.row].answers[item.column] = .refused(String(reason.prefix(90)))
            } else if changed.status == "OK" {
                rows[item.row].answers[item.column] = .refused("a changed byte is accepted")
            } else {
                rows[item.row].answers[item.column] = .accepted
                refusedTwins += 1
            }
        }
    }

    // MARK: Programs

    private mutating func askPrograms(_ index: Int) throws {
        let sample = rows[index].lists
        let folder = try TemporaryFolder()
        try folder.write(sample.file, as: "file")
        try folder.write(sample.changedFile, as: "changed")
        if sample.format == .pades {
            rows[index].answers[.pdfsig] = try pdfsig(folder)
            let checked = try CommandPeer.run("qpdf", ["--check", folder.path("file")])
            rows[index].answers[.qpdf] = checked.map {
                $0.status == 0 && !$0.output.contains("WARNING") ? .accepted : .refused("exit \($0.status)")
            }
        } else {
            rows[index].answers[.pdfsig] = .notApplicable("a")
            rows[index].answers[.qpdf] = .notApplicable("a")
        }
        rows[index].answers[.opensslCMS] = try cms(sample, folder)
        rows[index].answers[.opensslTS] = try tokens(sample, folder)
    }

    private mutating func pdfsig(_ folder: TemporaryFolder) throws -> PeerAnswer {
        func ask(_ name: String) throws -> [String]? {
            try CommandPeer.run("pdfsig", ["-nocert", folder.path(name)])?.output.split(separator: "\n").filter {
                $0.contains("Signature Validation:")
            }.map { String($0.replacing(/.*Signature Validation: */, with: "")) }
        }
        guard var right = try ask("file"), let changed = try ask("changed") else { return .absent }
        guard !right.isEmpty else { return .refused("no signature found") }
        // Document time-stamps: it lists them and does not look at them.
        if right.first == "Signature is Valid." {
            right = right.filter { $0 != "Signature has not yet been verified." }
        }
        if let other = right.first(where: { $0 != "Signature is Valid." }) { return .refused(other) }
        guard changed.first != "Signature is Valid." else { return .refused("a changed byte is accepted") }
        refusedTwins += 1
        return .accepted
    }

    private mutating func cms(_ sample: MatrixSample, _ folder: TemporaryFolder) throws -> PeerAnswer {
        let domain = samples.infrastructure.publicDomain
        try folder.write(sample.signature, as: "signature")
        try folder.write(sample.content, as: "content")
        try folder.write(sample.changedContent, as: "other")
        // OpenSSL wants the path for its CMS from the root down to the signer; the rest stands in the structure.
        try folder.write(PEM.encode(domain.root.certificate.bytes, label: "CERTIFICATE"), as: "root")
        func ask(_ content: String) throws -> OpenSSLPeer.Outcome? {
            try OpenSSLPeer.run(
                [
                    "cms", "-verify", "-cades", "-binary", "-purpose", "any", "-inform", "DER", "-in", "signature",
                    "-content", content, "-CAfile", "root", "-attime", "\(MatrixSamples.judged.seconds)", "-out",
                    "/dev/null",
                ], in: folder, cases: "the matrix by openssl cms")
        }
        guard let right = try ask("content"), let changed = try ask("other") else { return .absent }
        guard right.status == 0 else { return .refused(Self.reason(right.errors)) }
        guard changed.status != 0 else { return .refused("a changed byte is accepted") }
        refusedTwins += 1
        return .accepted
    }

    private mutating func tokens(_ sample: MatrixSample, _ folder: TemporaryFolder) throws -> PeerAnswer {
        guard !sample.tokens.isEmpty else { return .notApplicable("b") }
        let domain = samples.infrastructure.publicDomain
        try folder.write(PEM.encode(domain.issuing.certificate.bytes, label: "CERTIFICATE"), as: "issuing")
        for token in sample.tokens {
            try folder.write(token.bytes, as: "token")
            try folder.write(token.data ?? [], as: "data")
            try folder.write((token.data ?? []) + [0], as: "other")
            func ask(_ over: [String]) throws -> OpenSSLPeer.Outcome? {
                try OpenSSLPeer.run(
                    ["ts", "-verify", "-token_in", "-in", "token"] + over + [
                        "-CAfile", "root", "-untrusted", "issuing", "-attime", "\(MatrixSamples.judged.seconds)",
                    ], in: folder, cases: "time-stamps of the matrix by openssl ts")
            }
            let right = Hexadecimal.encode(token.imprint)
            let wrong = String(right.reversed())
            let (over, other) =
                token.data == nil
                ? (["-digest", right], ["-digest", wrong]) : (["-data", "data"], ["-data", "other"])
            guard let accepted = try ask(over), let changed = try ask(other) else { return .absent }
            guard accepted.status == 0 else { return .refused(Self.reason(accepted.errors)) }
            guard changed.status != 0 else { return .refused("other data is accepted") }
            refusedTwins += 1
        }
        return .accepted
    }

    /// The reason in the first line of OpenSSL's error queue.
    private static func reason(_ errors: String) -> String {
        let line = errors.split(separator: "\n").first { $0.contains(":error:") }
        let parts = line?.split(separator: ":", omittingEmptySubsequences: false) ?? []
        return parts.count > 5 ? String(parts[5]) : String(errors.prefix(80))
    }
}
