// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import Foundation
import SwiftASN1
import TestSupport
import Testing

@Suite("DER against swift-asn1")
struct DifferentialTests {
    /// Every element as tag and content length, in order; `nil` when the bytes are refused.
    private func ours(_ bytes: [UInt8]) -> [String]? {
        var shape: [String] = []
        func walk(_ element: DERElement) throws {
            shape.append("\(element.tag.rawValue):\(element.range.count)")
            guard element.tag.isConstructed else { return }
            for inner in try element.elements() { try walk(inner) }
        }
        guard let root = try? DERElement(parsing: bytes), (try? walk(root)) != nil else { return nil }
        return shape
    }

    private func theirs(_ bytes: [UInt8]) -> [String]? {
        var shape: [String] = []
        func walk(_ node: ASN1Node) {
            shape.append("\(bytes[node.encodedBytes.startIndex]):\(node.encodedBytes.count)")
            guard case .constructed(let nodes) = node.content else { return }
            for inner in nodes { walk(inner) }
        }
        guard let root = try? DER.parse(bytes) else { return nil }
        walk(root)
        return shape
    }

    private func files() -> [URL] {
        guard let folder = Corpora.path("pkits", cases: "comparison with swift-asn1") else { return [] }
        let root = folder.deletingLastPathComponent()
        var urls: [URL] = []
        for part in ["pkits", "openssl", "vietnam", "botan"] {
            let names =
                FileManager.default.enumerator(atPath: root.appending(path: part).path())?
                .compactMap { $0 as? String } ?? []
            urls += names.filter { ["crt", "cer", "der", "crl", "ors"].contains(($0 as NSString).pathExtension) }
                .sorted()
                .map { root.appending(path: part).appending(path: $0) }
        }
        return urls
    }

    @Test func `both read the same elements in every file of the corpora and in changed ones`() throws {
        var generator = SeededGenerator(seed: 11)
        var (read, refused, changed) = (0, 0, 0)
        for url in files() {
            let bytes = Array(try Data(contentsOf: url))
            guard bytes.first == 0x30, bytes.count < 200_000 else { continue }
            #expect(ours(bytes) == theirs(bytes), "\(url.lastPathComponent)")
            for _ in 0..<20 {
                var other = bytes
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                other[place] ^= UInt8.random(in: 1...255, using: &generator)
                let (left, right) = (ours(other), theirs(other))
                changed += 1
                if left == nil { refused += 1 }
                // swift-asn1 reads tags of several octets and stops at 50 levels; nothing read here needs either.
                guard left != right, let right else {
                    #expect(left == nil || right != nil, "\(url.lastPathComponent) at \(place): only ours reads it")
                    continue
                }
                #expect(
                    left == nil && hasLongTag(other, right), "\(url.lastPathComponent) at \(place): the readings differ"
                )
            }
            read += 1
        }
        print("DER compared with swift-asn1: \(read) files, \(changed) changed ones, \(refused) refused by both")
    }

    /// Whether some element begins with a tag of several octets (X.690 §8.1.2.4).
    private func hasLongTag(_ bytes: [UInt8], _ shape: [String]) -> Bool {
        shape.contains { UInt8($0.split(separator: ":")[0]).map { $0 & 0x1f == 0x1f } ?? false }
    }
}
