// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import Synchronization

/// Requests to the gateways of one store, repeated while that may help.
final class S3Client: Sendable {
    let location: ObjectStoreLocation
    let settings: ObjectStoreSettings
    let random: any RandomSource
    private let threads: TransferThreads
    /// Where streams are pulled: what they wait for must not wait for them.
    let streams: TransferThreads
    /// Whether the server was found not to know `If-None-Match`.
    let refusesConditions = Atomic(false)
    private let exchange: S3ExchangeSettings
    private let handles = CURLHandles()
    private let gateways: Gateways

    init(
        _ location: ObjectStoreLocation, _ credentials: ObjectStoreCredentials, _ settings: ObjectStoreSettings,
        random: any RandomSource
    ) {
        self.location = location
        self.settings = settings
        self.random = random
        threads = TransferThreads(limit: settings.concurrentCalls)
        streams = TransferThreads(limit: settings.concurrentCalls)
        gateways = Gateways(count: location.endpoints.count)
        exchange = S3ExchangeSettings(
            bucket: location.bucket, region: location.region, credentials: credentials,
            authorities: location.authorities, patience: settings)
    }

    /// The answer of a gateway: success, or one of the statuses that a call asks for by name.
    ///
    /// - Parameters:
    ///   - statuses: Which failures are answers, too.
    ///   - check: Refuses an answer that is not what was asked for; it is then asked for again.
    func answer(
        to request: S3Request, or statuses: Set<Int> = [],
        check: (S3Answer) throws(S3Failure) -> Void = { _ throws(S3Failure) in }
    ) async throws(S3Failure) -> S3Answer {
        var asked: Set<Int> = []
        var round = 1
        while true {
            let gateway = gateways.pick(avoiding: asked)
            asked.insert(gateway)
            do throws(S3Failure) {
                let answer = try await exchanged(request, with: gateway)
                gateways.answered(gateway)
                if answer.isSuccess {
                    try check(answer)
                    return answer
                }
                let code = S3Documents.errorCode(answer.body)
                if statuses.contains(answer.status), Self.isMeant(answer, code) { return answer }
                throw S3Failure(status: answer.status, code: code)
            } catch {
                guard error.isWorthRepeating else { throw error }
                gateways.failed(gateway)
                guard asked.count == location.endpoints.count else { continue }
                guard round < settings.rounds else { throw error }
            }
            asked = []
            try await pause(round - 1)
            round += 1
        }
    }

    /// A bucket that is missing is not an object that is missing, and neither is a page that a web server does not find.
    private static func isMeant(_ answer: S3Answer, _ code: String) -> Bool {
        answer.status != 404 || ["NoSuchKey", "NoSuchUpload"].contains(code)
    }

    private func exchanged(_ request: S3Request, with gateway: Int) async throws(S3Failure) -> S3Answer {
        let (exchange, endpoint) = (exchange, location.endpoints[gateway])
        let mark = CancellationMark()
        let outcome = await withTaskCancellationHandler {
            await threads.run { [handles] () -> Result<S3Answer, S3Failure> in
                guard !mark.isSet else { return .failure(S3Failure(.cancelled, "the task was cancelled")) }
                guard let handle = handles.take() else {
                    return .failure(S3Failure(.internalFailure, "no handle from libcurl"))
                }
                defer { handles.putBack(handle) }
                return Result { () throws(S3Failure) in
                    try S3Exchange(request, to: endpoint, exchange, mark).run(on: handle)
                }
            }
        } onCancel: {
            mark.set()
        }
        return try outcome.get()
    }

    /// Waits longer each time, and not all callers equally long.
    private func pause(_ number: Int) async throws(S3Failure) {
        let whole = min(5_000, max(1, settings.backoffMilliseconds) << min(number, 12))
        let part = random.bytes(2).reduce(0) { $0 << 8 | Int($1) }
        let milliseconds = whole / 2 + whole * part / 131_072
        do {
            try await Task.sleep(nanoseconds: UInt64(milliseconds) * 1_000_000)
        } catch {
            throw S3Failure(.cancelled, "the task was cancelled")
        }
    }
}
