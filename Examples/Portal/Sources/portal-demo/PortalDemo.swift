// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation
import Hummingbird
import Logging
import Portal

/// The demonstration portal on loopback: `portal-demo [--port N] [--samples FOLDER]`.
@main
struct PortalDemo {
    static func main() async throws {
        var port = 8080
        var samples = "testvectors/pdfs"
        var arguments = CommandLine.arguments.dropFirst()
        while let option = arguments.popFirst() {
            switch (option, arguments.popFirst()) {
            case ("--port", let value?): port = Int(value) ?? port
            case ("--samples", let value?): samples = value
            default:
                FileHandle.standardError.write(
                    Data("usage: portal-demo [--port N] [--samples FOLDER]\n".utf8))
                exit(64)
            }
        }
        // Everything is invented anew at each start, and gone at the end.
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "portal-\(UUID().uuidString)"
        ).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let world = try await DemoWorld(in: folder, samples: samples, at: PortalClock.system.now)
        let site = PortalSite(world)
        let sweeper = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(20))
                site.sweep()
            }
        }
        defer { sweeper.cancel() }
        var logger = Logger(label: "portal")
        logger.logLevel = .warning
        let application = Application(
            router: site.router(),
            configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: nil),
            onServerRunning: { channel in
                FileHandle.standardOutput.write(
                    Data("http://localhost:\(channel.localAddress?.port ?? 0)/\n".utf8))
            }, logger: logger)
        try await application.runService()
    }
}
