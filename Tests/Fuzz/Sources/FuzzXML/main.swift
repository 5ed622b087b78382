// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import FuzzSupport
import XMLSyntax

Fuzzer.run { bytes in _ = try XMLElement(parsing: bytes) }
