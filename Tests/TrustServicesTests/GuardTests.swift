// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import TestSupport
import Testing
import TrustServices

@Suite("The guard for addresses of documents — RFC 6890", .timeLimit(.minutes(20)))
struct GuardTests {
    private let server: LoopbackServer

    init() throws { server = try LoopbackServer() }

    private func get(_ fetcher: CURLFetcher, _ text: String, from origin: HTTPRequest.Origin) async throws
        -> HTTPResponse
    {
        try await fetcher.response(to: HTTPRequest(.get, HTTPAddress(text), from: origin))
    }

    private func refused(
        _ code: TrustServicesError.Code, _ fetcher: CURLFetcher, _ text: String,
        from origin: HTTPRequest.Origin = .document,
        location: SourceLocation = #_sourceLocation
    ) async {
        await #expect(throws: TrustServicesError(code, ""), sourceLocation: location) {
            try await get(fetcher, text, from: origin)
        }
    }

    @Test(arguments: [
        "127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "[::1]", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "10.255.255.1", "169.254.169.254", "[fe80::1]", "[fc00::1]", "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]", "100.64.0.1", "224.0.0.1", "[::]",
    ])
    func `a document reaches no address of this machine or network, however written`(host: String) async throws {
        await refused(.addressNotPublic, CURLFetcher(proxy: .none), server.text("/plain", host: host))
        let count = try await get(CURLFetcher(proxy: .none), server.text("/count?/plain"), from: .user)
        #expect(count.body == Array("0".utf8), "the server was asked")
    }

    @Test func `the same address is reached when the operator names it or vouches for its host`() async throws {
        #expect(try await get(CURLFetcher(proxy: .none), server.text("/plain"), from: .user).status == 200)
        let vouched = CURLFetcher(urlGuard: DocumentURLGuard(privateHosts: ["LOCALHOST"]), proxy: .none)
        #expect(try await get(vouched, server.text("/plain", host: "localhost"), from: .document).status == 200)
        await refused(.addressNotPublic, vouched, server.text("/plain"))
    }

    @Test func `a redirect is judged like the first address`() async throws {
        let other = try LoopbackServer()
        let vouched = CURLFetcher(urlGuard: DocumentURLGuard(privateHosts: ["localhost"]), proxy: .none)
        let start = server.text("/redirect?\(other.text("/plain"))", host: "localhost")
        await refused(.addressNotPublic, vouched, start)
        let twin = server.text("/redirect?\(other.text("/plain", host: "localhost"))", host: "localhost")
        #expect(try await get(vouched, twin, from: .document).body == Array("plain".utf8))
        #expect(try await get(vouched, other.text("/count?/plain"), from: .user).body == Array("1".utf8))
    }

    @Test func `what the operator names may redirect on its own host, elsewhere the guard looks`() async throws {
        let other = try LoopbackServer()
        let fetcher = CURLFetcher(proxy: .none)
        #expect(try await get(fetcher, server.text("/chain?2"), from: .user).status == 200)
        await refused(.addressNotPublic, fetcher, server.text("/redirect?\(other.text("/plain"))"), from: .user)
    }

    @Test func `hosts outside the list are refused before they are resolved`() async throws {
        let listed = CURLFetcher(
            urlGuard: DocumentURLGuard(allowedHosts: ["crl.example"], privateHosts: ["localhost"]), proxy: .none)
        await refused(.hostNotAllowed, listed, "http://other.example/")
        #expect(try await get(listed, server.text("/plain", host: "localhost"), from: .document).status == 200)
        await refused(
            .hostNotAllowed, listed, server.text("/redirect?\(server.text("/plain"))", host: "localhost"))
    }

    @Test func `behind a proxy only named hosts are asked for documents`() async throws {
        let proxy = HTTPProxy.address(server.text(""))
        await refused(.hiddenByProxy, CURLFetcher(proxy: proxy), "http://crl.example/a")
        let named = CURLFetcher(urlGuard: DocumentURLGuard(allowedHosts: ["crl.example"]), proxy: proxy)
        let answer = try await get(named, "http://crl.example/a", from: .document)
        #expect(answer.body == Array("through the proxy: http://crl.example/a".utf8))
        let asked = try await get(CURLFetcher(proxy: proxy), "http://crl.example/b", from: .user)
        #expect(asked.body == Array("through the proxy: http://crl.example/b".utf8))
    }
}

