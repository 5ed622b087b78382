// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation
import Hummingbird
import Logging
import Portal

/// The demonstration portal on loopback.
@main
struct PortalDemo {
    static func main() async throws {
        guard let options = PortalOptions(CommandLine.arguments.dropFirst()) else {
            FileHandle.standardError.write(Data(PortalOptions.usage.utf8))
            exit(64)
        }
        // Everything is invented anew at each start, and gone at the end.
        let temporary = FileManager.default.temporaryDirectory.appendingPathComponent(
            "portal-\(UUID().uuidString)"
        ).path
        let folder = options.folder ?? temporary
        defer { if options.folder == nil { try? FileManager.default.removeItem(atPath: folder) } }
        let storage: PortalStorage
        if let store = options.store, let log = options.log {
            storage = try await PortalStorage(vaults: store, logs: log)
        } else {
            storage = try PortalStorage(folder: folder)
        }
        var world = try await DemoWorld(in: storage, samples: options.samples, at: PortalClock.system.now)
        if options.crowd > 0 { try await world.invite(options.crowd, at: PortalClock.system.now) }
        let site = PortalSite(world, settings: options.settings)
        let interval = options.sweepInterval
        let sweeper = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(interval))
                site.sweep()
            }
        }
        defer { sweeper.cancel() }
        var logger = Logger(label: "portal")
        logger.logLevel = .warning
        let application = Application(
            router: site.router(),
            // What a browser that keeps its connection sent last stays in the connection's buffer as long.
            server: .http1(configuration: .init(idleTimeout: .seconds(75))),
            configuration: .init(address: .hostname("127.0.0.1", port: options.port), serverName: nil),
            onServerRunning: { channel in
                FileHandle.standardOutput.write(
                    Data("http://localhost:\(channel.localAddress?.port ?? 0)/\n".utf8))
            }, logger: logger)
        try await application.runService()
    }
}
