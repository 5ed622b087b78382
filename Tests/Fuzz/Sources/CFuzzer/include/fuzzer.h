// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit. The entry of libFuzzer for programs that have a main function of their own.
#ifndef CFUZZER_H
#define CFUZZER_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(
    int *_Nonnull argc, char *_Nullable *_Nonnull *_Nonnull argv,
    int (*_Nonnull test)(const uint8_t *_Nonnull bytes, size_t count));

#endif
