// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DocumentVault
import DossierCore

/// What a malicious store can try, as cases that run against any ``DocumentVault/VaultStore``: with the honest answers the
/// vault holds, with the lie the error named is found.
public struct StoreAttack: Sendable, CustomStringConvertible {
    /// An attack that was not found, or an honest store that was accused.
    public struct Failure: Error, CustomStringConvertible {
        /// What was expected and what happened.
        public let description: String
    }

    /// The attack.
    public let description: String
    /// The errors of which one must be found.
    public let expected: Set<VaultError.Code>
    let prepare: @Sendable (AttackScene) async throws -> Void
    let lie: @Sendable (AttackScene, inout EvilStore.Lies) throws -> Void
    let observe: @Sendable (AttackScene) async throws -> Void

    init(
        _ description: String, _ expected: Set<VaultError.Code> = [.damaged],
        prepare: @escaping @Sendable (AttackScene) async throws -> Void = { _ in },
        observe: @escaping @Sendable (AttackScene) async throws -> Void = { try await $0.openAndVerify() },
        lie: @escaping @Sendable (AttackScene, inout EvilStore.Lies) throws -> Void
    ) {
        self.description = description
        self.expected = expected
        self.prepare = prepare
        self.observe = observe
        self.lie = lie
    }

    /// Runs the attack on a store; it makes a vault of its own.
    ///
    /// - Throws: ``Failure``, or what the store threw.
    public func run(on store: any VaultStore) async throws {
        let scene = try await AttackScene(in: store)
        try await prepare(scene)
        do {
            try await observe(scene)
        } catch {
            throw Failure(description: "\(description): the honest twin was refused: \(error)")
        }
        var lies = EvilStore.Lies()
        try lie(scene, &lies)
        let told = lies
        scene.store.lie { $0 = told }
        do {
            try await observe(scene)
        } catch let error as VaultError {
            guard expected.contains(error.code) else {
                throw Failure(description: "\(description): found as \(error)")
            }
            // What a log would keep must tell nothing of what is sealed.
            let text = "\(error)"
            guard !AttackScene.secrets.contains(where: { text.contains($0) }) else {
                throw Failure(description: "\(description): the error tells what is sealed")
            }
            return
        }
        throw Failure(description: "\(description): nobody noticed")
    }

    /// All attacks.
    public static var cases: [StoreAttack] { contents + journal + slots + states }
}
