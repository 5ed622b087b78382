// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import NIOCore
import Testing

@testable import Portal

@Suite struct `Multipart forms, RFC 7578` {
    private struct Pieces: AsyncSequence {
        let buffers: [ByteBuffer]
        func makeAsyncIterator() -> AsyncStream<ByteBuffer>.Iterator {
            AsyncStream { continuation in
                for buffer in buffers { continuation.yield(buffer) }
                continuation.finish()
            }.makeAsyncIterator()
        }
    }

    private static func body(_ file: [UInt8]) -> [UInt8] {
        Array("--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\ntoken\r\n".utf8)
            + Array(
                "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n".utf8)
            + file
            + Array(
                "\r\n--b\r\nContent-Disposition: form-data; name=\"after\"\r\n\r\nvalue\r\n--b--\r\n".utf8)
    }

    @Test(arguments: [1, 2, 3, 7, 64, 100_000])
    func `a form reads the same however it is cut into pieces`(_ size: Int) async throws {
        let file = Array("\r\n--\r\n--a\r\r\n\r\n--".utf8) + (0...255).map { UInt8($0) }
        let body = Self.body(file)
        let pieces = stride(from: 0, to: body.count, by: size).map {
            ByteBuffer(bytes: body[$0..<min(body.count, $0 + size)])
        }
        var reader = MultipartReader(boundary: "b", limit: 1 << 20)
        var checked: [String?] = []
        let (form, files) = try await reader.read(Pieces(buffers: pieces)) {
            checked.append($0["csrf"])
        }
        #expect(checked == ["token"])
        #expect(form["after"] == "value")
        #expect(files.map(\.name) == ["a.bin"])
        #expect(files.first?.bytes == file)
    }

    @Test func `what the check throws ends the reading before the file`() async throws {
        var reader = MultipartReader(boundary: "b", limit: 1 << 20)
        await #expect(throws: PortalError.self) {
            try await reader.read(Pieces(buffers: [ByteBuffer(bytes: Self.body([1]))])) { _ in
                throw PortalError.staleForm
            }
        }
    }

    @Test(arguments: [
        "", "--b", "--b\r\n\r\n", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b",
        "--other--\r\n",
    ])
    func `a form that is cut short is refused`(_ text: String) async throws {
        var reader = MultipartReader(boundary: "b", limit: 1 << 20)
        await #expect(throws: PortalError.self) {
            try await reader.read(Pieces(buffers: [ByteBuffer(string: text)])) { _ in }
        }
    }

    @Test func `boundaries are read from the content type`() {
        #expect(
            MultipartReader.boundary(of: "multipart/form-data; boundary=----WebKit7") == "----WebKit7")
        #expect(
            MultipartReader.boundary(of: "multipart/form-data; charset=utf-8; boundary=\"a b\"") == "a b")
        #expect(MultipartReader.boundary(of: "multipart/form-data") == nil)
        #expect(MultipartReader.boundary(of: "text/plain; boundary=a") == nil)
    }

    @Test func `an urlencoded form decodes what browsers send and refuses what is no UTF-8`() throws {
        let form = try Form(urlEncoded: "a=m%E1%BB%99t+c%C3%A2u&b=&c&a=hai")
        #expect(form["a"] == "một câu")
        #expect(form.all("a") == ["một câu", "hai"])
        #expect(form["b"] == "")
        #expect(form["c"] == "")
        for text in ["a=%", "a=%4", "a=%zz", "a=%ff"] {
            #expect(throws: PortalError.self) { try Form(urlEncoded: text) }
        }
    }
}