@Suite("Addresses of the Internet — RFC 6890")
struct NetworkAddressTests {
    private static let octets: [(String, [UInt8], Bool)] = [
        ("1.1.1.1", [1, 1, 1, 1], true), ("9.255.255.255", [9, 255, 255, 255], true), ("0.0.0.0", [0, 0, 0, 0], false),
        ("10.0.0.1", [10, 0, 0, 1], false), ("11.0.0.0", [11, 0, 0, 0], true),
        ("100.63.255.255", [100, 63, 255, 255], true),
        ("100.64.0.0", [100, 64, 0, 0], false), ("100.127.255.255", [100, 127, 255, 255], false),
        ("100.128.0.0", [100, 128, 0, 0], true), ("127.0.0.1", [127, 0, 0, 1], false),
        ("128.0.0.1", [128, 0, 0, 1], true),
        ("169.254.169.254", [169, 254, 169, 254], false), ("169.253.0.1", [169, 253, 0, 1], true),
        ("172.15.0.1", [172, 15, 0, 1], true), ("172.16.0.1", [172, 16, 0, 1], false),
        ("172.31.255.255", [172, 31, 255, 255], false), ("172.32.0.1", [172, 32, 0, 1], true),
        ("192.168.0.1", [192, 168, 0, 1], false), ("192.167.0.1", [192, 167, 0, 1], true),
        ("198.18.0.1", [198, 18, 0, 1], false), ("198.20.0.1", [198, 20, 0, 1], true),
        ("224.0.0.1", [224, 0, 0, 1], false),
        ("255.255.255.255", [255, 255, 255, 255], false), ("223.255.255.1", [223, 255, 255, 1], true),
        ("::", [UInt8](repeating: 0, count: 16), false), ("::1", [UInt8](repeating: 0, count: 15) + [1], false),
        ("::ffff:1.1.1.1", [UInt8](repeating: 0, count: 10) + [255, 255, 1, 1, 1, 1], false),
        ("64:ff9b::1.1.1.1", [0, 0x64, 0xff, 0x9b] + [UInt8](repeating: 0, count: 8) + [1, 1, 1, 1], false),
        ("64:ff9b:1::", [0, 0x64, 0xff, 0x9b, 0, 1] + [UInt8](repeating: 0, count: 10), false),
        ("2002:0101:0101::", [0x20, 2, 1, 1, 1, 1] + [UInt8](repeating: 0, count: 10), false),
        ("2001::1", [0x20, 1] + [UInt8](repeating: 0, count: 13) + [1], false),
        ("2001:db8::1", [0x20, 1, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [1], false),
        ("2606:4700::1111", [0x26, 6, 0x47] + [UInt8](repeating: 0, count: 11) + [0x11, 0x11], true),
        ("2001:4860::8888", [0x20, 1, 0x48, 0x60] + [UInt8](repeating: 0, count: 10) + [0x88, 0x88], true),
        ("fc00::1", [0xfc] + [UInt8](repeating: 0, count: 14) + [1], false),
        ("fd12::1", [0xfd, 0x12] + [UInt8](repeating: 0, count: 13) + [1], false),
        ("fe80::1", [0xfe, 0x80] + [UInt8](repeating: 0, count: 13) + [1], false),
        ("ff02::1", [0xff, 2] + [UInt8](repeating: 0, count: 13) + [1], false),
    ]

    @Test(arguments: octets)
    func `an address is public or not by its block`(name: String, octets: [UInt8], isPublic: Bool) {
        #expect(NetworkAddress(octets)?.isPublic == isPublic)
    }
}
