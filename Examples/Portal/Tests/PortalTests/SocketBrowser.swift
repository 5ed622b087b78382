// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// A browser over a socket: one connection for all requests until the portal ends it, as browsers have it.
final class SocketBrowser {
    private let port: UInt16
    private var handle: FileHandle?
    var cookie = ""
    var token = ""

    init(_ portal: ServedPortal) { port = portal.port }

    /// Sends octets as they are; opens a connection unless there is one.
    func send(raw octets: [UInt8]) throws {
        let handle = try connection()
        try handle.write(contentsOf: Data(octets))
    }

    func close() {
        try? handle?.close()
        handle = nil
    }

    func get(_ path: String) throws -> (status: Int, location: String?, text: String) {
        try exchange("GET", path, body: [])
    }

    func post(_ path: String, _ fields: [(String, String)] = []) throws -> (
        status: Int, location: String?, text: String
    ) {
        try exchange("POST", path, body: Self.encoded([("csrf", token)] + fields))
    }

    /// Sends a form and does not wait for the answer.
    func send(form path: String) throws {
        let body = Self.encoded([("csrf", token)])
        try send(raw: head("POST", path, length: body.count) + body)
    }

    func signIn(_ person: String) throws {
        _ = try get("/sign-in")
        _ = try post("/sign-in", [("person", person)])
    }

    /// Opens the vault of whoever is signed in.
    func unlock(_ passphrase: String = TestBrowser.passphrase) throws -> Int {
        _ = try get("/vault")
        return try post("/vault/unlock", [("passphrase", passphrase)]).status
    }

    /// Makes a vault and confirms its code.
    func makeVault() throws {
        _ = try get("/vault")
        _ = try post("/vault/create", [("passphrase", TestBrowser.passphrase), ("again", TestBrowser.passphrase)])
        let groups = TestBrowser.code(in: try get("/vault/recovery").text)
        guard groups.count == 14 else { throw ServedPortal.Failed(reason: "no recovery code") }
        _ = try post("/vault/recovery", [("first", groups[2]), ("second", groups[10])])
        _ = try get("/vault")
    }

    static func encoded(_ fields: [(String, String)]) -> [UInt8] {
        Array(fields.map { "\($0.0)=\(encoded($0.1))" }.joined(separator: "&").utf8)
    }

    static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    func head(_ method: String, _ path: String, length: Int) -> [UInt8] {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost:\(port)\r\nContent-Length: \(length)\r\n"
        if method == "POST" { head += "Content-Type: application/x-www-form-urlencoded\r\n" }
        if !cookie.isEmpty { head += "Cookie: portal=\(cookie)\r\n" }
        return Array((head + "\r\n").utf8)
    }

    private func exchange(_ method: String, _ path: String, body: [UInt8]) throws -> (
        status: Int, location: String?, text: String
    ) {
        try send(raw: head(method, path, length: body.count) + body)
        var answer: [UInt8] = []
        var end: Int?
        while end == nil {
            try receive(&answer)
            end = answer.indices.dropLast(3).first { answer[$0..<$0 + 4].elementsEqual([13, 10, 13, 10]) }
        }
        guard let end else { throw ServedPortal.Failed(reason: "no headers") }
        let lines = String(decoding: answer[..<end], as: UTF8.self).components(separatedBy: "\r\n")
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            if pair.count == 2 { fields[pair[0].lowercased()] = pair[1].trimmingCharacters(in: .whitespaces) }
        }
        let length = fields["content-length"].flatMap { Int($0) } ?? 0
        while answer.count < end + 4 + length { try receive(&answer) }
        if let set = fields["set-cookie"], set.hasPrefix("portal=") {
            cookie = String(set.dropFirst(7).prefix { $0 != ";" })
        }
        if fields["connection"] == "close" { close() }
        let text = String(decoding: answer[(end + 4)...], as: UTF8.self)
        if let start = text.firstRange(of: "name=\"csrf\" value=\"") {
            token = String(text[start.upperBound...].prefix { $0 != "\"" })
        }
        let status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
        return (status, fields["location"], text)
    }

    private func receive(_ answer: inout [UInt8]) throws {
        let more = handle?.availableData ?? Data()
        guard !more.isEmpty else { throw ServedPortal.Failed(reason: "the connection ended") }
        answer += more
    }

    private func connection() throws -> FileHandle {
        if let handle { return handle }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        guard status == 0 else { throw ServedPortal.Failed(reason: "connect: errno \(errno)") }
        let new = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        handle = new
        return new
    }
}
