// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DERSyntax

extension OCSPResponse {
    /// Reads OtherRevocationInfoFormat of SignedData.crls (RFC 5652 §10.2.1, RFC 5940 §2).
    ///
    /// - Parameter element: `[1] IMPLICIT SEQUENCE`; also a bare BasicOCSPResponse under id-pkix-ocsp-basic, as some write.
    /// - Returns: `nil` for a format that is no OCSP.
    public init?(revocationInformation element: DERElement) throws(DERSyntaxError) {
        var reader = try element.reader(.context(1))
        let format = try reader.objectIdentifier()
        let information = try reader.next()
        try reader.end()
        switch format {
        case .ocspRevocationInformation: try self.init(parsing: information.bytes)
        case .ocspBasic: try self.init(parsingBasic: information.bytes)
        default: return nil
        }
    }

    /// The response as a RevocationInfoChoice of SignedData.crls (RFC 5940 §2).
    public var revocationInformation: [UInt8] {
        DERWriter.bytes { writer in
            writer.constructed(.context(1)) {
                $0.objectIdentifier(.ocspRevocationInformation)
                $0.raw(bytes)
            }
        }
    }
}
