// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// An address of the Internet Protocol, judged by the special-purpose registries (RFC 6890).
public struct NetworkAddress: Sendable, Hashable {
    /// 4 octets (IPv4) or 16 (IPv6).
    public let octets: [UInt8]

    /// Makes an address; `nil` unless there are 4 or 16 octets.
    public init?(_ octets: [UInt8]) {
        guard octets.count == 4 || octets.count == 16 else { return nil }
        self.octets = octets
    }

    /// Whether the address belongs to one host of the public Internet.
    ///
    /// Not public: loopback, private (RFC 1918), link-local, unique-local, carrier-grade NAT (RFC 6598), multicast,
    /// unspecified, documentation, benchmarking, reserved; and every IPv6 address that carries an IPv4 address inside:
    /// mapped, compatible, NAT64 (RFC 6052, RFC 8215), 6to4, Teredo. Of IPv6 only 2000::/3 is in use for hosts.
    public var isPublic: Bool { octets.count == 4 ? isPublicVersion4 : isPublicVersion6 }

    private var isPublicVersion4: Bool {
        !Self.reservedVersion4.contains { block in begins(with: block.prefix, bits: block.bits) }
    }

    private var isPublicVersion6: Bool {
        begins(with: [0x20], bits: 3)
            && !Self.reservedVersion6.contains { block in begins(with: block.prefix, bits: block.bits) }
    }

    private func begins(with prefix: [UInt8], bits: Int) -> Bool {
        for (index, octet) in prefix.enumerated() {
            let remaining = min(8, bits - index * 8)
            guard remaining > 0 else { break }
            let mask = UInt8(truncatingIfNeeded: 0xff << (8 - remaining))
            if octets[index] & mask != octet & mask { return false }
        }
        return true
    }

    private static let reservedVersion4: [(prefix: [UInt8], bits: Int)] = [
        ([0], 8), ([10], 8), ([100, 64], 10), ([127], 8), ([169, 254], 16), ([172, 16], 12), ([192, 0, 0], 24),
        ([192, 0, 2], 24), ([192, 88, 99], 24), ([192, 168], 16), ([198, 18], 15), ([198, 51, 100], 24),
        ([203, 0, 113], 24), ([224], 4), ([240], 4),
    ]
    /// Inside 2000::/3: IETF protocols with Teredo, documentation (two blocks), 6to4.
    private static let reservedVersion6: [(prefix: [UInt8], bits: Int)] = [
        ([0x20, 0x01, 0x00], 23), ([0x20, 0x01, 0x0d, 0xb8], 32), ([0x20, 0x02], 16), ([0x3f, 0xff, 0x00], 20),
    ]
}
