// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

// One import is enough for a portal: the vocabulary of the rooms below comes with the flows.
@_exported public import ASiC
@_exported public import AdES
@_exported public import DocumentVault
@_exported public import DossierCore
@_exported public import OnceOnly
@_exported public import PAdES
@_exported public import PKIX
@_exported public import SignatureValidation
