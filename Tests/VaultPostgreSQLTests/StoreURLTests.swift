// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import Testing

@testable import VaultPostgreSQL

@Suite("Addresses of stores in PostgreSQL")
struct StoreURLTests {
    @Test func `hosts, ports, options and further clusters are read`() throws {
        let url = try PostgreSQLStoreURL(
            "postgres://portal:s%40fe@a.test,b.test:5433,[::1]:7/vaults?pool=3&timeout=9&connect-timeout=2&retry=4"
                + "&shard=c.test:1,d.test&shard=e.test/other&statements=unnamed&schema=s_1&durability=single-node"
                + "&sslrootcert=%2Fx%20y&contents=s3%3A%2F%2Fbucket")
        #expect(url.shards == 3 && url.contents == "s3://bucket" && url.durability == .singleNode)
        let first = url.clusters[0]
        #expect(
            first.hosts == [
                .init(name: "a.test", port: 5432), .init(name: "b.test", port: 5433), .init(name: "::1", port: 7),
            ])
        #expect(url.clusters[1].hosts == [.init(name: "c.test", port: 1), .init(name: "d.test", port: 5432)])
        #expect(url.clusters.map(\.database) == ["vaults", "vaults", "other"])
        let access = first.access
        #expect(access.user == "portal" && access.connections == 3 && access.milliseconds == 9000)
        #expect(access.connectMilliseconds == 2000 && access.patience == 4000 && !access.keepsStatements)
        #expect(access.schema == "s_1" && access.files == ["sslrootcert": "/x y"] && access.tls == .full)
        #expect(try access.password() == "s@fe")
    }

    @Test func `by default the certificate is checked and two machines are wanted`() throws {
        let url = try PostgreSQLStoreURL("postgresql://a.test/vaults")
        #expect(url.durability == .quorum && url.clusters[0].access.tls == .full)
        let parameters = url.clusters[0].parameters(.init(name: "a.test", port: 5432), password: nil)
        #expect(parameters.contains { $0 == ("sslmode", "verify-full") })
        #expect(parameters.contains { $0 == ("target_session_attrs", "read-write") })
    }

    @Test func `a socket's folder is a host`() throws {
        let url = try PostgreSQLStoreURL("postgres://%2Fvar%2Frun%2Fpostgresql:5433/vaults")
        #expect(url.clusters[0].hosts == [.init(name: "/var/run/postgresql", port: 5433)])
    }

    @Test(arguments: [
        "", "postgres:", "postgres://", "postgres:///vaults", "postgres://a.test", "postgres://a.test/", "sqlite:x",
        "postgres://a.test:0/v", "postgres://a.test:x/v", "postgres://a.test:65536/v", "postgres://[::1/v",
        "postgres://a.test/v?pool=0", "postgres://a.test/v?pool=x", "postgres://a.test/v?nothing=1",
        "postgres://a.test/v?pool", "postgres://a.test/v?sslmode=prefer", "postgres://a.test/v?sslmode=allow",
        "postgres://a.test/v?durability=none", "postgres://a.test/v?schema=A", "postgres://a.test/v?schema=a;b",
        "postgres://a.test/v?schema=", "postgres://a.test/%00", "postgres://a.test/%zz", "postgres://a.test/%f",
        "postgres://a.test/v?retry=-1", "postgres://a.test/v?shard=", "postgres://a.test,/v", "postgres://a.test/%ff",
        "postgres://x:y@a.test/v?passwordfile=z", "postgres://x:y@a.test/v?passwordenv=z",
    ])
    func `what is no address is refused`(text: String) {
        #expect(throws: VaultError(.notAStore, "")) { _ = try PostgreSQLStoreURL(text) }
    }

    @Test func `no text about an address has the password`() throws {
        let secret = "mật-khẩu-thử"
        let url = try PostgreSQLStoreURL("postgres://portal:\(secret)@a.test/vaults?pool=2")
        var dumped = ""
        dump(url, to: &dumped)
        for text in ["\(url)", String(reflecting: url), dumped, "\(url.clusters)", "\(url.clusters[0].access)"] {
            #expect(!text.contains(secret), "\(text)")
        }
        #expect("\(url)" == "postgres://a.test:5432/vaults")
        for broken in ["postgres://portal:\(secret)@a.test/vaults?\(secret)=1", "postgres://portal:\(secret)@a.test"] {
            do {
                _ = try PostgreSQLStoreURL(broken)
                Issue.record("accepted")
            } catch {
                #expect(!"\(error)".contains(secret))
            }
        }
    }
}
