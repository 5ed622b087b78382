// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// What a storage engine can do, as data.
public struct VaultStoreCapabilities: Sendable, Hashable {
    /// Largest sealed content, in octets, that is better put inside an append than as a content of its own.
    public var inlineContentLimit: Int
    /// Octets of contents, each at most ``inlineContentLimit``, from which several that belong to one append are better put
    /// by ``VaultStore/putContents(_:of:)`` before it than inside it; `Int.max` is never.
    public var leastPack: Int
    /// Whether what was acknowledged outlives the process and a power cut.
    public var isDurable: Bool
    /// Whether deleted octets are overwritten.
    public var overwritesDeleted: Bool
    /// Most deposits that wait in the inbox of one vault.
    public var depositLimit: Int

    /// Makes a description.
    public init(
        inlineContentLimit: Int, isDurable: Bool, overwritesDeleted: Bool, depositLimit: Int = 256,
        leastPack: Int = .max
    ) {
        self.leastPack = leastPack
        self.depositLimit = depositLimit
        self.inlineContentLimit = inlineContentLimit
        self.isDurable = isDurable
        self.overwritesDeleted = overwritesDeleted
    }
}
