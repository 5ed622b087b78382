// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit. The database library without anything around it, which durable writes are measured against.
#ifndef CSQLITEPEER_SHIM_H
#define CSQLITEPEER_SHIM_H

#include <sqlite3.h>

#endif
