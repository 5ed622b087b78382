// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

#include <malloc.h>
#include <stddef.h>
#include <string.h>

// A passphrase comes in a request, and on its way to the key derivation it passes through buffers of the server, arrays and
// strings, none of which anybody can wipe: they are freed, and their octets stay where they were until something else
// happens to be put there. Here every block is overwritten when it is freed, whatever it held and whoever freed it; the
// executable's definitions take the place of the C library's in every library of the process.
//
// glibc has the functions under these names as well for exactly this; with another C library nothing is changed.
#if defined(__GLIBC__)

extern void __libc_free(void *block);
extern void *__libc_malloc(size_t size);

void free(void *block) {
    if (block == NULL) return;
    explicit_bzero(block, malloc_usable_size(block));
    __libc_free(block);
}

// The C library's own would leave the old block as it was when it moves one.
void *realloc(void *block, size_t size) {
    if (block == NULL) return __libc_malloc(size);
    if (size == 0) {
        free(block);
        return NULL;
    }
    size_t room = malloc_usable_size(block);
    if (size <= room && size >= room / 2) return block;
    void *moved = __libc_malloc(size);
    if (moved == NULL) return NULL;
    memcpy(moved, block, size < room ? size : room);
    free(block);
    return moved;
}

#endif
