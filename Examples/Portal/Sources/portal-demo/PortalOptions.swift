// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation
import Portal

/// What the program was started with.
struct PortalOptions {
    /// Why the arguments cannot be understood; never what was given, which may be an address with a password.
    struct Mistake: Error {
        let phrase: Phrase

        init(vi: String, en: String) { phrase = Phrase(vi: vi, en: en) }
    }

    /// Vaults and logs that several servers share, and the file with the parties of the demonstration.
    struct Shared {
        let store: String
        let log: String
        let world: String
    }

    static let usage = """
        usage: portal-demo [--port N] [--samples FOLDER] [--idle SECONDS] [--crowd N] [--rate-factor N]
                           [--folder FOLDER | --store URL --log URL --world FILE]

          --folder FOLDER   where the vaults lie, a new folder that stays; without it they are removed at the end
          --store URL       where the vaults lie instead: postgres://HOST/DATABASE?…, with contents=s3://… if wanted
          --log URL         where the access logs lie then: postgres://…, another schema or database
          --world FILE      the parties of the demonstration with their keys: made where there is none, and the same for
                            every server of one store
          --idle SECONDS    after how long without a request a session ends (900)
          --crowd N         for measuring: N invented citizens more, each with a vault; they sign in as crowd-0, crowd-1, …
          --rate-factor N   for measuring: so many times as often as usual may one address ask

        """

    private static let names: Set<String> = [
        "--port", "--samples", "--folder", "--store", "--log", "--world", "--idle", "--crowd", "--rate-factor",
    ]

    var port = 8080
    var samples = "testvectors/pdfs"
    var folder: String?
    var shared: Shared?
    var crowd = 0
    var settings = PortalSettings()

    /// Reads the arguments.
    init(_ arguments: some Sequence<String>) throws(Mistake) {
        var given: [String: String] = [:]
        var rest = Array(arguments)[...]
        while let option = rest.popFirst() {
            guard Self.names.contains(option) else {
                throw Mistake(vi: "có tham số không hiểu được", en: "an argument that is not understood")
            }
            guard let value = rest.popFirst(), !value.isEmpty, given.updateValue(value, forKey: option) == nil else {
                throw Mistake(
                    vi: "\(option) cần đúng một giá trị", en: "\(option) takes one value, and stands once")
            }
        }
        func number(_ option: String, _ range: ClosedRange<Int>, else usual: Int) throws(Mistake) -> Int {
            guard let text = given[option] else { return usual }
            guard let number = Int(text), range.contains(number) else {
                throw Mistake(
                    vi: "\(option) cần một số từ \(range.lowerBound) đến \(range.upperBound)",
                    en: "\(option) takes a number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
        port = try number("--port", 0...65_535, else: port)
        crowd = try number("--crowd", 0...1_000_000, else: crowd)
        settings.rateFactor = try number("--rate-factor", 1...1_000_000, else: 1)
        settings.sessions.idle = Int64(try number("--idle", 1...28_800, else: Int(settings.sessions.idle)))
        samples = given["--samples"] ?? samples
        folder = given["--folder"]
        switch (given["--store"], given["--log"], given["--world"]) {
        case (nil, nil, nil): break
        case (let store?, let log?, let world?): shared = Shared(store: store, log: log, world: world)
        default:
            throw Mistake(
                vi: "--store, --log và --world đi cùng nhau", en: "--store, --log and --world go together")
        }
        guard folder == nil || shared == nil else {
            throw Mistake(
                vi: "--folder và --store không đi cùng nhau", en: "--folder and --store exclude each other")
        }
    }

    /// Seconds between two looks for sessions that have expired.
    var sweepInterval: Int64 { max(1, min(20, settings.sessions.idle / 4)) }
}
