// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A JSON value that remembers where in the text it began, so that a fault of a catalogue can be pointed at.
struct JSONNode {
    enum Value {
        case null
        case bool(Bool)
        /// An integer that fits; any other number keeps `nil`.
        case number(Int?)
        case string(String)
        case array([JSONNode])
        case object([Member])
    }

    struct Member {
        let name: String
        let offset: Int
        let node: JSONNode
    }

    let offset: Int
    let value: Value
}
