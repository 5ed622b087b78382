// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

// Nothing to call: linking it is all that is needed, and Swift does not import it.
