// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

// The data files (catalogues, policies) that are compiled into the library.
#ifndef CDOSSIERDATA_H
#define CDOSSIERDATA_H

#include <stddef.h>
#include <stdint.h>

/// The bytes of one compiled-in file, or NULL when there is none of that name.
///
/// `name` is the module and the file name, for example "OnceOnly/procedures.json". `count` receives the number of
/// bytes (0 when there is no such file). The bytes are constant and live as long as the program.
const uint8_t *_Nullable dossier_data(const char *_Nonnull name, size_t *_Nonnull count);

/// The name of the compiled-in file at `index`, from 0, or NULL past the last.
const char *_Nullable dossier_data_name(size_t index);

#endif
