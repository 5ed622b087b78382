# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""An adversary of the analysis of changes after signing: signed PDFs, changes to them, and renderers as the judges."""
