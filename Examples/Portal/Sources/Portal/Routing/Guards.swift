// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The checks before a page, and the errors after it.
final class Guards: Sendable {
    let csrf = CSRFToken()
    let rates = RateLimiter()
    let settings: PortalSettings
    /// Octets of uploads that are held in memory right now.
    private let held = HeldUploads()
    var heldOctets: Int { held.octets }

    init(_ settings: PortalSettings) { self.settings = settings }

    /// Makes the answer of a page into a response; errors become pages of their own.
    func answer(
        _ context: PortalContext, _ make: (Visit) async throws -> Answer
    ) async throws -> Response {
        guard let visit = context.visit else { throw HTTPError(.internalServerError) }
        do {
            return try await Layout(settings).response(make(visit), visit)
        } catch let error as PortalError {
            return Layout(settings).response(error, visit)
        } catch let error as VaultError {
            context.logger.info("vault: \(error.code.rawValue)")
            return Layout(settings).response(error, visit)
        } catch let refusal as ReleaseRefusal {
            return Layout(settings).refusal(refusal.phrase, visit)
        } catch let mismatch as ConsentMismatch {
            return Layout(settings).refusal(mismatch.phrase, visit)
        } catch let error as CancellationError {
            throw error
        } catch {
            // What went wrong may quote a file: it is logged by its kind only.
            context.logger.warning("page failed: \(type(of: error))")
            return Layout(settings).failure(visit)
        }
    }

    /// Role and rate.
    func admit(_ visit: Visit, _ access: Access, _ rule: RateRule) throws(PortalError) {
        let factor = settings.rateFactor
        if let wait = rates.take(.page.times(factor), by: visit.peer, at: visit.now) {
            throw .tooMany(retryAfter: wait)
        }
        if rule.name != RateRule.page.name,
            let wait = rates.take(rule.times(factor), by: visit.peer, at: visit.now)
        {
            throw .tooMany(retryAfter: wait)
        }
        switch access {
        case .everyone: return
        case .citizen: guard try visit.identity().role == .citizen else { throw .forbidden }
        case .official: guard try visit.identity().role == .official else { throw .forbidden }
        }
    }

    /// A form of another site is refused by what browsers say themselves, before its token is looked at.
    func checkOrigin(_ request: Request) throws(PortalError) {
        if let name = HTTPField.Name("Sec-Fetch-Site"), let site = request.headers[name],
            site != "same-origin", site != "none"
        {
            throw .staleForm
        }
        guard let origin = request.headers[.origin] else { return }
        guard let authority = request.head.authority,
            origin == "http://\(authority)" || origin == "https://\(authority)"
        else { throw .staleForm }
    }

    func checkToken(_ form: Form, _ visit: Visit) throws(PortalError) {
        guard let token = form["csrf"], csrf.isValid(token, for: visit.id) else { throw .staleForm }
    }

    func form(_ request: Request) async throws -> Form {
        guard request.headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") == true
        else {
            throw PortalError.badForm(FormWords.unreadable)
        }
        var octets: [UInt8] = []
        for try await buffer in request.body {
            guard octets.count + buffer.readableBytes <= Form.largest else {
                throw PortalError.tooLarge(limit: Int64(Form.largest))
            }
            octets += buffer.readableBytesView
        }
        guard let text = String(validating: octets, as: UTF8.self) else {
            throw PortalError.badForm(FormWords.unreadable)
        }
        return try Form(urlEncoded: text)
    }

    /// Reads a form with files; its token stands before them, so that a forged one costs no memory.
    func upload(_ request: Request, _ visit: Visit) async throws -> (Form, [UploadedFile]) {
        guard let boundary = request.headers[.contentType].flatMap(MultipartReader.boundary) else {
            throw PortalError.badForm(FormWords.unreadable)
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }),
            length > settings.largestUpload + Form.largest
        {
            throw PortalError.tooLarge(limit: Int64(settings.largestUpload))
        }
        let room = try UploadRoom(held, of: settings.uploadMemory, for: visit.peer)
        defer { room.giveBack() }
        let settings = settings
        return try await withThrowingTaskGroup(of: (Form, [UploadedFile]).self) { group in
            group.addTask {
                var reader = MultipartReader(boundary: boundary, limit: settings.largestUpload)
                return try await reader.read(request.body.map { try room.take($0) }) { try self.checkToken($0, visit) }
            }
            group.addTask {
                try await Task.sleep(for: .seconds(settings.uploadSeconds))
                throw PortalError.tooSlow
            }
            defer { group.cancelAll() }
            guard let read = try await group.next() else { throw PortalError.tooSlow }
            return read
        }
    }
}
