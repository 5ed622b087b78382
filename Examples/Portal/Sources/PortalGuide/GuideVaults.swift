// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierKit
import HTTPTypes
import Hummingbird
import Synchronization

/// Vaults that are open, each under a random id that only its citizen's browser knows.
final class GuideSessions: Sendable {
    private let vaults = Mutex<[String: Vault]>([:])

    /// Keeps an open vault; its keys lie in guarded memory and are wiped when it is let go.
    func begin(_ vault: Vault) -> String {
        let id = Hexadecimal.encode(SystemRandom().bytes(32))
        vaults.withLock { $0[id] = vault }
        return id
    }

    func end(_ id: String) { vaults.withLock { _ = $0.removeValue(forKey: id) } }

    /// The vault of a request. A cookie in real life: `HttpOnly`, `SameSite=Strict`, and forms with a token.
    func vault(_ request: Request) throws -> Vault {
        guard let id = request.headers[.authorization], let vault = vaults.withLock({ $0[id] }) else {
            throw HTTPError(.unauthorized)
        }
        return vault
    }
}

extension Guide {
    struct Secret: Decodable { let passphrase: String }
    struct Opened: ResponseEncodable { let vault, session: String }

    func addVaultPages(to router: Router<BasicRequestContext>) {
        router.post("/vaults") { request, context in
            let secret = try await request.decode(as: Secret.self, context: context)
            let vault = try await Vault.create(
                name: "Nguyễn Văn Thử (TEST)", in: store, unlocking: [.passphrase(secret.passphrase)], at: clock())
            return Opened(vault: vault.id.description, session: sessions.begin(vault))
        }
        router.post("/vaults/:id/unlock") { request, context in
            let secret = try await request.decode(as: Secret.self, context: context)
            guard let id = context.parameters.get("id").flatMap({ VaultID($0) }) else { throw HTTPError(.notFound) }
            do {
                let vault = try await Vault.open(id, in: store, unlocking: .passphrase(secret.passphrase))
                // Logged before the session has it: nobody reads unlogged.
                try await agency.releases.log.write(AccessRecord(.unlocked, at: clock()), of: id)
                return Opened(vault: id.description, session: sessions.begin(vault))
            } catch let error as VaultError where error.code == .wrongSecret {
                throw HTTPError(.forbidden)
            }
        }
        router.post("/lock") { request, _ -> HTTPResponse.Status in
            sessions.end(request.headers[.authorization] ?? "")
            return .noContent
        }
    }
}

/// Why a page could not be given.
enum GuideError: Error { case notFound }
