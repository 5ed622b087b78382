// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
internal import Foundation

/// One file of Project Wycheproof, read generically: groups of tests with a stated result.
public struct Wycheproof {
    /// One test with the group it belongs to.
    public struct Test {
        /// Members of the group.
        public let group: [String: Any]
        /// Members of the test.
        public let members: [String: Any]
        /// The number within the file.
        public var id: Int { members["tcId"] as? Int ?? -1 }
        /// `valid`, `invalid` or `acceptable`.
        public var result: String { members["result"] as? String ?? "" }
        /// Why the test exists.
        public var flags: [String] { members["flags"] as? [String] ?? [] }
        /// Bytes of a hexadecimal member of the test.
        public func bytes(_ name: String) -> [UInt8] {
            (members[name] as? String).flatMap { Hexadecimal.decode($0) } ?? []
        }
    }

    /// All tests of the file.
    public let tests: [Test]

    /// Reads a file, or returns `nil` after printing that it is skipped.
    public init?(_ name: String) throws {
        guard let url = Corpora.path("wycheproof/testvectors_v1/\(name)_test.json", cases: "wycheproof \(name)") else {
            return nil
        }
        let root = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
        tests = (root?["testGroups"] as? [[String: Any]] ?? []).flatMap { group in
            (group["tests"] as? [[String: Any]] ?? []).map { Test(group: group, members: $0) }
        }
    }
}

extension [String: Any] {
    /// Bytes of a hexadecimal member of a nested object.
    public func bytes(_ object: String, _ name: String) -> [UInt8] {
        ((self[object] as? [String: Any])?[name] as? String).flatMap {
            Hexadecimal.decode($0.count % 2 == 0 ? $0 : "0" + $0)
        } ?? []
    }
}
