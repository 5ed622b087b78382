// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation

/// A witness in another process, and the key that it is known by.
struct WitnessOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Shell command that talks to a witness, for example by ssh: dossier witness serve …", valueName: "command"))
    var witnessCommand: String?

    @Option(
        help: ArgumentHelp("Public key of a witness that you trust, 64 hexadecimal digits.", valueName: "key"))
    var witnessKey: [String] = []

    func validate() throws {
        guard witnessCommand == nil || !witnessKey.isEmpty else {
            throw ValidationError("--witness-command needs --witness-key: whose word counts is for you to say")
        }
        _ = try trusted()
    }

    func trusted() throws -> Set<VaultVerificationKey> {
        try Set(
            witnessKey.map { text in
                guard let octets = Hexadecimal.decode(text), let key = try? VaultVerificationKey(octets) else {
                    throw ValidationError("--witness-key takes 64 hexadecimal digits")
                }
                return key
            })
    }

    /// What the witness says of a checkpoint; nothing without a witness.
    ///
    /// - Throws: When the witness refuses, which is what it is there for, or cannot be asked.
    func cosignatures(of checkpoint: Checkpoint, in log: AccessLog) async throws -> [Cosignature] {
        guard let witnessCommand else { return [] }
        let witness = try WitnessProcess(witnessCommand)
        defer { witness.stop() }
        let seen = try witness.ask("seen \(checkpoint.log)").split(separator: " ")
        guard seen.count == 2, seen[0] == "seen", let size = Int64(seen[1]) else { throw WitnessProcess.noAnswer }
        // A log that has fewer entries has no proof either: the witness says so itself.
        let proof = try await log.consistencyProof(since: size, for: checkpoint)
        let list = proof.isEmpty ? "" : " " + proof.map(\.description).joined(separator: ",")
        let answer = try witness.ask("cosign \(Hexadecimal.encode(checkpoint.bytes))\(list)").split(separator: " ")
        guard answer.count == 2 else { throw WitnessProcess.noAnswer }
        guard answer[0] == "cosigned" else {
            throw CommandFailure(
                .inputOutput, vi: "bên thứ ba từ chối xác nhận nhật ký: \(answer[1])",
                en: "the witness refuses to cosign this log: \(answer[1])",
                hint: Phrase(
                    vi: "nhật ký này không nối tiếp nhật ký đã được xác nhận trước đây",
                    en: "it does not continue the log that was cosigned before"))
        }
        guard let bytes = Hexadecimal.decode(answer[1]) else { throw WitnessProcess.noAnswer }
        return [try Cosignature(parsing: bytes)]
    }
}

/// A witness's process: asked by lines, answers by lines. It is in other hands, and nobody waits for it for ever.
final class WitnessProcess {
    /// Milliseconds for an answer, and for its end after the last one.
    private static let (answerTime, endTime): (Int32, Int32) = (10_000, 2_000)

    static let noAnswer = CommandFailure(
        .unavailable, vi: "không hỏi được bên thứ ba", en: "the witness gives no answer")
    private let process = Process()
    private let questions = Pipe()
    private let answers = Pipe()

    init(_ command: String) throws {
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command]
        process.standardInput = questions
        process.standardOutput = answers
        do {
            try process.run()
        } catch {
            throw Self.noAnswer
        }
    }

    func ask(_ question: String) throws -> String {
        var line: [UInt8] = []
        do {
            try questions.fileHandleForWriting.write(contentsOf: Data((question + "\n").utf8))
            let end = ContinuousClock.now.advanced(by: .milliseconds(Self.answerTime))
            while try isReadable(until: end), let octet = try answers.fileHandleForReading.read(upToCount: 1)?.first,
                octet != 10, line.count < 8192
            {
                line.append(octet)
            }
        } catch {
            throw Self.noAnswer
        }
        guard !line.isEmpty else { throw Self.noAnswer }
        return String(decoding: line, as: UTF8.self)
    }

    /// Whether there is something to read, or the end, before an instant.
    ///
    /// - Throws: When the time is over.
    private func isReadable(until end: ContinuousClock.Instant) throws -> Bool {
        let descriptor = answers.fileHandleForReading.fileDescriptor
        while true {
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else { throw Self.noAnswer }
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let milliseconds = Int32(
                left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000)
            if unsafe poll(&wanted, 1, milliseconds + 1) > 0 { return true }
        }
    }

    func stop() {
        try? questions.fileHandleForWriting.close()
        let end = ContinuousClock.now.advanced(by: .milliseconds(Self.endTime))
        while process.isRunning, ContinuousClock.now < end { usleep(10_000) }
        guard process.isRunning else { return }
        // Not waited for: what the shell started may go on without it, and counts as the shell's running here.
        process.terminate()
    }
}
