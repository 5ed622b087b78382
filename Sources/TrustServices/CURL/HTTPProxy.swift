// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierCURL

/// The proxy through which requests go.
public enum HTTPProxy: Sendable, Hashable {
    /// None, whatever the environment says.
    case none
    /// As `http_proxy`, `https_proxy` and `all_proxy` of the environment say, with `no_proxy` for addresses of the
    /// operator.
    case environment
    /// This one, as `http://host:port`.
    case address(String)

    /// The proxy for an address of either scheme; `nil` for none.
    func url(isSecure: Bool) -> String? {
        switch self {
        case .none: nil
        case .address(let url): url
        case .environment:
            // Upper-case HTTP_PROXY is not read, as libcurl does not: a CGI request could set it.
            (isSecure
                ? ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] : ["http_proxy", "all_proxy", "ALL_PROXY"])
                .lazy.compactMap(Self.variable).first
        }
    }

    private static func variable(_ name: String) -> String? {
        guard let value = unsafe dossier_environment(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }
}
