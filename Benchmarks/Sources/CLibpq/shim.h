// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit. libpq without anything around it.
#ifndef CLIBPQ_SHIM_H
#define CLIBPQ_SHIM_H

#include <libpq-fe.h>

#endif
