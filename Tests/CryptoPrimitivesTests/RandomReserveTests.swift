// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import Synchronization
import Testing

@Suite("Octets that are asked for ahead")
struct RandomReserveTests {
    /// Gives 0, 1, 2 … as pairs of octets, and counts how often it was asked.
    private final class Counter: RandomSource {
        private let state = Mutex((next: 0, calls: 0))
        var calls: Int { state.withLock { $0.calls } }

        func fill(_ span: inout OutputSpan<UInt8>) {
            state.withLock { state in
                state.calls += 1
                while span.freeCapacity > 0 {
                    span.append(UInt8(truncatingIfNeeded: state.next % 2 == 0 ? state.next >> 9 : state.next >> 1))
                    state.next += 1
                }
            }
        }
    }

    @Test func `each octet of the source is given once, in order, whatever is asked for`() {
        let source = Counter()
        let reserve = RandomReserve(of: source)
        let expected = Counter()
        var all: [UInt8] = []
        for count in [0, 1, 15, 16, 32, 32, 512] { all += reserve.bytes(count) }
        #expect(all == expected.bytes(all.count))
        #expect(source.calls == 1)
        reserve.secret(32).withSpan { secret in
            #expect(secret.count == 32)
            #expect((0..<32).map { secret[$0] } == expected.bytes(32))
        }
    }

    @Test func `it is filled anew before it would repeat, and what is large comes from the source`() {
        let source = Counter()
        let reserve = RandomReserve(of: source)
        let pieces = (0..<1_000).map { _ in reserve.bytes(16) }
        #expect(Set(pieces).count == 1_000)
        #expect(pieces.flatMap { $0 } == Counter().bytes(16_000))
        #expect(source.calls == 4, "16,000 octets, 4,096 at a time")
        #expect(reserve.bytes(100_000).count == 100_000)
        #expect(source.calls == 5)
    }

    @Test func `tasks that share it are given different octets`() async {
        let reserve = RandomReserve(of: SystemRandom())
        let pieces = await withTaskGroup { group in
            for _ in 0..<8 { group.addTask { (0..<500).map { _ in reserve.bytes(16) } } }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(pieces).count == 4_000)
    }
}
