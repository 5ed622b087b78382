// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
internal import Synchronization

/// A source that remembers the digests over its beginning, so that no byte is digested twice by one algorithm where the
/// ranges asked for begin alike.
///
/// States are kept where a digest ended and every 64 KiB or 256th part of the source, whichever is more, at most 2,048 per
/// algorithm; each takes some hundred bytes.
///
/// - Note: What is digested is what the source held when it was read first. A source that changes meanwhile is refused by
///   the source itself, as ``DossierCore/FileSource`` does.
public final class DigestedSource: PrefixDigesting {
    private let base: any ByteSource
    private let spacing: Int64
    private let kept = Mutex<[DigestAlgorithm: [KeptDigest]]>([:])
    private static let mostKept = 2048

    /// Wraps a source.
    public init(_ base: any ByteSource) {
        self.base = base
        spacing = max(64 << 10, base.size / 256)
    }

    /// The source itself when it remembers digests, else wrapped.
    public static func wrapping(_ source: any ByteSource) -> any ByteSource {
        source is any PrefixDigesting ? source : DigestedSource(source)
    }

    public var size: Int64 { base.size }

    public var memory: [UInt8]? { base.memory }

    public func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError) {
        try base.read(at: offset, into: &span, count: count)
    }

    public func digestState(
        _ algorithm: DigestAlgorithm, ofFirst count: Int64
    ) throws(SourceDigestError) -> DigestState {
        guard count >= 0, count <= size else {
            throw .source(.outOfBounds(offset: 0, count: Int(clamping: count), size: size))
        }
        // Two tasks that ask at once do the work twice rather than wait for each other.
        let nearest = kept.withLock { kept -> KeptDigest? in
            guard let list = kept[algorithm] else { return nil }
            let behind = list.partitioningIndex { $0.position > count }
            return behind > 0 ? list[behind - 1] : nil
        }
        var state: DigestState
        if let nearest { state = try nearest.copied() } else { state = try algorithm.begun() }
        var position = nearest?.position ?? 0
        var new: [KeptDigest] = []
        while position < count {
            let next = min(count, (position / spacing + 1) * spacing)
            try state.update(base, position..<next)
            position = next
            new.append(try KeptDigest(position, state))
        }
        keep(new, algorithm)
        return state
    }

    private func keep(_ new: [KeptDigest], _ algorithm: DigestAlgorithm) {
        guard let first = new.first else { return }
        kept.withLock { kept in
            let place = kept[algorithm, default: []].partitioningIndex { $0.position >= first.position }
            let known = kept[algorithm, default: []][place...].first?.position ?? .max
            // Whoever asked at the same time has put the same states there.
            kept[algorithm, default: []].insert(contentsOf: new.filter { $0.position < known }, at: place)
            let count = kept[algorithm, default: []].count
            guard count > Self.mostKept else { return }
            // The last one stays: ranges mostly come in the order of the file.
            kept[algorithm] = kept[algorithm]?.enumerated().filter { index, _ in
                !index.isMultiple(of: 2) || index == count - 1
            }.map(\.element)
        }
    }
}

/// A digest as it was after a number of bytes; never changed.
private final class KeptDigest: @unchecked Sendable {
    let position: Int64
    private let state: DigestState

    init(_ position: Int64, _ state: borrowing DigestState) throws(SourceDigestError) {
        self.position = position
        do throws(CryptoPrimitivesError) { self.state = try state.copied() } catch { throw .digest(error) }
    }

    func copied() throws(SourceDigestError) -> DigestState {
        do throws(CryptoPrimitivesError) { return try state.copied() } catch { throw .digest(error) }
    }
}

extension Array {
    /// The first index whose element is behind, in an array where such elements come last.
    fileprivate func partitioningIndex(_ isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
