// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

extension Bench {
    /// Writes a revocation list of the public issuing authority that another program made: it names one certificate, with
    /// a reason and an invalidity date of 2026-01-02.
    ///
    /// - Returns: `false` after saying that there is no such program.
    func revoke(_ certificate: String, into name: String) throws -> Bool {
        guard let python = DossierTool.python else {
            print("skipped: a crafted revocation list: no Python with the peers")
            return false
        }
        let script = """
            import sys, datetime
            from cryptography import x509
            from cryptography.hazmat.primitives import hashes, serialization
            pem = open(sys.argv[1], "rb").read()
            key = serialization.load_pem_private_key(pem, None)
            issuer = x509.load_pem_x509_certificate(pem[pem.index(b"-----BEGIN CERT"):])
            subject = x509.load_der_x509_certificate(open(sys.argv[2], "rb").read())
            now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
            entry = x509.RevokedCertificateBuilder().serial_number(subject.serial_number)
            entry = entry.revocation_date(now - datetime.timedelta(minutes=1))
            entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), False)
            entry = entry.add_extension(x509.InvalidityDate(datetime.datetime(2026, 1, 2, 3, 4, 5)), False)
            crl = x509.CertificateRevocationListBuilder().issuer_name(issuer.subject).last_update(now)
            crl = crl.next_update(now + datetime.timedelta(days=1)).add_revoked_certificate(entry.build())
            with open(sys.argv[3], "wb") as file:
                file.write(crl.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))
            """
        let arguments = ["-c", script, Self.shared("pki/authorities/public-issuing.pem"), certificate, path(name)]
        let made = try DossierTool.run(python, arguments)
        guard made.status == 0 else { throw Unexpected(made) }
        return true
    }
}
