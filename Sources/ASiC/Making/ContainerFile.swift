// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A file that is to be put into a container.
public struct ContainerFile: Sendable {
    /// The path in the container: relative, `/` between folders.
    public let path: String
    /// The media type, written into the manifest; `nil` to leave it out.
    public let mediaType: String?
    /// The bytes; read twice, of any size.
    public let source: any ByteSource

    /// Makes a file.
    public init(path: String, mediaType: String? = nil, source: any ByteSource) {
        self.path = path
        self.mediaType = mediaType
        self.source = source
    }
}
