// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore

/// That a request was answered, so that it is not answered again.
struct KeptAnswer: Sendable {
    let time: Instant
    var repetitions: Int64

    static func key(of request: RequestID, _ grant: Digest32) -> [UInt8] {
        Array("request/".utf8) + grant.octets + request.octets
    }

    init(time: Instant, repetitions: Int64) {
        self.time = time
        self.repetitions = repetitions
    }

    init(parsing bytes: [UInt8], object: String) throws(VaultError) {
        self = try parsed(object) {
            var reader = try DERElement(parsing: bytes).reader(.sequence)
            let time = try reader.instant(object: object)
            let answer = KeptAnswer(time: time, repetitions: try reader.next().integer())
            try reader.end()
            return answer
        }
    }

    var bytes: [UInt8] {
        DERWriter.bytes { record in
            record.sequence {
                $0.integer(time.seconds)
                $0.integer(repetitions)
            }
        }
    }

    func isRepeatable(at time: Instant) -> Bool {
        repetitions < ReleaseService.mostRepetitions
            && time <= self.time.adding(seconds: ReleaseService.repetitionWindow)
    }
}
