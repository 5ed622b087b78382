// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CCURLPeer
import CryptoPrimitives
import DossierCore
import Foundation

/// Ceph's gateway of `Scripts/ceph-cluster`, for as long as the value lives.
final class ObjectGateway {
    let endpoint: String
    private let process: Process
    private let input = Pipe()

    /// `nil` where Ceph is not installed.
    init?(_ scratch: Scratch) throws {
        guard ["ceph-mon", "ceph-osd", "ceph", "radosgw", "radosgw-admin"].allSatisfy(hasTool) else { return nil }
        process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["bash", "Scripts/ceph-cluster", scratch("ceph")]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var text = ""
        while !text.contains("ready\n"), let data = try output.fileHandleForReading.read(upToCount: 1), !data.isEmpty {
            text += String(decoding: data, as: UTF8.self)
        }
        guard text.contains("ready\n"),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("endpoint ") })
        else { throw CannotMeasure(description: "Ceph does not start: \(text)") }
        endpoint = String(line.dropFirst(9))
    }

    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}

/// A bare loop over libcurl: one connection, nothing repeated, nothing checked.
final class BareClient: @unchecked Sendable {
    private let handle: UnsafeMutableRawPointer
    private let endpoint: String
    private static let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    init(_ endpoint: String) throws {
        guard let handle = peer_open() else { throw CannotMeasure(description: "libcurl") }
        self.handle = handle
        self.endpoint = endpoint
    }

    deinit { peer_close(handle) }

    func put(_ key: String, _ bytes: [UInt8]) throws {
        // Signed with its digest, as the usual clients do over http.
        let hash = Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: bytes))
        let status = peer_exchange(handle, "\(endpoint)/vaults/\(key)", hash, bytes, bytes.count, nil, nil)
        guard status == 200 else { throw CannotMeasure(description: "put: status \(status)") }
    }

    func get(_ key: String, _ size: Int) throws -> [UInt8] {
        var count = size
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            let status = peer_exchange(
                handle, "\(endpoint)/vaults/\(key)", Self.nothing, nil, 0, buffer.baseAddress, &count)
            initialized = status == 200 ? count : 0
        }
        guard bytes.count == size else { throw CannotMeasure(description: "get: \(bytes.count) octets") }
        return bytes
    }
}
