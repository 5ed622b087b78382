// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation
import Hummingbird
import Logging
import NIOCore
import Portal

/// The demonstration portal on loopback.
@main
struct PortalDemo {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.contains("--help") || arguments.contains("-h") {
            FileHandle.standardOutput.write(Data(PortalOptions.usage.utf8))
            return
        }
        do {
            try await serve(PortalOptions(arguments))
        } catch let mistake as PortalOptions.Mistake {
            complain(mistake.phrase)
            complain(Phrase(vi: "xem portal-demo --help", en: "see portal-demo --help"))
            exit(64)
        } catch let error as PortalStartError {
            complain(error.phrase, of: error.object)
            exit(error.cause?.code == .busy ? 69 : 78)
        } catch let error as VaultError {
            complain(Phrase(vi: error.phrase.vi, en: "\(error.phrase.en) (\(error.detail))"), of: error.object)
            exit(74)
        } catch is IOError {
            complain(Phrase(vi: "không mở được cổng mạng này", en: "this port cannot be opened"), of: "--port")
            exit(69)
        } catch {
            complain(Phrase(vi: "lỗi: \(type(of: error))", en: "it failed: \(type(of: error))"))
            exit(70)
        }
    }

    /// One line in each language.
    private static func complain(_ phrase: Phrase, of object: String = "") {
        let place = object.isEmpty ? "" : "\(object): "
        FileHandle.standardError.write(
            Data("portal-demo: lỗi: \(place)\(phrase.vi)\nportal-demo: error: \(place)\(phrase.en)\n".utf8))
    }

    private static func serve(_ options: PortalOptions) async throws {
        let now = PortalClock.system.now
        let storage: PortalStorage
        let parties: DemoParties
        var temporary: String?
        defer { if let temporary { try? FileManager.default.removeItem(atPath: temporary) } }
        if let shared = options.shared {
            storage = try await PortalStorage(vaults: shared.store, logs: shared.log)
            parties = try await DemoParties(file: shared.world, at: now)
        } else {
            // Everything is invented anew at each start, and gone at the end.
            if options.folder == nil {
                temporary =
                    FileManager.default.temporaryDirectory.appendingPathComponent("portal-\(UUID().uuidString)").path
            }
            storage = try PortalStorage(folder: options.folder ?? temporary ?? "")
            parties = try await DemoParties(at: now)
        }
        // Another server may have made the world's file since this one began: what is in it is judged by a later time.
        var world = try await DemoWorld(
            in: storage, of: parties, samples: options.samples, at: PortalClock.system.now)
        if options.crowd > 0 { try await world.invite(options.crowd, at: now) }
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
