// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DossierCore
import DossierKit
import FlyingFox
import FlyingSocks
import Foundation
import PKIX
import SoftwareKeys
import Synchronization
import TestPKI

extension TestPKICommand {
    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "serve",
            abstract: "Chạy OCSP, CRL, AIA, TSA thử nghiệm trên loopback. / Serve OCSP, CRL, AIA and TSA on loopback.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var time: TimeOption
        @Option(help: "Port on 127.0.0.1.")
        var port: UInt16
        @Option(help: "What goes wrong: \(Self.faults.map(\.rawValue).joined(separator: ", ")).")
        var fault: String?
        @Option(help: ArgumentHelp("File that gets one line for each request: method and path.", valueName: "file"))
        var log: String?
        @Argument(help: "Folder made by `testpki init`.")
        var folder: String

        static var faults: [TestFault] { TestFault.allCases.filter(\.concernsServices) }

        func validate() throws {
            if let fault, !Self.faults.contains(where: { $0.rawValue == fault }) {
                throw ValidationError("--fault takes \(Self.faults.map(\.rawValue).joined(separator: ", "))")
            }
        }

        func run() async throws {
            var services = try Self.services(in: folder)
            services.fault = fault.flatMap(TestFault.init)
            let fixed = try time.at.map { _ in try time.instant() }
            let server = HTTPServer(
                config: .init(address: try .inet(ip4: "127.0.0.1", port: port), timeout: 600, logger: .disabled))
            let journal = try log.map { try RequestLog(path: $0) }
            await server.appendRoute("*") { [services] request in
                journal?.add("\(request.method.rawValue) \(request.target.path(percentEncoded: true))")
                return try await Self.answer(request, services, at: fixed ?? TimeOption.now())
            }
            let address = "http://127.0.0.1:\(port)/"
            Console.message(
                Phrase(vi: "đang phục vụ \(folder) tại \(address)", en: "serving \(folder) at \(address)")[
                    Console.language])
            try await server.run()
        }

        private static func answer(
            _ request: HTTPRequest, _ services: TestServices, at time: Instant
        ) async throws -> HTTPResponse {
            let limit = 1 << 20
            var body = Data()
            for try await part in request.bodySequence {
                body += part
                guard body.count <= limit else { return HTTPResponse(statusCode: .payloadTooLarge) }
            }
            let reply = services.reply(
                method: request.method.rawValue, path: request.target.path(percentEncoded: true), body: Array(body),
                at: time)
            guard let status = reply.status else {
                // A dead service keeps its caller waiting until the caller gives up.
                try await Task.sleep(for: .seconds(600))
                return HTTPResponse(statusCode: .serviceUnavailable)
            }
            if reply.delay > 0 { try await Task.sleep(for: .seconds(reply.delay)) }
            return HTTPResponse(
                statusCode: HTTPStatusCode(status, phrase: status == 200 ? "OK" : "Error"),
                headers: [.contentType: reply.contentType], body: Data(reply.body))
        }

        private static func services(in folder: String) throws -> TestServices {
            func holder(_ name: String) throws -> (key: SoftwareKey, certificates: [Certificate]) {
                let path = "\(folder)/\(name).pem"
                do {
                    let file = try FileSource(path: path).allBytes(limit: 1 << 20)
                    let certificates = try Certificate.all(in: file)
                    guard !certificates.isEmpty else {
                        throw PKIXError(.invalidPEM, clause: "RFC 7468 5", "a file without a certificate")
                    }
                    return (try SoftwareKey(pem: file), certificates)
                } catch {
                    var failure = CommandFailure(error, path: path)
                    failure.hint = Phrase(
                        vi: "tạo thư mục bằng `dossier testpki init`", en: "make the folder with `dossier testpki init`"
                    )
                    throw failure
                }
            }
            let tsa = try holder("tsa")
            var services = TestServices(
                responders: [:], lists: [:], certificates: [:],
                timeStampAuthority: TimeStampAuthority(
                    key: tsa.key, certificate: tsa.certificates[0], chain: Array(tsa.certificates.dropFirst())))
            for domain in ["public", "public-duty"] {
                for kind in ["root", "issuing"] {
                    let authority = try holder("authorities/\(domain)-\(kind)")
                    services.lists["\(domain)-\(kind)"] = RevocationListService(
                        try CertificateAuthority(key: authority.key, certificate: authority.certificates[0]))
                    services.certificates["\(domain)-\(kind)"] = authority.certificates[0]
                }
                let responder = try holder("ocsp-\(domain)")
                guard let issuer = services.certificates["\(domain)-issuing"] else { continue }
                services.responders[domain] = OCSPResponder(
                    issuer: issuer, key: responder.key, certificate: responder.certificates[0])
            }
            services.subscribers = try subscribers(in: folder)
            return services
        }

        /// The people and organisations of the folder; services have an extended key usage.
        private static func subscribers(in folder: String) throws -> [Certificate] {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".crt") }
            return try names.sorted().flatMap { name in
                let path = folder + "/" + name
                do { return try Certificate.all(in: FileSource(path: path).allBytes(limit: 1 << 20)) } catch {
                    throw CommandFailure(error, path: path)
                }
            }.filter { $0.extendedKeyUsage == nil }
        }
    }
}

/// What a test service was asked for, one line for each request.
private final class RequestLog: Sendable {
    private let handle: Mutex<FileHandle>

    init(path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw CommandFailure(.cannotCreate, vi: "không ghi được \(path)", en: "cannot write \(path)")
        }
        handle = Mutex(FileHandle(fileDescriptor: descriptor, closeOnDealloc: true))
    }

    func add(_ line: String) {
        // A full disk must not end a service.
        handle.withLock { try? $0.write(contentsOf: Data((line + "\n").utf8)) }
    }
}
