// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import CryptoPrimitives
import DocumentVault
import DossierCore
import DossierKit
import Foundation

struct WitnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "Bên thứ ba đồng xác nhận nhật ký truy cập. / A third party that cosigns access logs.",
        discussion: """
            A witness keeps its key and the newest head of every log that it cosigned in a folder of its own, and belongs \
            on another machine in other hands than the logs: `dossier vault log --witness-command` talks to it, for example \
            by `ssh witness.example dossier witness serve --state FOLDER --service-card FILE`.
            """,
        subcommands: [Make.self, Serve.self])

    struct Make: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "make", abstract: "Tạo khóa của bên thứ ba. / Make a witness's key; prints its public key.")
        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("Folder of the witness; must not exist.", valueName: "folder"))
        var state: String

        func run() async throws {
            let key = try WitnessFolder(state).make()
            let text = Hexadecimal.encode(key.card.verification.octets)
            if common.json {
                Console.write(try CanonicalJSON.encode(["witness": text]))
            } else {
                Console.print(text)
            }
        }
    }

    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "serve",
            abstract: "Đồng xác nhận theo yêu cầu ở đầu vào chuẩn. / Cosign what is asked for on standard input.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var time: TimeOption
        @Option(help: ArgumentHelp("Folder of the witness.", valueName: "folder"))
        var state: String
        @Option(
            help: ArgumentHelp(
                "Signed card of the release service whose logs are cosigned, taken from its own hands; may be repeated.",
                valueName: "file"))
        var serviceCard: [String]

        func run() async throws {
            let logs = try Set(
                serviceCard.map { path in
                    do {
                        return try SignedAgencyCard(parsing: FileSource(path: path).allBytes(limit: 1 << 20)).card
                            .verification
                    } catch {
                        throw CommandFailure(granting: error, path: path)
                    }
                })
            // One at a time: what one process cosigned, the next has to know.
            let folder = WitnessFolder(state)
            let lock = try folder.lock()
            defer { lock.release() }
            let witness = try folder.witness(for: logs)
            var lines = BoundedLines(STDIN_FILENO, longest: 65_536)
            while let line = lines.next() {
                switch line {
                case .tooLong: Console.print("refused \(VaultError.Code.damaged.rawValue)")
                case .text(let text) where !text.isEmpty: Console.print(await answer(text, witness))
                case .text: break
                }
            }
        }

        private func answer(_ line: String, _ witness: Witness) async -> String {
            let words = line.split(separator: " ")
            switch words.first {
            case "seen" where words.count == 2:
                guard let vault = VaultID(words[1]) else { break }
                return "seen \(await witness.seen[vault]?.size ?? 0)"
            case "cosign" where words.count == 2 || words.count == 3:
                guard let bytes = Hexadecimal.decode(words[1]), bytes.count <= Checkpoint.largest else { break }
                let proof = (words.count == 3 ? words[2].split(separator: ",") : []).map {
                    Hexadecimal.decode($0).flatMap(Digest32.init)
                }
                guard proof.count <= 64, !proof.contains(nil) else { break }
                do {
                    let checkpoint = try Checkpoint(parsing: bytes)
                    for log in witness.logs where checkpoint.isSigned(by: log) {
                        let word = try await witness.cosign(
                            checkpoint, signedBy: log, consistency: proof.compactMap(\.self), at: time.instant())
                        return "cosigned \(Hexadecimal.encode(word.bytes))"
                    }
                    return "refused \(VaultError.Code.notPermitted.rawValue)"
                } catch let error as VaultError {
                    return "refused \(error.code.rawValue)"
                } catch {
                    return "refused \(VaultError.Code.storeFailure.rawValue)"
                }
            default: break
            }
            return "refused \(VaultError.Code.damaged.rawValue)"
        }
    }
}
