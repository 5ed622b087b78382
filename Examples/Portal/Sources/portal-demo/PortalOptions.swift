// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Portal

/// What the program was started with.
struct PortalOptions {
    static let usage = """
        usage: portal-demo [--port N] [--samples FOLDER] [--folder FOLDER] [--idle SECONDS]
                           [--crowd N] [--rate-factor N]
                           [--store URL --log URL]

          --folder FOLDER   where the vaults lie, a new folder that stays; without it they are removed at the end
          --store URL       where the vaults lie instead: postgres://HOST/DATABASE?…, with contents=s3://… if wanted
          --log URL         where the access logs lie then: postgres://…, another schema or database
          --idle SECONDS    after how long without a request a session ends (900)
          --crowd N         for measuring: N invented citizens more, each with a vault; they sign in as crowd-0, crowd-1, …
          --rate-factor N   for measuring: so many times as often as usual may one address ask

        """

    var port = 8080
    var samples = "testvectors/pdfs"
    var folder: String?
    var store: String?
    var log: String?
    var crowd = 0
    var settings = PortalSettings()

    /// Reads the arguments; `nil` when they cannot be understood.
    init?(_ arguments: some Sequence<String>) {
        var rest = Array(arguments)[...]
        while let option = rest.popFirst() {
            guard let value = rest.popFirst() else { return nil }
            switch (option, Int(value)) {
            case ("--samples", _): samples = value
            case ("--folder", _): folder = value
            case ("--store", _): store = value
            case ("--log", _): log = value
            case ("--port", let number?): port = number
            case ("--idle", let number?): settings.sessions.idle = Int64(number)
            case ("--crowd", let number?): crowd = number
            case ("--rate-factor", let number?): settings.rateFactor = max(1, number)
            default: return nil
            }
        }
        guard (store == nil) == (log == nil), store == nil || folder == nil else { return nil }
    }

    /// Seconds between two looks for sessions that have expired.
    var sweepInterval: Int64 { max(1, min(20, settings.sessions.idle / 4)) }
}
