// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

#include "CDossierData.h"

#include <string.h>

// #embed is C23; the compilers that build this package have it in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

// One entry per file. The bytes end with a 0, which no JSON text contains, so that an entry needs no length of its own.
// The compiler notes each embedded file as a dependency: editing one builds this file again.
static const struct {
    const char *name;
    const uint8_t *text;
} files[] = {
    {"OnceOnly/document-types.json", (const uint8_t[]){
#embed "../OnceOnly/Data/document-types.json" suffix(, )
        0}},
    {"OnceOnly/procedures.json", (const uint8_t[]){
#embed "../OnceOnly/Data/procedures.json" suffix(, )
        0}},
    {"PKIX/etsi-2026.json", (const uint8_t[]){
#embed "../PKIX/Data/etsi-2026.json" suffix(, )
        0}},
    {"PKIX/rfc5280.json", (const uint8_t[]){
#embed "../PKIX/Data/rfc5280.json" suffix(, )
        0}},
    {"PKIX/vietnam-2026.json", (const uint8_t[]){
#embed "../PKIX/Data/vietnam-2026.json" suffix(, )
        0}},
    {"SignatureValidation/etsi-2026.json", (const uint8_t[]){
#embed "../SignatureValidation/Data/etsi-2026.json" suffix(, )
        0}},
    {"SignatureValidation/rfc5280.json", (const uint8_t[]){
#embed "../SignatureValidation/Data/rfc5280.json" suffix(, )
        0}},
    {"SignatureValidation/strict.json", (const uint8_t[]){
#embed "../SignatureValidation/Data/strict.json" suffix(, )
        0}},
    {"SignatureValidation/vietnam-2026.json", (const uint8_t[]){
#embed "../SignatureValidation/Data/vietnam-2026.json" suffix(, )
        0}},
};

static const size_t file_count = sizeof files / sizeof files[0];

const uint8_t *dossier_data(const char *name, size_t *count) {
    for (size_t index = 0; index < file_count; index++) {
        if (strcmp(files[index].name, name) == 0) {
            *count = strlen((const char *)files[index].text);
            return files[index].text;
        }
    }
    *count = 0;
    return NULL;
}

const char *dossier_data_name(size_t index) { return index < file_count ? files[index].name : NULL; }
