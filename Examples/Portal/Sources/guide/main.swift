// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation
import Hummingbird
import PortalGuide

let folder = FileManager.default.temporaryDirectory.appendingPathComponent("guide-\(UUID().uuidString)").path
let guide = try await Guide(folder: folder) { Instant(seconds: Int64(Date().timeIntervalSince1970)) }
let application = Application(
    router: guide.router(), configuration: .init(address: .hostname("127.0.0.1", port: 8080), serverName: nil))
try await application.runService()
