// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DocumentVault
import DossierCore

/// A command of a vault during which its device crashes: before or after every single change of the store in turn, as cases
/// that run against any ``DocumentVault/VaultStore``.
///
/// After each crash another device must find everything that was acknowledged, nothing half there and nothing twice, and the
/// command must succeed when it is given again.
public struct StoreCrash: Sendable, CustomStringConvertible {
    /// What was lost, half there or there twice.
    public struct Failure: Error, CustomStringConvertible {
        /// What was expected and what happened.
        public let description: String
    }

    fileprivate enum Command: Sendable {
        case store(large: Bool)
        case erase
        case rotate
        case sweep
    }

    /// The command.
    public let description: String
    private let command: Command

    /// All cases.
    public static let cases = [
        StoreCrash(description: "storing what lies beside its entry", command: .store(large: false)),
        StoreCrash(description: "storing a content of its own", command: .store(large: true)),
        StoreCrash(description: "erasing", command: .erase), StoreCrash(description: "rotating", command: .rotate),
        StoreCrash(description: "sweeping", command: .sweep),
    ]

    /// Lets the device crash at every change of the command; makes a vault of its own in the store.
    ///
    /// - Returns: The number of crashes.
    /// - Throws: ``Failure``, or what the store threw.
    @discardableResult
    public func run(on store: any VaultStore) async throws -> Int {
        var scene = try await Scene(store)
        var crashes = 0
        for side in FailingStore.Side.allCases {
            for number in 0..<100 {
                let place = "\(description), \(side) change \(number)"
                guard try await scene.crash(command, side, number, place) else { break }
                crashes += 1
            }
        }
        guard crashes >= 2 else { throw Failure(description: "\(description): only \(crashes) crashes") }
        return crashes
    }

    /// A vault and what must be in it.
    private struct Scene {
        let store: any VaultStore
        let failing: FailingStore
        let code = RecoveryCode(random: SystemRandom())
        let vault: VaultID
        var expected: [DocumentID: [UInt8]] = [:]

        init(_ store: any VaultStore) async throws {
            self.store = store
            failing = FailingStore(store)
            vault = try await Vault.create(
                name: "crash", in: store, unlocking: [.recoveryCode(code)], at: Samples.time
            ).id
            let first = try await Vault.open(vault, in: store, unlocking: .recoveryCode(code))
            for size in [20, store.capabilities.inlineContentLimit + 1] {
                expected[try await Samples.store(Samples.bytes(size), in: first).document] = Samples.bytes(size)
            }
        }

        private func open(in store: any VaultStore) async throws -> Vault {
            try await Vault.open(vault, in: store, unlocking: .recoveryCode(code))
        }

        /// One crash and what follows it; `false` when the command makes fewer changes.
        mutating func crash(
            _ command: Command, _ side: FailingStore.Side, _ number: Int, _ place: String
        ) async throws -> Bool {
            failing.recover()
            let device = try await open(in: failing)
            let operation = OperationID(random: SystemRandom())
            let bytes = SystemRandom().bytes(
                command.isLarge ? store.capabilities.inlineContentLimit + 1 + number : 30)
            let doomed = try await Samples.store(Samples.bytes(40), in: device).document
            expected[doomed] = Samples.bytes(40)
            let orphan = ContentID(random: SystemRandom())
            if case .sweep = command {
                try await store.putContent(orphan, of: vault, size: 3, from: OnePiece([1, 2, 3]))
            }
            func act(_ vault: Vault) async throws -> DocumentID? {
                switch command {
                case .store: return try await Samples.store(bytes, operation: operation, in: vault).document
                case .erase: _ = try await vault.erase(doomed, reason: "", at: Samples.time)
                case .rotate: try await vault.rotate(at: Samples.time)
                case .sweep: _ = try await vault.sweep(at: Samples.time)
                }
                return nil
            }
            failing.crash(side, atChange: number)
            var isAcknowledged = false
            do {
                if let document = try await act(device) { expected[document] = bytes }
                isAcknowledged = true
            } catch let error as VaultError {
                guard error.code == .storeFailure else { throw Failure(description: "\(place): \(error)") }
            }
            let isDown = failing.isDown
            failing.recover()
            if case .erase = command, isAcknowledged { expected[doomed] = nil }
            try await check(isAcknowledged ? nil : bytes, isAcknowledged ? nil : doomed, command, place)
            do {
                if let document = try await act(open(in: store)) { expected[document] = bytes }
            } catch let error as VaultError {
                // What was erased is not there to be erased again.
                guard case .erase = command, error.code == .notFound else {
                    throw Failure(description: "\(place), again: \(error)")
                }
            }
            if case .erase = command { expected[doomed] = nil }
            try await check(nil, nil, command, "\(place), again")
            if case .sweep = command, try await store.contentSize(orphan, of: vault) != nil {
                throw Failure(description: "\(place): what nobody names was not swept")
            }
            return isDown
        }

        /// What is expected, and of a command that was not acknowledged what it was about.
        private func check(
            _ unsure: [UInt8]?, _ doomed: DocumentID?, _ command: Command, _ place: String
        ) async throws {
            let opened = try await open(in: store)
            let listed = try await opened.list().map(\.id)
            var wanted = expected
            if case .erase = command, let doomed, !listed.contains(doomed) { wanted[doomed] = nil }
            guard Set(listed).count == listed.count, Set(listed).isSuperset(of: wanted.keys) else {
                throw Failure(description: "\(place): a document is lost, or there twice")
            }
            for document in listed {
                let bytes = try await opened.read(document).bytes()
                guard bytes == wanted[document] || wanted[document] == nil && bytes == unsure else {
                    throw Failure(description: "\(place): a document that nobody stored, or a changed one")
                }
            }
            guard listed.count <= wanted.count + (unsure == nil ? 0 : 1), try await opened.verify().isComplete else {
                throw Failure(description: "\(place): the vault is not complete")
            }
        }
    }
}

extension StoreCrash.Command {
    fileprivate var isLarge: Bool {
        if case .store(large: true) = self { return true }
        return false
    }
}
