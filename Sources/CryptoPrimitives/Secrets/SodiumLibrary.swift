// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierSodium

enum SodiumLibrary {
    // sodium_init is idempotent and thread-safe; it only fails when the system has no random source at all, and then
    // nothing in this module may run.
    private static let isReady: Bool = sodium_init() >= 0

    static func start() { precondition(isReady, "sodium_init: the system offers no source of randomness") }
}
