// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit. zlib's initialisers are macros; they become static inline functions with the prefix `dossier_`.
#ifndef CDOSSIER_ZLIB_H
#define CDOSSIER_ZLIB_H
#include <zlib.h>

static inline int dossier_inflateInit2(z_stream *stream, int windowBits) { return inflateInit2(stream, windowBits); }
static inline int dossier_deflateInit2(z_stream *stream, int level, int windowBits) {
    return deflateInit2(stream, level, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY);
}
#endif
