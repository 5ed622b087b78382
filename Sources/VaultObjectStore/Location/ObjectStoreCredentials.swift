// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierCURL
public import DocumentVault
import DossierCore

/// The keys with which requests to an object store are signed. Never part of an address, an error or a description.
public struct ObjectStoreCredentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// The name of the key; not secret.
    public let accessKey: String
    let secretKey: String
    let sessionToken: String?

    /// Takes keys over.
    ///
    /// - Parameters:
    ///   - accessKey: Its name, 1 to 256 visible ASCII characters.
    ///   - secretKey: The secret, as many.
    ///   - sessionToken: Of temporary keys, up to 4,096.
    /// - Throws: ``DocumentVault/VaultError`` with code `notPermitted` for anything else.
    public init(accessKey: String, secretKey: String, sessionToken: String? = nil) throws(VaultError) {
        func isKey(_ text: String, _ most: Int) -> Bool {
            (1...most).contains(text.utf8.count) && text.utf8.allSatisfy { (33...126).contains($0) }
        }
        guard isKey(accessKey, 256), isKey(secretKey, 256), sessionToken.map({ isKey($0, 4_096) }) ?? true else {
            throw Self.refused("a key is empty or has characters that no key has")
        }
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
    }

    /// Reads `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, else the file that
    /// `AWS_SHARED_CREDENTIALS_FILE` names.
    ///
    /// - Throws: ``DocumentVault/VaultError`` with code `notPermitted`.
    public static func environment() throws(VaultError) -> ObjectStoreCredentials {
        if let key = variable("AWS_ACCESS_KEY_ID"), let secret = variable("AWS_SECRET_ACCESS_KEY") {
            return try ObjectStoreCredentials(
                accessKey: key, secretKey: secret, sessionToken: variable("AWS_SESSION_TOKEN"))
        }
        guard let file = variable("AWS_SHARED_CREDENTIALS_FILE") else {
            throw refused("neither AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY nor AWS_SHARED_CREDENTIALS_FILE is set")
        }
        return try ObjectStoreCredentials(file: file)
    }

    /// Reads a file as the tools of S3 keep it: lines `aws_access_key_id = …`, `aws_secret_access_key = …` and perhaps
    /// `aws_session_token = …` in the section `[default]`, or in none.
    ///
    /// - Parameter path: The file, at most 64 KiB.
    /// - Throws: ``DocumentVault/VaultError`` with code `notPermitted`.
    public init(file path: String) throws(VaultError) {
        let bytes: [UInt8]
        do {
            bytes = try FileSource(path: path).allBytes(limit: 65_536)
        } catch {
            throw Self.refused("the file with the keys cannot be read")
        }
        var values: [String: String] = [:]
        var isOurs = true
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let line = line.trimmed
            if line.hasPrefix("[") {
                isOurs = line == "[default]"
            } else if isOurs, !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") {
                values[String(line[..<equals].trimmed)] = String(line[line.index(after: equals)...].trimmed)
            }
        }
        guard let key = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] else {
            throw Self.refused("the file has no aws_access_key_id with aws_secret_access_key")
        }
        try self.init(accessKey: key, secretKey: secret, sessionToken: values["aws_session_token"])
    }

    /// The keys that a location asks for.
    ///
    /// - Throws: As ``init(file:)`` and ``environment()``.
    public init(for location: ObjectStoreLocation) throws(VaultError) {
        if let file = location.credentials {
            try self.init(file: file)
        } else {
            self = try Self.environment()
        }
    }

    /// The name of the key.
    public var description: String { "access key \(accessKey)" }
    /// The name of the key.
    public var debugDescription: String { description }
    /// The name of the key alone.
    public var customMirror: Mirror { Mirror(self, children: ["accessKey": accessKey]) }

    private static func refused(_ detail: String) -> VaultError {
        VaultError(.notPermitted, object: "keys of the object store", detail)
    }

    private static func variable(_ name: String) -> String? {
        guard let value = unsafe dossier_environment(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
