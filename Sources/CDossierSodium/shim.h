// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.
#ifndef CDOSSIER_SODIUM_H
#define CDOSSIER_SODIUM_H
#include <sodium.h>
#endif
