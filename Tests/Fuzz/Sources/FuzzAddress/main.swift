// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import FuzzSupport
import TrustServices

Fuzzer.run { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    let address = try HTTPAddress(text)
    precondition((try? HTTPAddress(address.text)) == address, "what is written reads as something else")
    precondition(!address.host.isEmpty && (1...65_535).contains(address.port), "an address without host or port")
    precondition(!address.host.contains { "@/?#\\ ".contains($0) }, "a host that two readers could take differently")
    var rules = URLRemapping()
    try rules.add("http://a.example/", "http://b.example/c/")
    if let target = try rules.target(of: address) {
        precondition(target.host == "b.example" && target.port == 80, "a rule leads to another host than it names")
    }
}
